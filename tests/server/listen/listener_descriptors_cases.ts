/** What callers leave behind in the process of a listener: nothing. @module */

import { assertEquals } from "@std/assert";
import { within } from "../../support/deadline.ts";
import { call, end, Listening } from "../../support/listening.ts";
import { exchange } from "../../support/raw_http.ts";

Deno.test("WebSocketListener leaves no descriptors behind", async () => {
  using listening = new Listening();
  const descriptors = () => [...Deno.readDirSync("/proc/self/fd")].length;
  const address = `http://${listening.url}`;
  await exchange(address, "GET /readyz");
  const before = descriptors();
  for (let round = 0; round < 20; round++) {
    await exchange(address, "GET /readyz");
    const caller = call(listening);
    const transport = await listening.transport();
    await end(caller);
    await within(transport.closed, "the end of the transport");
  }
  assertEquals(descriptors(), before);
});
