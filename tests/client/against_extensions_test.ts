/** The client's extensions against our own server. @module */
import { assertEquals, assertRejects } from "@std/assert";
import {
  connectWebSocket,
  type ExecServerClient,
  ExecServerError,
  type RemoteProcess,
  type StartRequest,
} from "../../client/mod.ts";
import { within } from "../support/deadline.ts";
import { sharedServer } from "../support/shared_server.ts";
import { targetName } from "../support/target.ts";

const server = sharedServer();
const env = { PATH: "/usr/bin:/bin" };
/** A script that tells when it is up, and waits for a signal; a trap runs at once during `wait`. */
function waiting(signal: string, action: string, up = "echo up"): string {
  return `sleep 1000 & trap '${action}; kill $! 2>/dev/null; exit 9' ${signal}; ${up}; while :; do wait; done`;
}

function test(name: string, fn: (client: ExecServerClient) => Promise<void>): void {
  Deno.test({
    name,
    ignore: targetName() === "reference",
    async fn() {
      await using client = await connectWebSocket({ url: server().url });
      await fn(client);
    },
  });
}

function shell(script: string, fields: Partial<StartRequest> = {}): StartRequest {
  return { argv: ["/bin/sh", "-c", script], env, ...fields };
}

/** Waits for the first output; the rest stays with the other readers. */
async function isUp(process: RemoteProcess): Promise<void> {
  for await (const event of process.events()) if (event.type === "output") return;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

test("resize() reaches the program, which was told its first size", async (client) => {
  const script = waiting("WINCH", "stty size", "stty size");
  const terminalSize = { rows: 30, cols: 100 };
  const process = await client.start(shell(script, { tty: true, terminalSize }));
  const collecting = process.output();
  await isUp(process);
  await process.resize({ rows: 50, cols: 132 });
  const { stdout, exitCode } = await within(collecting, "the end");
  assertEquals([text(stdout), exitCode], ["30 100\r\n50 132\r\n", 9]);
});

test("resize() of a process without a terminal is refused", async (client) => {
  const process = await client.start(shell("exec sleep 1000"));
  const error = await assertRejects(() => process.resize({ rows: 1, cols: 1 }), ExecServerError);
  assertEquals(error.kind, "noTerminal");
  await process.terminate();
});

test("signal() sends what it is told", async (client) => {
  const process = await client.start(shell(waiting("USR1", ":")));
  await isUp(process);
  await process.signal("SIGUSR1");
  assertEquals((await within(process.status, "the end")).exitCode, 9);
  await process.signal("SIGUSR1");
});

test("terminate() lets a process end by itself when it gets time", async (client) => {
  const process = await client.start(shell(waiting("TERM", ":")));
  await isUp(process);
  assertEquals(await process.terminate({ graceMs: 60_000 }), true);
  assertEquals((await within(process.status, "the end")).exitCode, 9);
});

test("A timeout is the reason of the end", async (client) => {
  const process = await client.start(shell("exec sleep 1000", { timeoutMs: 50 }));
  assertEquals((await process.status).reason, "killed by timeout after 50 ms");
});

test("closeStdin() ends the input of a terminal", async (client) => {
  const process = await client.start(shell("stty -echo; echo up; cat; exit 3", { tty: true }));
  await isUp(process);
  await process.write(new TextEncoder().encode("fed\n"));
  await process.closeStdin();
  const { stdout, exitCode } = await within(process.output(), "the end");
  assertEquals([text(stdout), exitCode], ["up\r\nfed\r\n", 3]);
});
