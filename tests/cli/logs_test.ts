/** `logs`: what a server keeps of a process's output. @module */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { within } from "../support/deadline.ts";
import { sharedServer } from "../support/shared_server.ts";
import { ignore, runProgram, startProgram } from "./program.ts";
import { type RunningShell, runShell } from "./running_shell.ts";

const server = sharedServer();

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

function running(script: string, processId: string): Promise<RunningShell> {
  return runShell(server().url, script, processId);
}

/** Runs a subcommand at the shared server. */
function at(subcommand: string, ...args: string[]) {
  return runProgram([subcommand, "--url", server().url, ...args]);
}

test("logs prints what is kept and ends, from any number on", async () => {
  await using shell = await running("echo one; echo two >&2; read line; echo three", "l1");
  const { process } = shell;
  const events = process.events();
  await events.next();
  await events.next();
  assertEquals(await at("logs", "l1"), { code: 0, stdout: "one\n", stderr: "two\n" });
  await process.write(new TextEncoder().encode("\n"));
  await process.status;
  assertEquals((await at("logs", "l1")).stdout, "one\nthree\n");
  assertEquals(await at("logs", "--since", "2", "l1"), { code: 0, stdout: "three\n", stderr: "" });
  assertEquals(await at("logs", "--since", "5", "l1"), { code: 0, stdout: "", stderr: "" });
  const beyond = await at("logs", "--since", "6", "l1");
  assertEquals([beyond.code, beyond.stdout], [125, ""]);
  assertStringIncludes(beyond.stderr, "it has no event 6 yet, its last is 5");
});

test("logs -f follows to the end, and exits with 0 whatever that was", async () => {
  await using shell = await running("echo one; read line; echo two; exit 9", "l2");
  const { process } = shell;
  const child = await startProgram(["logs", "-f", "--url", server().url, "l2"]);
  const reader = child.stdout.getReader();
  await within(reader.read(), "the output");
  reader.releaseLock();
  await process.write(new TextEncoder().encode("\n"));
  const { code, stdout, stderr } = await within(child.output(), "the end");
  const decoder = new TextDecoder();
  assertEquals([code, decoder.decode(stdout), decoder.decode(stderr)], [0, "two\n", ""]);
});

test("logs says with numbers what is no longer kept", async () => {
  await using shell = await running("head -c 4000000 /dev/zero", "l3");
  const { process } = shell;
  await process.output();
  const { code, stdout, stderr } = await at("logs", "l3");
  assertEquals([code, stdout.length <= 1024 * 1024, stdout.length > 900_000], [0, true, true]);
  assertMatch(stderr, /^exec-server: Missing here: events 1 to \d+, no longer kept\n$/);
});
