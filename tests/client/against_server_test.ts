/** The client against a real server: ours, or the reference with EXEC_SERVER_TARGET=reference. @module */
import { assertEquals, assertRejects } from "@std/assert";
import {
  connectWebSocket,
  type ExecServerClient,
  ExecServerError,
  type StartRequest,
} from "../../client/mod.ts";
import { connectStdio } from "../../client/stdio.ts";
import { within } from "../support/deadline.ts";
import { makeFifo, writeFifo } from "../support/fifo.ts";
import { Scratch } from "../support/scratch.ts";
import { sharedServer } from "../support/shared_server.ts";
import { serverProgram } from "../support/target.ts";

const server = sharedServer();
const env = { PATH: "/usr/bin:/bin" };

function connect(): Promise<ExecServerClient> {
  return connectWebSocket({ url: server().url });
}

async function connectChild(): Promise<ExecServerClient> {
  const { program, prefix, env } = await serverProgram();
  return await connectStdio({
    program,
    args: [...prefix, "--listen", "stdio"],
    env,
    stderr: "null",
  });
}

function shell(script: string, fields: Partial<StartRequest> = {}): StartRequest {
  return { argv: ["/bin/sh", "-c", script], env, ...fields };
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

async function digest(chunks: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<string> {
  const whole = await new Response(ReadableStream.from(chunks)).bytes();
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole)).toHex();
}

for (const [name, open] of [["WebSocket", connect], ["stdio", connectChild]] as const) {
  Deno.test(`A process prints, is fed and exits over ${name}`, async () => {
    await using client = await open();
    const script = "echo out; echo err >&2; read line; echo got $line; exit 7";
    const process = await client.start(shell(script, { pipeStdin: true }));
    await process.write(new TextEncoder().encode("fed\n"));
    const { stdout, stderr, exitCode } = await process.output();
    assertEquals([text(stdout), text(stderr), exitCode], ["out\ngot fed\n", "err\n", 7]);
  });

  Deno.test(`A process that prints much loses nothing over ${name}`, async () => {
    await using client = await open();
    const process = await client.start(shell("seq 1 300000"));
    const local = new Deno.Command("seq", { args: ["1", "300000"] });
    const { stdout } = await local.output();
    assertEquals(await digest(process.stdout), await digest(ReadableStream.from([stdout])));
    assertEquals((await process.status).exitCode, 0);
  });
}

Deno.test("Many processes run side by side, each with its own events in order", async () => {
  await using client = await connect();
  const runs = Array.from({ length: 40 }, async (_, index) => {
    const process = await client.start(shell(`echo ${index}; echo ${index} >&2; exit ${index}`));
    const seqs: number[] = [];
    for await (const event of process.events()) seqs.push(event.seq);
    assertEquals(seqs, [1, 2, 3, 4]);
    assertEquals((await process.status).exitCode, index);
  });
  await within(Promise.all(runs), "40 processes");
});

Deno.test("interrupt() ends a process with 130, terminate() with 137", async () => {
  await using client = await connect();
  const first = await client.start({ argv: ["/bin/sleep", "1000"], env });
  await first.interrupt();
  assertEquals((await first.status).exitCode, 130);
  const second = await client.start({ argv: ["/bin/sleep", "1000"], env });
  assertEquals(await second.terminate(), true);
  assertEquals((await second.status).exitCode, 137);
  assertEquals(await second.terminate(), false);
});

Deno.test("A process in a terminal is typed to, and ends with 1 by Ctrl-C", async () => {
  await using client = await connect();
  const request = shell("stty size; read line; echo got $line; exec sleep 1000", { tty: true });
  const process = await client.start(request);
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let shown = "";
  const until = async (end: string) => {
    while (!shown.endsWith(end)) shown += (await within(reader.read(), end)).value ?? "";
  };
  await until("24 80\r\n");
  await process.write(new TextEncoder().encode("fed\r"));
  await until("got fed\r\n");
  await process.write(Uint8Array.of(3));
  assertEquals((await within(process.status, "the end")).exitCode, 1);
  await until("^C");
  assertEquals([shown, (await reader.read()).done], ["24 80\r\nfed\r\ngot fed\r\n^C", true]);
});

Deno.test("A program that does not exist is refused by the server", async () => {
  await using client = await connect();
  const starting = client.start({ argv: ["no-such-program-here"], env });
  const error = await assertRejects(() => starting, ExecServerError);
  assertEquals([error.kind, error.code], ["server", -32603]);
  assertEquals(error.serverMessage?.startsWith("No such file or directory (os error 2)"), true);
});

Deno.test("Writing to a process without a pipe is refused", async () => {
  await using client = await connect();
  const process = await client.start({ argv: ["/bin/sleep", "1000"], env });
  const writing = process.write(new TextEncoder().encode("x"));
  assertEquals((await assertRejects(() => writing, ExecServerError)).kind, "stdinClosed");
  await process.terminate();
});

Deno.test("What a background child prints after the exit still comes", async () => {
  await using scratch = await Scratch.create();
  const fifo = await makeFifo(`${scratch.path}/go`);
  await using client = await connect();
  const process = await client.start(shell(`(cat '${fifo}'; echo late) & exit 3`));
  assertEquals((await process.exit).exitCode, 3);
  const collecting = process.output();
  await writeFifo(fifo, "on time\n");
  assertEquals(text((await collecting).stdout), "on time\nlate\n");
});

Deno.test("With back-pressure a slow reader gets every byte, however many", async () => {
  const url = server().url;
  await using client = await connectWebSocket({ url, backpressure: true });
  const size = 24 * 1024 * 1024;
  const process = await client.start(shell(`head -c ${size} /dev/zero`));
  const events = process.events();
  // Far more than the client, the sockets and the server's window hold together.
  const first = await events.next();
  let bytes = first.value?.type === "output" ? first.value.chunk.byteLength : 0;
  for await (const event of events) if (event.type === "output") bytes += event.chunk.byteLength;
  assertEquals(bytes, size);
});

Deno.test("A detached session is taken over, with its processes", async () => {
  const first = await connectWebSocket({ url: server().url });
  const argv = ["/bin/sh", "-c", "read line; echo got $line"];
  await first.start({ processId: "kept", argv, env, pipeStdin: true });
  await first.close();
  const options = { url: server().url, resumeSessionId: first.sessionId };
  await using second = await resumed(() => connectWebSocket(options));
  assertEquals(second.sessionId, first.sessionId);
  assertEquals(await second.call("process/terminate", { processId: "kept" }), { running: true });
});

/** The server may need a moment to see that the first connection is gone: it says so by its code. */
async function resumed<T>(connect: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if (!(error instanceof ExecServerError) || error.code !== -32010) throw error;
    }
  }
}
