/** `ps`: which processes a server runs. @module */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { sharedServer } from "../support/shared_server.ts";
import { ignore, runProgram } from "./program.ts";
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

test("ps lists what runs and what has ended, and as JSON everything", async () => {
  await using ended = await running("exit 3", "ended-one");
  await ended.process.status;
  await using waits = await running("read line", "waiting-one");
  const { code, stdout, stderr } = await at("ps");
  assertEquals([code, stderr], [0, ""]);
  const [head, first, second] = stdout.split("\n");
  assertMatch(head ?? "", /^SESSION +ID +STATE +AGE +PID +COMMAND$/);
  assertMatch(first ?? "", /^[0-9a-f]{8} +ended-one +closed 3 +\d+s +\d+ +\/bin\/sh -c exit 3$/);
  assertMatch(
    second ?? "",
    /^[0-9a-f]{8} +waiting-one +running +\d+s +\d+ +\/bin\/sh -c read line$/,
  );
  const found = JSON.parse((await at("ps", "--json")).stdout);
  assertEquals(found.map(({ processId }: { processId: string }) => processId), [
    "ended-one",
    "waiting-one",
  ]);
  assertEquals(await waits.client.processes().then(({ processes }) => processes.length), 2);
});

test("ps prints no control characters of an id or a command", async () => {
  await using _ = await running("read line; : \x1b[2J\x9b2J", "with\nbreak\x9b\x7f");
  const { stdout } = await at("ps");
  assertStringIncludes(stdout, "with\\nbreak");
  assertStringIncludes(stdout, "\\u001b[2J");
  const { stdout: json } = await at("ps", "--json");
  assertStringIncludes(json, '"with\\nbreak\\u009b\\u007f"');
  assertEquals(JSON.parse(json).at(-1).processId, "with\nbreak\x9b\x7f");
  for (const text of [stdout, json]) {
    // deno-lint-ignore no-control-regex -- control characters are what is looked for.
    assert(!/[\x1b\x7f-\x9f]/.test(text), "a control character got through");
  }
});
