/** How large a terminal is, and what changing it does. Extensions of the wire. @module */
import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import * as v from "valibot";
import { check } from "../conformance/check.ts";
import { startShell } from "../support/process_calls.ts";
import { sharedServer } from "../support/shared_server.ts";
import { startScript, startTerminal } from "./terminal.ts";

const only = "ours";
const server = sharedServer();
const capabilities = v.object({ capabilities: v.looseObject({ processResize: v.boolean() }) });
const TELLER = fromFileUrl(new URL("../fixtures/size_teller.pl", import.meta.url));

check("the server announces that terminals can be resized", async () => {
  await using peer = await server().session();
  const info = v.parse(capabilities, await peer.call("environment/info"));
  assertEquals(info.capabilities.processResize, true);
}, { only });

check("a terminal starts with the size it is asked for", async () => {
  await using peer = await server().session();
  const terminalSize = { rows: 50, cols: 132 };
  const terminal = await startScript(peer, "stty size", { terminalSize });
  assertEquals(await terminal.end(), 0);
  assertEquals(terminal.text, "50 132\r\n");
}, { only });

check("a program sees the largest and the smallest size", async () => {
  await using peer = await server().session();
  for (const [rows, cols] of [[1, 1], [65_535, 65_535]] as const) {
    const fields = { processId: `size${rows}`, terminalSize: { rows, cols } };
    const terminal = await startScript(peer, "stty size", fields);
    assertEquals(await terminal.end(), 0);
    assertEquals(terminal.text, `${rows} ${cols}\r\n`);
  }
}, { only });

check("a program sees the new size after a resize", async () => {
  await using peer = await server().session();
  const terminal = await startScript(peer, "stty size; read go; stty size");
  await terminal.until("24 80\r\n");
  assertEquals(await terminal.resize({ rows: 40, cols: 100 }), "accepted");
  await terminal.type("\n");
  await terminal.until("40 100\r\n");
  assertEquals(await terminal.end(), 0);
}, { only });

check("a resize sends SIGWINCH to the foreground job", async () => {
  await using peer = await server().session();
  const terminal = await startTerminal(peer, ["/usr/bin/perl", TELLER]);
  await terminal.until("up\r\n");
  await terminal.resize({ rows: 30, cols: 90 });
  await terminal.until("30 90\r\n");
  await terminal.resize({ rows: 31, cols: 91 });
  await terminal.until("31 91\r\n");
  await terminal.type("\x03");
  assertEquals(await terminal.end(), 9);
}, { only });

check("a resize to the same size sends nothing", async () => {
  await using peer = await server().session();
  const script = "trap 'echo winch' WINCH; echo up; read line; echo over";
  const terminal = await startTerminal(peer, ["/bin/bash", "-c", script]);
  await terminal.until("up\r\n");
  assertEquals(await terminal.resize({ rows: 24, cols: 80 }), "accepted");
  await terminal.type("\n");
  await terminal.until("over");
  assertEquals(await terminal.end(), 0);
  assertEquals(terminal.text.includes("winch"), false);
}, { only });

check("a resize reaches the foreground job of an interactive shell, not the shell", async () => {
  await using peer = await server().session();
  const env = { PATH: "/usr/bin:/bin", PS1: "$ ", TERM: "dumb" };
  const terminal = await startTerminal(peer, ["/bin/bash", "--norc", "--noprofile", "-i"], { env });
  await terminal.until("$ ");
  await terminal.type(`perl '${TELLER}'\n`);
  await terminal.until("\r\nup\r\n");
  await terminal.resize({ rows: 33, cols: 77 });
  await terminal.until("33 77\r\n");
  await terminal.type("\x03");
  await terminal.until("$ ");
  await terminal.type("exit $?\n");
  assertEquals(await terminal.end(), 9);
}, { only });

check("a resize of nobody, of a process without a terminal, and of an ended one", async () => {
  await using peer = await server().session();
  const size = { rows: 10, cols: 10 };
  const resize = async (processId: string) => {
    const result = await peer.call("process/resize", { processId, ...size });
    return v.parse(v.object({ status: v.string() }), result).status;
  };
  assertEquals(await resize("nobody"), "unknownProcess");
  await startShell(peer, "exec sleep 60", { processId: "pipes" });
  assertEquals(await resize("pipes"), "noTerminal");
  const terminal = await startScript(peer, "exit 0", { processId: "ended" });
  assertEquals(await terminal.end(), 0);
  assertEquals(await resize("ended"), "noTerminal");
  await peer.call("process/terminate", { processId: "pipes" });
}, { only });

for (const size of [{ rows: 0, cols: 80 }, { rows: 24, cols: 65_536 }, { rows: 24 }]) {
  check(`the size ${JSON.stringify(size)} is refused, at the start and later`, async () => {
    await using peer = await server().session();
    const terminal = await startScript(peer, "exec sleep 60");
    const resized = await peer.refused("process/resize", { processId: "p", ...size });
    assertEquals(resized.code, -32602);
    const params = { processId: "q", argv: ["/bin/true"], cwd: "file:///", env: {}, tty: true };
    const started = await peer.refused("process/start", { ...params, terminalSize: size });
    assertEquals(started.code, -32602);
    await peer.call("process/terminate", { processId: "p" });
    assertEquals(await terminal.end(), 1);
  }, { only });
}

check("a size without a terminal does nothing", async () => {
  await using peer = await server().session();
  const params = {
    processId: "p",
    argv: ["/bin/sh", "-c", "test -t 0 || test -t 1 || exit 5"],
    cwd: "file:///",
    env: {},
    tty: false,
    terminalSize: { rows: 5, cols: 5 },
  };
  await peer.call("process/start", params);
  const exited = await peer.notification("process/exited");
  assertEquals(exited.params?.exitCode, 5);
}, { only });
