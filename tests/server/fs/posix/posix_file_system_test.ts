/** What only system calls can promise. @module */

import { setImmediate } from "node:timers";
import { assertEquals, assertThrows } from "@std/assert";
import { nativeBytes } from "../../../../protocol/native_path.ts";
import type { FileStatus, OpenDirectory } from "../../../../server/fs/file_system.ts";
import { makeFifo } from "../../../support/fifo.ts";
import { randomBytes } from "../../../support/random_bytes.ts";
import { bytesOf, faultOf, only, textOf } from "../file_systems.ts";

/** Whether an answer came at once. */
function isAtOnce(answer: unknown): boolean {
  return !(answer instanceof Promise);
}

only("posix", "answers at once what lies in memory", async ({ files, at }) => {
  await Deno.writeTextFile(at("file"), "text");
  await Deno.mkdir(at("directory"));
  await Deno.stat(at("file"));
  assertEquals(isAtOnce(files.status(at("file"), "none")), true);
  const file = files.open(at("file"), { access: "read" });
  const directory = files.openDirectory(at("directory"), "last");
  assertEquals([isAtOnce(file), isAtOnce(directory)], [true, true]);
  const opened = await file;
  assertEquals(isAtOnce(opened.read(new Uint8Array(10), 0)), true);
  assertEquals(isAtOnce(opened.status()), true);
  await opened.close();
  (await directory).close();
});

only("posix", "asks in the pool what may need a disk or a program", async ({ files, at }) => {
  // Nobody has looked this name up yet.
  const unknown = files.status(at("never seen"), "last");
  assertEquals(isAtOnce(unknown), false);
  assertEquals(await faultOf(() => unknown), "ENOENT");
  const kernel = files.status("/proc/self/status", "follow");
  assertEquals(isAtOnce(kernel), false);
  assertEquals((await kernel).kind, "file");
  const writer = files.open(at("file"), { access: "write", create: true });
  assertEquals(isAtOnce(writer), false);
  await (await writer).close();
  const fifo = await makeFifo(at("fifo"));
  const reader = files.open(fifo, { access: "read" });
  assertEquals(isAtOnce(reader), false);
  await (await reader).close();
});

only("posix", "reads from the disk in the pool, and then from memory", async ({ files, at }) => {
  const bytes = randomBytes(3 << 20, 2);
  await Deno.writeFile(at("file"), bytes);
  const file = await files.open(at("file"), { access: "readWrite" });
  await file.flush();
  const into = new Uint8Array(4096);
  if (await dropFromMemory(at("file"))) {
    const first = file.read(into, 1 << 20);
    assertEquals(isAtOnce(first), false);
    assertEquals(await first, into.byteLength);
  }
  assertEquals(file.read(into, 1 << 20), into.byteLength);
  assertEquals(into, bytes.slice(1 << 20, (1 << 20) + into.byteLength));
  // More than a MiB is not copied on the event loop.
  const large = new Uint8Array(bytes.byteLength);
  const all = file.read(large, 0);
  assertEquals(isAtOnce(all), false);
  assertEquals(await all, bytes.byteLength);
  assertEquals(large.every((byte, index) => byte === bytes[index]), true);
  await file.close();
});

only("posix", "reads files that the kernel makes up", async ({ files }) => {
  const file = await files.open("/proc/self/comm", { access: "read" });
  assertEquals((await textOf(file)).endsWith("\n"), true);
  assertEquals((await textOf(file, 1)).endsWith("\n"), true);
  await file.close();
});

only("posix", "keeps names that are not UTF-8", async ({ files, path, at }) => {
  const name = "a\udcff\udc80b";
  await files.makeDirectory(at(name), 0o755);
  await files.makeLink(at("link"), name);
  assertEquals(await files.readLink(at("link")), name);
  assertEquals(await files.realPath(at("link")), `${path}/${name}`);
  const root = await files.openDirectory(path, "none");
  assertEquals((await root.items()).map((item) => item.name).sort(), [name, "link"].sort());
  const options = { access: "write", create: true } as const;
  const file = await files.open({ parent: root, name: "\udcfe" }, options);
  await file.write(bytesOf("text"), 0);
  await file.close();
  assertEquals((await files.status(at("\udcfe"), "none")).size, 4);
  await files.rename({ parent: root, name: "\udcfe" }, at(name, "\udcfe"), { overwrite: false });
  await files.remove(at(name, "\udcfe"), "other");
  root.close();
  const bytes = nativeBytes(name);
  assertEquals(bytes, new Uint8Array([0x61, 0xff, 0x80, 0x62]));
});

only("posix", "finds names in a directory that has moved", async ({ files, at }) => {
  await Deno.mkdir(at("before"));
  const parent = await files.openDirectory(at("before"), "none");
  await Deno.rename(at("before"), at("after"));
  await Deno.symlink("/etc", at("before"));
  await files.makeDirectory({ parent, name: "inner" }, 0o755);
  assertEquals((await parent.items()).map(({ name }) => name), ["inner"]);
  assertEquals((await Deno.stat(at("after", "inner"))).isDirectory, true);
  parent.close();
});

only("posix", "takes only names in a directory, and directories of its own", async (room) => {
  const { files, path, at } = room;
  const parent = await files.openDirectory(path, "none");
  for (const name of ["", ".", "..", "a/b", "/etc"]) {
    assertEquals(await faultOf(() => files.status({ parent, name }, "last")), "EINVAL");
    assertEquals(await faultOf(() => files.makeDirectory({ parent, name }, 0o755)), "EINVAL");
  }
  assertEquals(await faultOf(() => files.status("relative", "last")), "EINVAL");
  const work = files.makeDirectory({ parent, name: "late" }, 0o755);
  const items = parent.items();
  parent.close();
  await work;
  assertEquals((await items).length <= 1, true);
  assertEquals((await Deno.stat(at("late"))).isDirectory, true);
  assertEquals(await faultOf(() => files.status({ parent, name: "late" }, "last")), "EBADF");
  assertEquals(await faultOf(() => files.remove({ parent, name: "late" }, "directory")), "EBADF");
  assertEquals(await faultOf(() => parent.items()), "EBADF");
  const stranger: OpenDirectory = {
    path,
    items: () => Promise.resolve([]),
    status: (): FileStatus => {
      throw new Error("Nobody asks");
    },
    flush: () => Promise.resolve(),
    close: () => {},
  };
  assertThrows(() => files.status({ parent: stranger, name: "late" }, "last"), TypeError);
});

only("posix", "tells 30,000 entries without holding up the event loop", async ({ files, at }) => {
  const script = 'i=0; while [ $i -lt 30 ]; do seq -f "entry-$i-%g" 1000 | xargs touch; ' +
    "i=$((i+1)); done";
  await new Deno.Command("sh", { args: ["-c", script], cwd: at() }).output();
  const directory = await files.openDirectory(at(), "none");
  let turns = 0;
  let isOver = false;
  const counting = (async () => {
    for (; !isOver; turns++) await new Promise<void>((resolve) => setImmediate(resolve));
  })();
  const items = await directory.items();
  isOver = true;
  await counting;
  directory.close();
  assertEquals(new Set(items.map(({ name }) => name)).size, 30_000);
  // One buffer tells 2,000 at most: in between, others have their turn.
  assertEquals(turns >= 12, true, `${turns} turns`);
});

/** Whether the file system let go of a file's pages; one in memory does not. */
async function dropFromMemory(path: string): Promise<boolean> {
  const type = await new Deno.Command("stat", { args: ["-f", "-c", "%T", path] }).output();
  if (new TextDecoder().decode(type.stdout).trim() === "tmpfs") return false;
  const args = [`if=${path}`, "iflag=nocache", "count=0", "status=none"];
  return (await new Deno.Command("dd", { args }).output()).success;
}
