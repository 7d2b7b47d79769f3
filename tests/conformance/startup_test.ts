/** Checks of a server's start and end: arguments, announcement, signals, exit statuses. @module */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { makeFifo, writersGone } from "../support/fifo.ts";
import { startShell } from "../support/process_calls.ts";
import { nextOutput } from "../support/process_events.ts";
import { Scratch } from "../support/scratch.ts";
import { announcement, launchServer, runToEnd } from "../support/server_process.ts";
import { targetName } from "../support/target.ts";
import { check } from "./check.ts";

const isOurs = targetName() === "ours";
const UNSUPPORTED = "unsupported --listen URL";
const INVALID = "invalid websocket --listen URL";

const refusedAddresses: readonly (readonly [address: string, words: string])[] = [
  ["tcp://127.0.0.1:0", UNSUPPORTED],
  ["", UNSUPPORTED],
  ["wss://127.0.0.1:0", UNSUPPORTED],
  ["unix://", UNSUPPORTED],
  ["stdio:///x", UNSUPPORTED],
  ["ws://localhost:1", INVALID],
  ["ws://1.2.3.4", INVALID],
];

for (const [address, words] of refusedAddresses) {
  check(`31: --listen "${address}" is refused with status 1`, async () => {
    const { code, stdout, stderr } = await runToEnd(["--listen", address]);
    assertEquals([code, stdout], [1, ""]);
    const message = stderr.split("\n").find((line) => line.startsWith("Error: ")) ?? "";
    assert(message.startsWith(`Error: ${words}`), stderr);
    assert(message.includes(`\`${address}\``), stderr);
  });
}

check("31: a port in use is an error with status 1", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const { code, stdout, stderr } = await runToEnd(["--listen", `ws://127.0.0.1:${port}`]);
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /^Error: .*Address (already )?in use/m);
});

const usageErrors: readonly (readonly string[])[] = [
  ["--no-such-flag"],
  ["--listen"],
  ["--concurrent-requests", "0"],
  ["--concurrent-requests", "-1"],
  ["--concurrent-requests", "x"],
  ["--concurrent-requests", "99999999999999999999999"],
];

for (const args of usageErrors) {
  check(`31: "${args.join(" ")}" is a usage error with status 2`, async () => {
    const { code, stdout } = await runToEnd(args);
    assertEquals([code, stdout], [2, ""]);
  });
}

check("32: a WebSocket server prints exactly one line, its address", async () => {
  const { stdout, code } = await announcement(["--listen", "ws://127.0.0.1:0"]);
  assertMatch(stdout, /^ws:\/\/127\.0\.0\.1:[1-9]\d*\n$/);
  assertEquals(code, 0);
});

check("32: without --listen a free loopback port is taken", async () => {
  const { stdout } = await announcement([]);
  assertMatch(stdout, /^ws:\/\/127\.0\.0\.1:[1-9]\d*\n$/);
});

check("32: an IPv6 address is written in brackets", async () => {
  await using server = await launchServer({ listen: "ws://[::1]:0" });
  assertMatch(server.url, /^ws:\/\/\[::1\]:[1-9]\d*$/);
  await using peer = await server.session();
  assertEquals(await peer.call("environment/status"), { status: "ready" });
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  check(`33: ${signal} ends the server with status 0 and drops its connections`, async () => {
    await using server = await launchServer();
    await using peer = await server.session();
    const status = await server.endBy(signal);
    assertEquals([status.code, status.signal], [0, null]);
    assertEquals((await peer.hangUp()).code, 1006);
  });

  // After SIGINT the reference ends its children most of the time.
  const only = signal === "SIGINT" ? { only: "ours" } as const : {};
  check(`33: ${signal} ends the server's children`, async () => {
    await using server = await launchServer();
    await using peer = await server.session();
    const lifeline = await makeFifo(join(server.root, "lifeline"));
    const gone = writersGone(lifeline);
    await startShell(peer, `exec 9>${lifeline}; echo up; trap '' TERM INT; sleep 30`);
    assertEquals(await nextOutput(peer), "up\n");
    await server.endBy(signal);
    await gone;
  }, only);
}

check("a server that listens on a Unix socket", async () => {
  await using scratch = await Scratch.create();
  const socket = join(scratch.path, "server.sock");
  await using server = await launchServer({ listen: `unix://${socket}` });
  assertEquals(server.url, `unix://${socket}`);
  assertEquals(((await Deno.stat(socket)).mode ?? 0o777) & 0o077, 0);
  await using peer = await server.session();
  assertEquals(await peer.call("environment/status"), { status: "ready" });
}, { only: "ours" });

check("a Unix socket is removed at the end", async () => {
  await using scratch = await Scratch.create();
  const socket = join(scratch.path, "server.sock");
  await using server = await launchServer({ listen: `unix://${socket}` });
  assertEquals((await server.endBy("SIGTERM")).code, 0);
  assertEquals([...Deno.readDirSync(scratch.path)], []);
}, { only: "ours" });

check("an error of usage goes to stderr in one sentence", async () => {
  const { stderr } = await runToEnd(["--no-such-flag"]);
  assertMatch(stderr, /--no-such-flag/);
  assert(!isOurs || !stderr.includes("    at "), "a stack trace is no message");
});
