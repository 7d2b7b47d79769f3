/** However `shell` ends, the terminal is as it was before. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { makeFifo, writersGone } from "../support/fifo.ts";
import { Scratch } from "../support/scratch.ts";
import { launchServer } from "../support/server_process.ts";
import { sharedServer } from "../support/shared_server.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { ignore } from "./program.ts";
import { observed, openUserTerminal, programWords, quoted, readEnding } from "./user_terminal.ts";
import { forever, waitingFor } from "./waiting_script.ts";

const server = sharedServer();

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

/** A command line that tells the process id of our program, which runs a script by `shell`. */
async function known(script: string, flags = ""): Promise<string> {
  const call = `${await programWords()} shell ${flags} -- /bin/sh -c ${quoted(script)}`;
  return `/bin/sh -c ${quoted(`echo "pid=$$"; exec ${call}`)}`;
}

async function pidOf(terminal: Terminal): Promise<number> {
  await terminal.until("pid=");
  return Number(await terminal.until("\r\n"));
}

test("shell puts the terminal back when it loses the server", async () => {
  await using peer = await server().session();
  await using other = await launchServer();
  const command = `exec_server shell --url ${other.url} --recover-for 300ms -- /bin/sh -c ${
    quoted(forever)
  }`;
  const terminal = await openUserTerminal(peer, observed(command));
  await terminal.until("up\r\n");
  await other.endBy("SIGKILL");
  const { output, status, isRestored } = await readEnding(terminal);
  assertEquals([status, isRestored], [125, true]);
  assertStringIncludes(output, "\r\nexec-server: transport disconnected: ");
});

for (const signal of ["SIGTERM", "SIGHUP"] as const) {
  test(`shell puts the terminal back and ends the command on ${signal}`, async () => {
    await using scratch = await Scratch.create();
    await using peer = await server().session();
    const fifo = await makeFifo(`${scratch.path}/alive`);
    const gone = writersGone(fifo);
    const command = await known(`exec 3> '${fifo}'; ${forever}`);
    const terminal = await openUserTerminal(peer, observed(command));
    const pid = await pidOf(terminal);
    await terminal.until("up\r\n");
    Deno.kill(pid, signal);
    const { status, isRestored } = await readEnding(terminal);
    assertEquals([status, isRestored], [1, true]);
    await gone;
  });
}

test("shell types Ctrl-C when it is interrupted from elsewhere", async () => {
  await using peer = await server().session();
  const script = waitingFor("INT", "echo caught");
  const terminal = await openUserTerminal(peer, observed(await known(script)));
  const pid = await pidOf(terminal);
  await terminal.until("up\r\n");
  Deno.kill(pid, "SIGINT");
  await terminal.until("^Ccaught\r\n");
  const { status, isRestored } = await readEnding(terminal);
  assertEquals([status, isRestored], [9, true]);
});

test("shell says which program there is not, in a terminal that is as before", async () => {
  await using peer = await server().session();
  const terminal = await openUserTerminal(peer, observed("exec_server shell -- no-such-program"));
  const { output, status, isRestored } = await readEnding(terminal);
  assertEquals([status, isRestored], [127, true]);
  assertStringIncludes(output, 'exec-server: Cannot run "no-such-program": No such file');
});

test("shell does without stty", async () => {
  await using peer = await server().session();
  const command = `PATH=/none exec_server shell -- /bin/sh -c ${quoted("echo in; exit 3")}`;
  const terminal = await openUserTerminal(peer, observed(command));
  const { status, isRestored } = await readEnding(terminal);
  assertEquals([status, isRestored], [3, true]);
});

test("shell ends when its terminal does", async () => {
  await using scratch = await Scratch.create();
  const fifo = await makeFifo(`${scratch.path}/alive`);
  const gone = writersGone(fifo);
  await using outer = await launchServer();
  await using peer = await outer.session();
  const script = `exec 3> '${fifo}'; ${forever}`;
  const terminal = await openUserTerminal(
    peer,
    `exec_server shell -- /bin/sh -c ${quoted(script)}`,
  );
  await terminal.until("up\r\n");
  await peer.call("process/terminate", { processId: terminal.processId });
  await gone;
});

for (const how of ["dispose", "throw", "reject"]) {
  test(`RawMode puts the terminal back: ${how}`, async () => {
    await using peer = await server().session();
    const program = fromFileUrl(new URL("failing_in_raw_mode.ts", import.meta.url));
    const deno = `${quoted(Deno.execPath())} run -A --quiet --no-config --no-lock --no-check`;
    const terminal = await openUserTerminal(peer, observed(`${deno} ${quoted(program)} ${how}`));
    const { status, isRestored } = await readEnding(terminal);
    assertEquals([status, isRestored], [how === "dispose" ? 0 : 1, true]);
  });
}
