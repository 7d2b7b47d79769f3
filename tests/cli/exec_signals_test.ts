/** How `exec` ends when somebody wants it to. @module */
import { assertEquals } from "@std/assert";
import { within } from "../support/deadline.ts";
import { makeFifo, writersGone } from "../support/fifo.ts";
import { Scratch } from "../support/scratch.ts";
import { launchServer } from "../support/server_process.ts";
import { ignore, shell, startProgram } from "./program.ts";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

/** Calls `onLine` for each line of output until the program ends; returns its status. */
async function follow(
  child: Deno.ChildProcess,
  onLine: (line: string) => void,
): Promise<Deno.CommandStatus> {
  const stderr = new Response(child.stderr).text();
  const reading = (async () => {
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line);
    }
  })();
  await within(reading, "the end of the output");
  const status = await within(child.status, "the end of exec");
  assertEquals(await stderr, "");
  return status;
}

test("The first SIGINT interrupts the command, which may end as it likes", async () => {
  const script = "trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.05; done";
  const child = await startProgram(["exec", ...shell(script)]);
  const lines: string[] = [];
  const { code } = await follow(child, (line) => {
    lines.push(line);
    if (line === "ready") child.kill("SIGINT");
  });
  assertEquals([lines, code], [["ready", "caught"], 9]);
});

test("A second SIGINT soon after the first ends a command that does not care", async () => {
  const script = "trap 'echo caught' INT; echo ready; while :; do sleep 0.05; done";
  const child = await startProgram(["exec", ...shell(script)]);
  // On a slow machine more than two may be needed until two come within two seconds.
  const { code } = await follow(child, () => child.kill("SIGINT"));
  assertEquals(code, 137);
});

test("SIGTERM ends the command", async () => {
  const child = await startProgram(["exec", ...shell("echo ready; exec sleep 1000")]);
  const { code } = await follow(child, () => child.kill("SIGTERM"));
  assertEquals(code, 137);
});

test("A command at a server ends when nobody reads its output any more", async () => {
  await using scratch = await Scratch.create();
  await using server = await launchServer();
  const fifo = await makeFifo(`${scratch.path}/alive`);
  const script = `exec 3> '${fifo}'; exec yes`;
  const child = await startProgram(["exec", "--url", server.url, ...shell(script)]);
  const gone = writersGone(fifo);
  const reader = child.stdout.getReader();
  await within(reader.read(), "the first output");
  await reader.cancel();
  const { code } = await within(child.status, "the end of exec");
  assertEquals([code, await new Response(child.stderr).text()], [141, ""]);
  await gone;
});

test("A command at a server waits for a reader that takes its time", async () => {
  const size = 24 * 1024 * 1024;
  const child = await startProgram(["exec", "--", "head", "-c", String(size), "/dev/zero"]);
  let bytes = 0;
  for await (const chunk of child.stdout) bytes += chunk.byteLength;
  const { code } = await within(child.status, "the end of exec");
  assertEquals([bytes, code, await new Response(child.stderr).text()], [size, 0, ""]);
});

test("When exec is killed, its own server and the command end too", async () => {
  await using scratch = await Scratch.create();
  const fifo = await makeFifo(`${scratch.path}/alive`);
  const child = await startProgram(["exec", ...shell(`exec 3> '${fifo}'; echo up; sleep 1000`)]);
  const gone = writersGone(fifo);
  const reader = child.stdout.getReader();
  await within(reader.read(), "the first line");
  child.kill("SIGKILL");
  await gone;
  await within(child.status, "the end of exec");
  await reader.cancel();
  await child.stderr.cancel();
});
