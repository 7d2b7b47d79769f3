/** What every file system promises about open files: asked of each implementation. @module */

import { assertEquals } from "@std/assert";
import type { FileSystem, OpenFile } from "../../../server/fs/file_system.ts";
import { makeFifo } from "../../support/fifo.ts";
import { randomBytes } from "../../support/random_bytes.ts";
import { bytesOf, every, faultOf, only, textOf } from "./file_systems.ts";

const MIB = 1 << 20;

async function create(files: FileSystem, path: string): Promise<OpenFile> {
  return await files.open(path, { access: "readWrite", create: true });
}

every("reads and writes at the place that is said", async ({ files, at }) => {
  await using file = owned(await create(files, at("file")));
  await file.it.write(bytesOf("world"), 6);
  await file.it.write(bytesOf("hello "), 0);
  assertEquals(await textOf(file.it), "hello world");
  assertEquals(await textOf(file.it, 6), "world");
  assertEquals(await textOf(file.it, 11), "");
  assertEquals(await textOf(file.it, 1e15), "");
  assertEquals(await file.it.read(new Uint8Array(0), 0), 0);
  await file.it.write(new Uint8Array(0), 0);
  assertEquals((await file.it.status()).size, 11);
});

every("makes, empties and refuses files as it is told", async ({ files, at }) => {
  const path = at("file");
  const made = await files.open(path, { access: "write", create: true, createMode: 0o640 });
  assertEquals((await made.status()).mode, 0o640 & ~Deno.umask());
  await made.write(bytesOf("text"), 0);
  await made.close();
  const exclusive = { access: "write", create: true, exclusive: true } as const;
  assertEquals(await faultOf(() => files.open(path, exclusive)), "EEXIST");
  await Deno.symlink("nowhere", at("dangling"));
  assertEquals(await faultOf(() => files.open(at("dangling"), exclusive)), "EEXIST");
  const emptied = await files.open(path, { access: "write", truncate: true });
  assertEquals((await emptied.status()).size, 0);
  await emptied.close();
  assertEquals(await faultOf(() => files.open(at(), { access: "write" })), "EISDIR");
});

every("reads a large file whole, and what is beside a hole", async ({ files, at }) => {
  const bytes = randomBytes(5 * MIB + 3, 7);
  await Deno.writeFile(at("file"), bytes);
  await using file = owned(await files.open(at("file"), { access: "read" }));
  const into = new Uint8Array(bytes.byteLength + 100);
  assertEquals(await file.it.read(into, 0), bytes.byteLength);
  assertEquals(same(into.subarray(0, bytes.byteLength), bytes), true);
  const middle = new Uint8Array(new ArrayBuffer(100), 50, 10);
  assertEquals(await file.it.read(middle, 4 * MIB), 10);
  assertEquals(same(middle, bytes.subarray(4 * MIB, 4 * MIB + 10)), true);

  await using sparse = owned(await create(files, at("sparse")));
  await sparse.it.write(bytesOf("end"), 2 ** 33);
  assertEquals((await sparse.it.status()).size, 2 ** 33 + 3);
  assertEquals(await textOf(sparse.it, 2 ** 33), "end");
  const hole = new Uint8Array(2 * MIB).fill(1);
  assertEquals(await sparse.it.read(hole, 2 ** 32), hole.byteLength);
  assertEquals(hole.every((byte) => byte === 0), true);
});

every("answers 512 reads at once, each with its place", async ({ files, at }) => {
  const block = 4096;
  const bytes = randomBytes(512 * block, 3);
  await Deno.writeFile(at("file"), bytes);
  await using file = owned(await files.open(at("file"), { access: "read" }));
  const right = await Promise.all(
    Array.from({ length: 512 }, async (_, index) => {
      const into = new Uint8Array(block);
      const count = await file.it.read(into, index * block);
      return count === block && same(into, bytes.subarray(index * block, (index + 1) * block));
    }),
  );
  assertEquals(right.filter((it) => !it).length, 0);
});

every("takes 512 writes at once, each at its place", async ({ files, at }) => {
  const block = 512;
  const bytes = randomBytes(512 * block, 4);
  await using file = owned(await create(files, at("file")));
  await Promise.all(
    Array.from(
      { length: 512 },
      (_, index) => file.it.write(bytes.slice(index * block, (index + 1) * block), index * block),
    ),
  );
  assertEquals(same(await Deno.readFile(at("file")), bytes), true);
});

every("closes after the calls in work, and once", async ({ files, at }) => {
  const bytes = randomBytes(4 * MIB, 5);
  await Deno.writeFile(at("file"), bytes);
  const file = await files.open(at("file"), { access: "readWrite" });
  const into = new Uint8Array(bytes.byteLength);
  const calls = [file.read(into, 0), file.write(bytesOf("after"), bytes.byteLength), file.flush()];
  const closed = [file.close(), file.close()];
  assertEquals(await faultOf(() => file.read(into, 0)), "EBADF");
  assertEquals(await faultOf(() => file.write(bytes, 0)), "EBADF");
  assertEquals(await faultOf(() => file.status()), "EBADF");
  assertEquals(await Promise.all(calls), [bytes.byteLength, undefined, undefined]);
  await Promise.all(closed);
  await file.close();
  assertEquals(same(into, bytes), true);
  assertEquals((await Deno.stat(at("file"))).size, bytes.byteLength + 5);
});

every("changes size, permissions and owner of what is open", async ({ files, at }) => {
  await using file = owned(await create(files, at("file")));
  await Deno.rename(at("file"), at("elsewhere"));
  await file.it.truncate(10);
  await file.it.setMode(0o604);
  const { uid, gid } = await Deno.stat(at("elsewhere"));
  await file.it.setOwner(uid ?? 0, gid ?? 0);
  await file.it.flush();
  const { size, mode, userId } = await file.it.status();
  assertEquals([size, mode, userId], [10, 0o604, uid]);
  await using reader = owned(await files.open(at("elsewhere"), { access: "read" }));
  assertEquals(await faultOf(() => reader.it.truncate(0)), "EINVAL");
  assertEquals(await faultOf(() => reader.it.write(bytesOf("x"), 0)), "EBADF");
});

every("copies pieces of files", async ({ files, at }) => {
  const bytes = randomBytes(3 * MIB + 5, 6);
  await Deno.writeFile(at("file"), bytes);
  await using source = owned(await files.open(at("file"), { access: "read" }));
  await using target = owned(await create(files, at("copy")));
  assertEquals(await target.it.copyFrom(source.it, 0, MIB), MIB);
  assertEquals(await target.it.copyFrom(source.it, MIB, 9 * MIB), 2 * MIB + 5);
  assertEquals(await target.it.copyFrom(source.it, bytes.byteLength, MIB), 0);
  assertEquals(same(await Deno.readFile(at("copy")), bytes), true);
  await using inKernel = owned(await files.open("/proc/self/mounts", { access: "read" }));
  await using second = owned(await create(files, at("second")));
  const count = await second.it.copyFrom(inKernel.it, 0, MIB);
  assertEquals((await Deno.readFile(at("second"))).byteLength, count);
  assertEquals(count > 0, true);
});

every(
  "writes to a FIFO, wherever it is told to, while there is a reader",
  async ({ files, at }) => {
    const fifo = await makeFifo(at("fifo"));
    const reader = await Deno.open(fifo, { read: true, write: true });
    await using file = owned(await files.open(fifo, { access: "write", truncate: true }));
    await file.it.write(bytesOf("for the "), 0);
    await file.it.write(bytesOf("reader"), 1_000);
    const read = await readBytes(reader, 14);
    assertEquals(new TextDecoder().decode(read), "for the reader");
    reader.close();
    assertEquals(await faultOf(() => file.it.write(bytesOf("x"), 0)), "E32");
  },
);

only("posix", "writes more to a FIFO than it holds, as fast as it is read", async (room) => {
  const { files, at } = room;
  const fifo = await makeFifo(at("fifo"));
  using reader = await Deno.open(fifo, { read: true, write: true });
  await using file = owned(await files.open(fifo, { access: "write" }));
  const bytes = randomBytes(MIB, 8);
  const written = file.it.write(bytes, 0);
  assertEquals(same(await readBytes(reader, MIB), bytes), true);
  await written;
});

async function readBytes(reader: Deno.FsFile, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count;) at += await reader.read(bytes.subarray(at)) ?? count;
  return bytes;
}

/** Closes a file at the end of a block. */
function owned(it: OpenFile) {
  return { it, [Symbol.asyncDispose]: () => it.close() };
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && one.every((byte, at) => byte === other[at]);
}
