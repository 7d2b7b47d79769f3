/** `process/write` and `process/closeStdin`: statuses, replay, order. @module */

import { assertEquals, assertRejects } from "@std/assert";
import { RpcError } from "../../../protocol/errors.ts";
import { limits } from "../../../protocol/limits.ts";
import type { WriteResult } from "../../../protocol/methods/process.ts";
import { closeStdin } from "../../../server/process/close_stdin.ts";
import { write } from "../../../server/process/write.ts";
import { type FakeCall, fakeCall, startFake } from "../../support/fake_call.ts";

function writeText(call: FakeCall, text: string, writeId = text): Promise<WriteResult> {
  const chunk = new TextEncoder().encode(text);
  return Promise.resolve(write({ processId: "p", chunk, writeId }, call));
}

/** Fills what waits for a child that takes nothing. */
async function fill(call: FakeCall): Promise<void> {
  for (let i = 0; i < limits.queuedWrites; i++) await writeText(call, ".", `fill ${i}`);
}

Deno.test("process/write tells an unknown process from one without standard input", async () => {
  const call = fakeCall();
  assertEquals(await writeText(call, "a"), { status: "unknownProcess" });
  startFake(call);
  assertEquals(await writeText(call, "a"), { status: "stdinClosed" });
});

Deno.test("process/write refuses an empty writeId before it looks for the process", async () => {
  const error = await assertRejects(() => writeText(fakeCall(), "a", ""), RpcError);
  assertEquals([error.code, error.message], [-32602, "writeId must not be empty"]);
});

Deno.test("process/write writes in order, and each id once", async () => {
  const call = fakeCall();
  const child = startFake(call, "p", true);
  const answers = [writeText(call, "a"), writeText(call, "b"), writeText(call, "A", "a")];
  const accepted: WriteResult = { status: "accepted" };
  assertEquals(await Promise.all(answers), [accepted, accepted, accepted]);
  assertEquals(child.stdinText, "ab");
});

Deno.test("process/closeStdin ends standard input after what was written before it", async () => {
  const call = fakeCall();
  const child = startFake(call, "p", true);
  child.stdinRoom = 1;
  void writeText(call, "abc");
  assertEquals(closeStdin({ processId: "p" }, call), { status: "accepted" });
  assertEquals(await writeText(call, "d"), { status: "stdinClosed" });
  assertEquals(child.isStdinClosed, false);
  child.drainStdin();
  assertEquals([child.stdinText, child.isStdinClosed], ["abc", true]);
  assertEquals(closeStdin({ processId: "p" }, call), { status: "accepted" });
});

Deno.test("process/closeStdin tells an unknown process from one without standard input", () => {
  const call = fakeCall();
  assertEquals(closeStdin({ processId: "p" }, call), { status: "unknownProcess" });
  startFake(call);
  assertEquals(closeStdin({ processId: "p" }, call), { status: "stdinClosed" });
});

Deno.test("process/write accepts an id it knows also after process/closeStdin", async () => {
  const call = fakeCall();
  startFake(call, "p", true);
  await writeText(call, "a");
  closeStdin({ processId: "p" }, call);
  // The first answer may have been lost with a connection; the bytes were written.
  assertEquals(await writeText(call, "a"), { status: "accepted" });
});

Deno.test("process/write is accepted after the program ended by itself", async () => {
  const call = fakeCall();
  const child = startFake(call, "p", true);
  child.exit(0);
  child.close();
  assertEquals(await writeText(call, "a"), { status: "accepted" });
});

Deno.test("process/write says stdinClosed when the program closed its standard input", async () => {
  const call = fakeCall();
  const child = startFake(call, "p", true);
  child.isStdinBroken = true;
  assertEquals(await writeText(call, "a"), { status: "stdinClosed" });
  assertEquals(await writeText(call, "b"), { status: "stdinClosed" });
});

Deno.test("process/write fails when the process is terminated while it waits, and afterwards", async () => {
  const call = fakeCall();
  startFake(call, "p", true).stdinRoom = 0;
  await fill(call);
  const waiting = writeText(call, "a");
  call.session.processes.get("p")?.kill();
  for (const attempt of [waiting, writeText(call, "b")]) {
    const error = await assertRejects(() => attempt, RpcError);
    assertEquals(error.code, -32603);
    assertEquals(error.message, "failed to write to process stdin: process p was terminated");
  }
});

Deno.test("process/write that waits when its connection ends can be asked for again", async () => {
  const call = fakeCall();
  const child = startFake(call, "p", true);
  child.stdinRoom = 0;
  await fill(call);
  const waiting = writeText(call, "lost?");
  call.gone.abort();
  await waiting;
  child.drainStdin();
  const resumed = { ...call, signal: new AbortController().signal };
  assertEquals(await writeText(resumed, "lost?"), { status: "accepted" });
  assertEquals(child.stdinText.slice(limits.queuedWrites), "lost?");
});
