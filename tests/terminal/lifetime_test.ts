/** When a terminal ends: its program, its background jobs, its output. @module */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { check } from "../conformance/check.ts";
import { makeFifo, writersGone } from "../support/fifo.ts";
import { sharedServer } from "../support/shared_server.ts";
import { startScript } from "./terminal.ts";

const server = sharedServer();

check("a program that ends in a terminal hangs up its foreground job", async () => {
  await using peer = await server().session();
  const lifeline = await makeFifo(join(server().root, "lifeline-hup"));
  const gone = writersGone(lifeline);
  const terminal = await startScript(peer, `exec 9>${lifeline}; sleep 60 & echo up; exit 3`);
  assertEquals(await terminal.end(), 3);
  await gone;
});

check("a background child that survives the hang-up can not hold the terminal open", async () => {
  await using peer = await server().session();
  const script = "trap '' HUP; sh -c 'echo up; sleep 60' & read go; exit 3";
  const terminal = await startScript(peer, script);
  await terminal.until("up");
  await terminal.type("\n");
  assertEquals(await terminal.exit(), 3);
  await peer.call("process/terminate", { processId: terminal.processId });
  assertEquals(await terminal.end(), 3);
}, { only: "ours" });

check("everything printed just before the end arrives before `closed`", async () => {
  await using peer = await server().session();
  // Larger than what the kernel keeps for a terminal, so that reading and ending overlap.
  const terminal = await startScript(peer, "seq 1 20000");
  assertEquals(await terminal.end(), 0);
  const lines = Array.from({ length: 20_000 }, (_, index) => `${index + 1}\r\n`);
  assertEquals(terminal.text, lines.join(""));
});

check("nothing of a short output is lost, a hundred times", async () => {
  await using peer = await server().session();
  for (let round = 0; round < 100; round++) {
    const terminal = await startScript(peer, "printf last", { processId: `r${round}` });
    assertEquals(await terminal.end(), 0);
    assertEquals(terminal.text, "last");
  }
  // The reference loses one now and then.
}, { only: "ours" });

check("typing after the end does no harm", async () => {
  await using peer = await server().session();
  const terminal = await startScript(peer, "exit 0");
  assertEquals(await terminal.end(), 0);
  const params = { processId: "p", chunk: btoa("late"), writeId: "w" };
  const { error } = await peer.request("process/write", params);
  assertEquals(error?.code ?? -32603, -32603);
  await peer.proveOpen();
});

check("retained output of a terminal is read again", async () => {
  await using peer = await server().session();
  const terminal = await startScript(peer, "echo kept");
  assertEquals(await terminal.end(), 0);
  const result = await peer.call("process/read", { processId: "p" });
  const text = JSON.stringify(result);
  assertEquals(text.includes('"stream":"pty"') && text.includes(btoa("kept\r\n")), true, text);
});
