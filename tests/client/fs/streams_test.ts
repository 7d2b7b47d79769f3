/** Files as streams, against a real server: ours, or the reference. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { connectWebSocket, type ExecServerClient, ExecServerError } from "../../../client/mod.ts";
import { pathToUri } from "../../../protocol/path_uri.ts";
import { Scratch } from "../../support/scratch.ts";
import { sharedServer } from "../../support/shared_server.ts";

const server = sharedServer();
const MIB = 1024 * 1024;
/** More than a connection may hold open: what is not closed is missed. */
const MANY = 150;

function connect(): Promise<ExecServerClient> {
  return connectWebSocket({ url: server().url });
}

function pattern(length: number, from = 0): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, at) => (at + from) * 31 >> 3);
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return await new Response(stream).bytes();
}

for (const size of [0, 1, MIB - 1, MIB, MIB + 1, 5 * MIB + 7]) {
  Deno.test(`A file of ${size} bytes goes there by one stream and comes back by another`, async () => {
    await using scratch = await Scratch.create();
    await using client = await connect();
    const uri = pathToUri(join(scratch.path, "file"));
    const bytes = pattern(size);
    await ReadableStream.from([bytes]).pipeTo(client.fs.writable(uri));
    assertEquals(await Deno.readFile(join(scratch.path, "file")), bytes);
    assertEquals(await readAll(client.fs.readable(uri)), bytes);
  });
}

Deno.test("A readable stream gives the range that was asked for", async () => {
  await using scratch = await Scratch.create();
  await using client = await connect();
  const path = join(scratch.path, "file");
  await Deno.writeFile(path, pattern(3 * MIB));
  const ranges: readonly [number, number | undefined][] = [
    [0, 0],
    [1, 1],
    [MIB - 1, 2],
    [MIB, 2 * MIB],
    [2 * MIB + 5, undefined],
    [3 * MIB, undefined],
    [3 * MIB - 1, 100],
    [9 * MIB, 10],
  ];
  for (const [offset, length] of ranges) {
    const options = length === undefined ? { offset } : { offset, length };
    const end = Math.min(3 * MIB, offset + (length ?? Infinity));
    const wanted = pattern(Math.max(0, end - offset), offset);
    assertEquals(await readAll(client.fs.readable(pathToUri(path), options)), wanted);
  }
});

Deno.test("Streams that are cancelled, fail or end early leave no file open", async () => {
  await using scratch = await Scratch.create();
  await using client = await connect();
  const path = join(scratch.path, "file");
  await Deno.writeFile(path, pattern(2 * MIB));
  const uri = pathToUri(path);
  for (let round = 0; round < MANY; round++) {
    const reader = client.fs.readable(uri).getReader();
    await reader.read();
    await reader.cancel();
    const writer = client.fs.writable(pathToUri(join(scratch.path, "other"))).getWriter();
    await writer.write(new Uint8Array(10));
    await writer.abort();
  }
  assertEquals((await readAll(client.fs.readable(uri))).byteLength, 2 * MIB);
});

Deno.test("A stream stops when its signal aborts, and closes its file", async () => {
  await using scratch = await Scratch.create();
  await using client = await connect();
  const path = join(scratch.path, "file");
  await Deno.writeFile(path, pattern(8 * MIB));
  for (let round = 0; round < MANY; round++) {
    const stop = new AbortController();
    const reader = client.fs.readable(pathToUri(path), { signal: stop.signal }).getReader();
    if (round % 2 === 0) await reader.read();
    stop.abort(new Error("enough"));
    await assertRejects(
      async () => {
        for (;;) if ((await reader.read()).done) return;
      },
      Error,
      "enough",
    );
  }
  await using handle = await client.fs.open(pathToUri(path));
  assertEquals((await handle.read(0, 10)).byteLength, 10);
});

Deno.test("What cannot be opened fails with the server's words", async () => {
  await using scratch = await Scratch.create();
  await using client = await connect();
  const missing = pathToUri(join(scratch.path, "missing"));
  const error = await assertRejects(() => readAll(client.fs.readable(missing)), ExecServerError);
  assertEquals([error.kind, error.code], ["notFound", -32004]);
  const directory = pathToUri(scratch.path);
  const refused = await assertRejects(
    () => readAll(client.fs.readable(directory)),
    ExecServerError,
  );
  assertEquals([refused.kind, refused.code], ["server", -32600]);
  const nowhere = pathToUri(join(scratch.path, "no/file"));
  await assertRejects(() => client.fs.writable(nowhere).getWriter().close(), ExecServerError);
});

Deno.test("A stream fails when the connection ends in the middle", async () => {
  await using scratch = await Scratch.create();
  const client = await connect();
  const path = join(scratch.path, "file");
  await Deno.writeFile(path, pattern(8 * MIB));
  const reader = client.fs.readable(pathToUri(path)).getReader();
  await reader.read();
  await client.close();
  const error = await assertRejects(async () => {
    for (;;) if ((await reader.read()).done) return;
  }, ExecServerError);
  assertEquals(error.kind, "closed");
});

Deno.test("Blocks of one open file may be written and read side by side", async () => {
  await using scratch = await Scratch.create();
  await using client = await connect();
  const uri = pathToUri(join(scratch.path, "file"));
  const bytes = pattern(64 * 1000);
  {
    await using handle = await client.fs.open(uri, { mode: "replace" });
    const places = Array.from({ length: 64 }, (_, at) => at * 1000).reverse();
    await Promise.all(places.map((at) => handle.write(at, bytes.subarray(at, at + 1000))));
  }
  await using handle = await client.fs.open(uri);
  const blocks = await Promise.all(
    Array.from({ length: 64 }, (_, at) => handle.read(at * 1000, 1000)),
  );
  assertEquals(await new Blob(blocks).bytes(), bytes);
});
