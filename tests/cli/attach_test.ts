/** `attach`, and what it shares with `ps` and `logs`: names, complaints, help. @module */
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

test("attach prints what there was and what comes, and ends as the process does", async () => {
  await using shell = await running("echo early; echo err >&2; read line; exit 5", "a1");
  const { process } = shell;
  const child = await startProgram(["attach", "--url", server().url, "a1"]);
  const reader = child.stdout.getReader();
  const { value } = await within(reader.read(), "the output");
  assertEquals(new TextDecoder().decode(value), "early\n");
  reader.releaseLock();
  await process.write(new TextEncoder().encode("\n"));
  const { code, stdout, stderr } = await within(child.output(), "the end");
  assertEquals([code, new TextDecoder().decode(stdout)], [5, ""]);
  assertEquals(
    new TextDecoder().decode(stderr),
    'err\nexec-server: Process "a1" has ended: exit status 5\n',
  );
});

test("Ctrl-C detaches, and the process goes on", async () => {
  await using shell = await running("echo here; read line; echo there", "a2");
  const { client, process } = shell;
  const child = await startProgram(["attach", "--url", server().url, "a2"]);
  const reader = child.stdout.getReader();
  await within(reader.read(), "the output");
  reader.releaseLock();
  child.kill("SIGINT");
  const { code, stderr } = await within(child.output(), "the end");
  assertEquals(code, 130);
  const words = 'exec-server: Detached from process "a2", which goes on\n';
  assertEquals(new TextDecoder().decode(stderr), words);
  const [found] = (await client.processes()).processes.filter(({ own }) => own);
  assertEquals(found?.state, "running");
  await process.write(new TextEncoder().encode("\n"));
  assertEquals((await process.status).exitCode, 0);
});

test("a process is named by its session where its id is not enough", async () => {
  await using one = await running("echo first", "same");
  await using two = await running("echo second", "same");
  await one.process.status;
  await two.process.status;
  const { processes } = await one.client.processes();
  const mine = processes.find(({ own }) => own)?.session ?? "";
  const { code, stderr } = await at("logs", "same");
  assertEquals(code, 125);
  assertMatch(stderr, /^exec-server: Several sessions have a process "same": wanted one of /);
  assertStringIncludes(stderr, `${mine}/same`);
  assertEquals((await at("logs", `${mine}/same`)).stdout, "first\n");
  const missing = await at("attach", `${mine}/other`);
  const words = `exec-server: The server has no process "${mine}/other" (see exec-server ps)\n`;
  assertEquals([missing.code, missing.stderr], [125, words]);
});

test("ps, attach and logs say what is wrong with a command line", async () => {
  const { url } = server();
  const cases: readonly [string[], string][] = [
    [["ps"], "ps is about a server that runs already: wanted --on NAME or --url URL"],
    [["logs", "--on", "local", "x"], "logs is about a server that runs already: wanted --on NAME"],
    [["ps", "--url", url, "x"], '"ps" takes no "x"'],
    [["attach", "--url", url], "No process is named: wanted [SESSION/]ID"],
    [["logs", "--url", url, "x", "-f"], '"-f" is one word too many: wanted one process'],
    [["logs", "--url", url, "--since", "-1", "x"], '"-1" is no number of an event'],
    [["attach", "--stdin", "--url", url, "x"], 'Unknown flag "--stdin"'],
  ];
  for (const [args, words] of cases) {
    const { code, stdout, stderr } = await runProgram(args);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, words);
  }
});

test("help tells of ps, attach and logs", async () => {
  const overview = (await runProgram(["help"])).stdout;
  for (const name of ["ps", "attach", "logs"]) {
    assertStringIncludes(overview, `exec-server ${name} `);
    const { code, stdout } = await runProgram([name, "--help"]);
    assertEquals([code, stdout], [0, (await runProgram(["help", name])).stdout]);
    assertStringIncludes(stdout, `exec-server ${name} [FLAGS]`);
  }
});
