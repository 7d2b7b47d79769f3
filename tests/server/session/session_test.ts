/** A session: who gets its events, and when it asks its processes to wait. @module */

import { assertEquals } from "@std/assert";
import { limits } from "../../../protocol/limits.ts";
import { memoryPair } from "../../../protocol/transport/memory.ts";
import { Session } from "../../../server/session/session.ts";
import { FakeClock } from "../../support/fake_clock.ts";

function makeSession(): Session {
  return new Session("id", new FakeClock());
}

const full = "x".repeat(limits.sendHighWaterBytes);

Deno.test("Session sends events to whoever is attached, and drops them when nobody is", async () => {
  const session = makeSession();
  const [first, firstClient] = memoryPair();
  const [second, secondClient] = memoryPair();
  session.notify("before");
  session.attach(first);
  session.notify("one");
  session.detach();
  session.notify("between");
  session.attach(second);
  session.notifyBase64({ before: "<", bytes: new Uint8Array([1, 2, 3]), after: ">" });
  first.close("done");
  second.close("done");
  assertEquals([await firstClient.receive(), await firstClient.receive()], ["one", undefined]);
  assertEquals([await secondClient.receive(), await secondClient.receive()], ["<AQID>", undefined]);
});

Deno.test("Session is congested when its connection is, and never while detached", () => {
  const session = makeSession();
  const [transport] = memoryPair();
  assertEquals(session.isCongested, false);
  session.attach(transport);
  transport.send(full.slice(1));
  assertEquals(session.isCongested, false);
  transport.send("x");
  assertEquals(session.isCongested, true);
  session.detach();
  assertEquals([session.isCongested, session.isAttached], [false, false]);
});

Deno.test("Session gives relief when its connection has drained, to everyone, once", async () => {
  const session = makeSession();
  const [transport, client] = memoryPair();
  session.attach(transport);
  transport.send(full);
  const relieved: string[] = [];
  const both = Promise.withResolvers<void>();
  session.onRelief(() => relieved.push("a"));
  session.onRelief(() => {
    relieved.push("b");
    both.resolve();
  });
  assertEquals(relieved, []);
  await client.receive();
  await both.promise;
  assertEquals(relieved, ["a", "b"]);
});

Deno.test("Session gives relief at once when it is detached, or becomes so", () => {
  const session = makeSession();
  const relieved: string[] = [];
  session.onRelief(() => relieved.push("detached"));
  const [transport] = memoryPair();
  session.attach(transport);
  transport.send(full);
  session.onRelief(() => relieved.push("attached"));
  assertEquals(relieved, ["detached"]);
  session.detach();
  assertEquals(relieved, ["detached", "attached"]);
});

Deno.test("Session gives relief when its connection dies", async () => {
  const session = makeSession();
  const [transport, client] = memoryPair();
  session.attach(transport);
  transport.send(full);
  const relieved = new Promise<void>((resolve) => session.onRelief(resolve));
  client.close("gone");
  await relieved;
});

Deno.test("Session can be relieved again after a congestion is over", async () => {
  const session = makeSession();
  const [transport, client] = memoryPair();
  session.attach(transport);
  for (let round = 0; round < 3; round++) {
    transport.send(full);
    const relieved = new Promise<void>((resolve) => session.onRelief(resolve));
    await client.receive();
    await relieved;
  }
});
