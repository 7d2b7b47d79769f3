/** The end of input to a terminal: one character more when a line is unfinished, and no end for good. @module */

import { assertEquals } from "@std/assert";
import { closeStdin } from "../../../server/process/close_stdin.ts";
import { start } from "../../../server/process/start.ts";
import { write } from "../../../server/process/write.ts";
import { type FakeCall, fakeCall } from "../../support/fake_call.ts";

let written = 0;

function startTerminal(): FakeCall {
  const call = fakeCall();
  start({ processId: "p", argv: ["x"], cwd: "file:///", env: {}, tty: true }, call);
  return call;
}

async function type(call: FakeCall, text: string): Promise<string> {
  const chunk = new TextEncoder().encode(text);
  return (await write({ processId: "p", chunk, writeId: `${++written}` }, call)).status;
}

for (
  const [typed, ending] of [
    ["", "\x04"],
    ["line\n", "\x04"],
    ["line\r", "\x04"],
    ["half", "\x04\x04"],
    ["line\nhalf", "\x04\x04"],
    ["half\x04", "\x04"],
  ] as const
) {
  Deno.test(`process/closeStdin after ${JSON.stringify(typed)} types ${JSON.stringify(ending)}`, async () => {
    const call = startTerminal();
    if (typed !== "") await type(call, typed);
    assertEquals(closeStdin({ processId: "p" }, call), { status: "accepted" });
    assertEquals(call.spawner.last.stdinText, typed + ending);
    assertEquals(call.spawner.last.isStdinClosed, false);
  });
}

Deno.test("a terminal takes input after process/closeStdin, and another end of it", async () => {
  const call = startTerminal();
  await type(call, "half");
  closeStdin({ processId: "p" }, call);
  assertEquals(await type(call, "more"), "accepted");
  closeStdin({ processId: "p" }, call);
  closeStdin({ processId: "p" }, call);
  assertEquals(call.spawner.last.stdinText, "half\x04\x04more\x04\x04\x04");
});

Deno.test("a pipe ends for good by process/closeStdin", async () => {
  const call = fakeCall();
  const pipe = { processId: "p", argv: ["x"], cwd: "file:///", env: {}, tty: false };
  start({ ...pipe, pipeStdin: true }, call);
  await type(call, "half");
  closeStdin({ processId: "p" }, call);
  assertEquals([call.spawner.last.stdinText, call.spawner.last.isStdinClosed], ["half", true]);
  assertEquals(await type(call, "more"), "stdinClosed");
});
