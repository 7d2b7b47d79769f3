/** What typing into a terminal does. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { check } from "../conformance/check.ts";
import { makeFifo, writeFifo } from "../support/fifo.ts";
import { randomBytes } from "../support/random_bytes.ts";
import { sharedServer } from "../support/shared_server.ts";
import { startScript, startTerminal } from "./terminal.ts";

const server = sharedServer();

check("what is typed is echoed and reaches the program line by line", async () => {
  await using peer = await server().session();
  const terminal = await startScript(peer, 'read a b; echo "got <$a> <$b>"; exit 4');
  assertEquals(await terminal.type("one "), "accepted");
  await terminal.until("one ");
  assertEquals(await terminal.type("two\n"), "accepted");
  assertEquals(await terminal.end(), 4);
  assertEquals(terminal.text, "one two\r\ngot <one> <two>\r\n");
});

check("a carriage return ends a line, and an erased character does not count", async () => {
  await using peer = await server().session();
  const terminal = await startScript(peer, 'read a; echo "got <$a>"');
  await terminal.type("abX\x7fc\r");
  await terminal.until("got <abc>");
  assertEquals(await terminal.end(), 0);
});

check("59: the byte 0x03 interrupts the foreground job", async () => {
  await using peer = await server().session();
  const terminal = await startScript(peer, "echo up; exec sleep 60");
  await terminal.until("up\r\n");
  await terminal.type("\x03");
  assertEquals(await terminal.end(), 1);
  assertEquals(terminal.text, "up\r\n^C");
});

check("the byte 0x03 runs a trap, and the program goes on", async () => {
  await using peer = await server().session();
  const script = "trap 'echo trapped' INT; sh -c 'echo up; exec sleep 60'; echo on";
  const terminal = await startScript(peer, script);
  await terminal.until("up\r\n");
  await terminal.type("\x03");
  await terminal.until("trapped\r\non\r\n");
  assertEquals(await terminal.end(), 0);
});

check("the byte 0x1c ends a program with SIGQUIT, which is exit code 1", async () => {
  await using peer = await server().session();
  const terminal = await startScript(peer, "ulimit -c 0; echo up; exec sleep 60");
  await terminal.until("up\r\n");
  await terminal.type("\x1c");
  assertEquals(await terminal.end(), 1);
});

check("the byte 0x04 at the start of a line is end of file", async () => {
  await using peer = await server().session();
  const terminal = await startScript(peer, "cat; echo over");
  await terminal.type("line\n");
  await terminal.until("line\r\nline\r\n");
  await terminal.type("\x04");
  await terminal.until("over\r\n");
  assertEquals(await terminal.end(), 0);
});

check("the byte 0x04 inside a line hands over what was typed", async () => {
  await using peer = await server().session();
  const terminal = await startScript(peer, "cat; echo over");
  await terminal.type("half\x04");
  await terminal.until("halfhalf");
  await terminal.type("\x04");
  await terminal.until("over");
  assertEquals(await terminal.end(), 0);
});

check("bytes typed before the program reads are kept for it", async () => {
  await using peer = await server().session();
  const terminal = await startScript(peer, "read a; read b; echo $b-$a");
  await terminal.type("1\n2\n");
  await terminal.until("2-1\r\n");
  assertEquals(await terminal.end(), 0);
});

check("a password is read without an echo", async () => {
  await using peer = await server().session();
  const script = 'read -s -p "Password: " secret; echo; echo "${#secret} characters"';
  const terminal = await startTerminal(peer, ["/bin/bash", "-c", script]);
  // Bash turns the echo off before it prompts.
  await terminal.until("Password: ");
  await terminal.type("hunter2\n");
  await terminal.until("7 characters");
  assertEquals(await terminal.end(), 0);
  assertEquals(terminal.text, "Password: \r\n7 characters\r\n");
});

check("a paste of 64 KiB reaches a reader in raw mode whole", async () => {
  await using peer = await server().session();
  const paste = new TextEncoder().encode("All work and no play. ".repeat(3000)).slice(0, 65_536);
  const terminal = await startScript(
    peer,
    `stty raw -echo; echo up; head -c ${paste.byteLength} | sha256sum`,
  );
  await terminal.until("up");
  await terminal.type(paste);
  assertEquals(await terminal.end(), 0);
  assertStringIncludes(terminal.text, await sha256(paste));
});

check("a paste is whole when it comes in many writes to a slow reader", async () => {
  await using peer = await server().session();
  const paste = randomBytes(131_072, 7);
  // One byte per system call is the slowest reader there is.
  const reader = `dd bs=1 count=${paste.byteLength} status=none | sha256sum`;
  const terminal = await startScript(peer, `stty raw -echo; echo up; ${reader}`);
  await terminal.until("up");
  for (let at = 0; at < paste.byteLength; at += 8192) {
    assertEquals(await terminal.type(paste.slice(at, at + 8192)), "accepted");
  }
  assertEquals(await terminal.end(), 0);
  assertStringIncludes(terminal.text, await sha256(paste));
});

check("all 256 bytes pass a raw terminal unchanged, both ways", async () => {
  await using peer = await server().session();
  const bytes = Uint8Array.from({ length: 4096 }, (_, index) => (index * 7) % 256);
  const terminal = await startScript(peer, `stty raw -echo; echo up; head -c ${bytes.byteLength}`);
  await terminal.until("up\n");
  await terminal.type(bytes);
  assertEquals(await terminal.end(), 0);
  assertEquals(terminal.bytes.subarray("up\n".length), bytes);
});

check("a program that never reads does not hold up its own terminate", async () => {
  await using peer = await server().session();
  const terminal = await startScript(peer, "stty raw -echo; echo up; exec sleep 60");
  await terminal.until("up");
  const paste = randomBytes(65_536);
  const pastes = Array.from({ length: 8 }, () => terminal.type(paste));
  await peer.call("process/terminate", { processId: terminal.processId });
  assertEquals(await terminal.end(), 1);
  await Promise.allSettled(pastes);
}, { only: "ours" });

check("`pipeStdin` changes nothing beside `tty`", async () => {
  await using peer = await server().session();
  const terminal = await startScript(peer, "tty >/dev/null && cat", { pipeStdin: true });
  await terminal.type("x\n\x04");
  assertEquals(await terminal.end(), 0);
  assertEquals(terminal.text, "x\r\nx\r\n");
});

check("closeStdin is end of file to a program that reads lines", async () => {
  await using peer = await server().session();
  const terminal = await startScript(peer, "cat; echo over; exit 3");
  await terminal.type("line\n");
  await terminal.until("line\r\nline\r\n");
  assertEquals(await terminal.closeStdin(), "accepted");
  await terminal.until("over");
  assertEquals(await terminal.end(), 3);
}, { only: "ours" });

check("closeStdin comes after everything typed before", async () => {
  await using peer = await server().session();
  const terminal = await startScript(peer, "stty -echo; echo up; sha256sum; echo over");
  await terminal.until("up");
  const lines = `${"x".repeat(79)}\n`.repeat(800);
  const typed = terminal.type(lines);
  const closed = terminal.closeStdin();
  assertEquals([await typed, await closed], ["accepted", "accepted"]);
  await terminal.until("over");
  assertEquals(await terminal.end(), 0);
  assertStringIncludes(terminal.text, await sha256(new TextEncoder().encode(lines)));
}, { only: "ours" });

check("closeStdin waits for a reader that takes its time", async () => {
  await using peer = await server().session();
  const gate = await makeFifo(join(server().root, "gate-close"));
  const script = `stty -echo; echo up; read go <${gate}; sha256sum; echo over`;
  const terminal = await startScript(peer, script);
  await terminal.until("up");
  // More than the kernel keeps for a terminal, so some of it waits in the server.
  const lines = `${"y".repeat(99)}\n`.repeat(4000);
  const done = [terminal.type(lines), terminal.closeStdin()];
  await writeFifo(gate, "go\n");
  assertEquals(await Promise.all(done), ["accepted", "accepted"]);
  await terminal.until("over");
  assertEquals(await terminal.end(), 0);
  assertStringIncludes(terminal.text, await sha256(new TextEncoder().encode(lines)));
}, { only: "ours" });

check("closeStdin is not lost when the terminal has just no room for it", async () => {
  await using peer = await server().session();
  // Linux keeps about 64 000 bytes for a terminal that nobody reads.
  const sizes = Array.from({ length: 16 }, (_, index) => 63_360 + 80 * index);
  await Promise.all(sizes.map(async (size) => {
    const processId = `full${size}`;
    const gate = await makeFifo(join(server().root, `gate-${processId}`));
    const script = `stty -echo; echo up; read go <${gate}; wc -c; echo over`;
    const terminal = await startScript(peer, script, { processId });
    await terminal.until("up");
    await Promise.all([
      terminal.type(`${"z".repeat(79)}\n`.repeat(size / 80)),
      terminal.closeStdin(),
    ]);
    await writeFifo(gate, "go\n");
    await terminal.until(`${size}\r\nover`);
    assertEquals(await terminal.end(), 0);
  }));
}, { only: "ours" });

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
