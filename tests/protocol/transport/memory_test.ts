/** The in-memory pair of transports. @module */

import { assertEquals } from "@std/assert";
import { limits } from "../../../protocol/limits.ts";
import { memoryPair } from "../../../protocol/transport/memory.ts";

Deno.test("what one side sends, the other receives, in order", async () => {
  const [left, right] = memoryPair();
  left.send("1");
  left.sendBase64({ before: '{"é":"', bytes: new Uint8Array([1, 2]), after: '"}' });
  const waiting = left.receive();
  right.send("back");
  assertEquals([await right.receive(), await right.receive()], ["1", '{"é":"AQI="}']);
  assertEquals(await waiting, "back");
});

Deno.test("closing one side ends both, with its reason", async () => {
  const [left, right] = memoryPair();
  const waiting = right.receive();
  left.close("enough");
  right.close("too late");
  assertEquals([await left.closed, await right.closed], ["enough", "enough"]);
  assertEquals([await waiting, await left.receive()], [undefined, undefined]);
});

Deno.test("what was sent before the end is received, what is sent after it is not", async () => {
  const [left, right] = memoryPair();
  left.send("before");
  await left.finish("done");
  await left.closed;
  left.send("after");
  assertEquals([await right.receive(), await right.receive()], ["before", undefined]);
});

Deno.test("queued texts are counted until they are received", async () => {
  const [left, right] = memoryPair();
  left.send("12345");
  left.send("678");
  assertEquals([left.queuedBytes, right.queuedBytes], [8, 0]);
  await right.receive();
  assertEquals(left.queuedBytes, 3);
  await right.receive();
  const waiting = right.receive();
  left.send("taken at once");
  assertEquals([left.queuedBytes, await waiting], [0, "taken at once"]);
});

Deno.test("drained() waits until no more than the low-water mark is queued", async () => {
  const [left, right] = memoryPair();
  const order: string[] = [];
  left.send("x");
  left.send("a".repeat(limits.sendLowWaterBytes));
  const drained = left.drained().then(() => order.push("drained"));
  order.push("received");
  await right.receive();
  await drained;
  assertEquals(order, ["received", "drained"]);
  await left.drained();
});

Deno.test("drained() lets go when the pair ends", async () => {
  const [left, right] = memoryPair();
  left.send("a".repeat(limits.sendHighWaterBytes));
  const drained = left.drained();
  right.close("gone");
  await drained;
  await left.drained();
});
