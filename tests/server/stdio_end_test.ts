/** Requests that are followed at once by the end of input are all answered. @module */

import { assertEquals } from "@std/assert";
import { within } from "../support/deadline.ts";
import { launchStdio } from "../support/server_process.ts";

const COUNT = 200;

/** A handshake and many requests, each on a line, sent as one. */
function conversation(request: (id: number) => unknown): Uint8Array<ArrayBuffer> {
  const messages = [
    { id: "hello", method: "initialize", params: { clientName: "tests" } },
    { method: "initialized" },
    ...Array.from({ length: COUNT }, (_, id) => request(id)),
  ];
  const lines = messages.map((message) => `${JSON.stringify(message)}\n`);
  return new TextEncoder().encode(lines.join(""));
}

const wanted: readonly unknown[] = ["hello", ...Array.from({ length: COUNT }, (_, id) => id)];

Deno.test("a server on standard streams answers every line before the end of input", async () => {
  await using server = await launchStdio();
  const { wire } = server.peer;
  const ids: unknown[] = [];
  wire.inbox.observe(({ id }) => ids.push(id));
  wire.sendBytes(conversation((id) => ({ id, method: "environment/info" })));
  await wire.closeInput();
  assertEquals((await within(server.status, "the end of the server")).code, 0);
  await within(wire.inbox.ended, "the end of output");
  assertEquals(ids, wanted);
});
