/** How bytes reach the standard input of a process. @module */
import { Buffer } from "node:buffer";
import { assertEquals, assertRejects } from "@std/assert";
import { ExecServerError } from "../../client/errors.ts";
import { within } from "../support/deadline.ts";
import { scriptedInfo, scriptedProcess, scriptedSession } from "./scripted_server.ts";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function writeOf(params: unknown): { writeId: string; chunk: string } {
  const { writeId, chunk } = Object(params);
  return { writeId, chunk };
}

async function failureOf(promise: Promise<unknown>): Promise<ExecServerError> {
  return await within(assertRejects(() => promise, ExecServerError), "a rejection");
}

Deno.test("RemoteProcess.write() numbers its writes 1, 2, … and sends them in order", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  const { client, server } = session;
  const writes = [process.write(bytes("one")), process.write(bytes("two"))];
  const first = await server.serve("process/write", { status: "accepted" });
  const second = await server.serve("process/write", { status: "accepted" });
  await Promise.all(writes);
  assertEquals(first, { processId: "p", chunk: bytes("one").toBase64(), writeId: "1" });
  assertEquals(writeOf(second), { chunk: bytes("two").toBase64(), writeId: "2" });
  await client.close();
});

Deno.test("RemoteProcess.write() cuts what no frame could hold, and sends a bounded way ahead", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  const { client, server } = session;
  const writing = process.write(new Uint8Array(2 * 1024 * 1024 + 5));
  const sizes: number[] = [];
  for (let i = 0; i < 3; i++) {
    const asked = await server.asked("process/write");
    sizes.push(Uint8Array.fromBase64(writeOf(asked.params).chunk).byteLength);
    // Nothing more is on its way before this one is taken.
    if (i === 0) await server.proveQuiet(client);
    server.answer(asked, { status: "accepted" });
  }
  await writing;
  assertEquals(sizes, [1024 * 1024, 1024 * 1024, 5]);
  await client.close();
});

Deno.test("RemoteProcess.write() sends the bytes as they were when it was called", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  const buffer = bytes("first");
  const writing = process.write(buffer);
  buffer.fill(0);
  const params = await session.server.serve("process/write", { status: "accepted" });
  await writing;
  assertEquals(writeOf(params).chunk, bytes("first").toBase64());
  await session.client.close();
});

for (const status of ["stdinClosed", "unknownProcess"] as const) {
  Deno.test(`RemoteProcess.write() says ${status} when told so, and sends nothing after it`, async () => {
    const session = await scriptedSession();
    const process = await scriptedProcess(session);
    const { client, server } = session;
    const failure = failureOf(process.write(bytes("x")));
    await server.serve("process/write", { status });
    assertEquals((await failure).kind, status);
    // The scripted server answers no second call, so this settles only if none is made.
    assertEquals((await failureOf(process.write(bytes("y")))).kind, status);
    await client.close();
  });
}

Deno.test("RemoteProcess.stdin writes and, when closed, ends the input", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  const { client, server } = session;
  const writer = process.stdin.getWriter();
  const writing = writer.write(bytes("in"));
  const closing = writer.close();
  await server.serve("process/write", { status: "accepted" });
  await writing;
  assertEquals(await server.serve("process/closeStdin", { status: "accepted" }), {
    processId: "p",
  });
  await closing;
  await client.close();
});

Deno.test("RemoteProcess.closeStdin() comes after every write before it", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  const { client, server } = session;
  const writing = process.write(new Uint8Array(2 * 1024 * 1024));
  const closing = process.closeStdin();
  await server.serve("process/write", { status: "accepted" });
  await server.serve("process/write", { status: "accepted" });
  await server.serve("process/closeStdin", { status: "accepted" });
  await Promise.all([writing, closing]);
  await client.close();
});

Deno.test("RemoteProcess.closeStdin() refuses where the server cannot do it", async () => {
  const session = await scriptedSession({}, { ...scriptedInfo, capabilities: {} });
  const process = await scriptedProcess(session);
  const error = await failureOf(process.closeStdin());
  assertEquals(error.kind, "notSupported");
  await session.server.proveQuiet(session.client);
  await session.client.close();
});

Deno.test("RemoteProcess.write() refuses what is no bytes, and takes those of a subclass", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  // As a program in JavaScript may call it.
  const write = (value: unknown): Promise<void> => Reflect.apply(process.write, process, [value]);
  for (const wrong of ["5\n", 5, null, undefined, [1, 2], new ArrayBuffer(2), new Uint16Array(1)]) {
    const error = await within(assertRejects(() => write(wrong), TypeError), "a rejection");
    assertEquals(error.message, 'Cannot write to process "p": wanted bytes, as a Uint8Array');
  }
  const writing = write(Buffer.from("ok"));
  const params = await session.server.serve("process/write", { status: "accepted" });
  await writing;
  assertEquals(writeOf(params), { writeId: "1", chunk: bytes("ok").toBase64() });
  await session.client.close();
});
