/** What every file system promises about entries: asked of each implementation. @module */

import { assertEquals } from "@std/assert";
import { makeFifo } from "../../support/fifo.ts";
import { every, faultOf, openDescriptors } from "./file_systems.ts";

every("tells files, directories, links and others apart", async ({ files, at }) => {
  await Deno.writeTextFile(at("file"), "12345", { mode: 0o640 });
  await Deno.chmod(at("file"), 0o640);
  await Deno.mkdir(at("directory"));
  await Deno.symlink("file", at("link"));
  await makeFifo(at("fifo"));
  const kinds = ["file", "directory", "link", "fifo"].map(async (name) =>
    (await files.status(at(name), "last")).kind
  );
  assertEquals(await Promise.all(kinds), ["file", "directory", "symlink", "other"]);
  assertEquals((await files.status("/dev/null", "follow")).kind, "other");
  assertEquals((await files.status("/", "none")).kind, "directory");
});

every("tells the facts of a file", async ({ files, at }) => {
  await Deno.writeTextFile(at("file"), "12345");
  await Deno.chmod(at("file"), 0o4640);
  await Deno.link(at("file"), at("second"));
  await Deno.utime(at("file"), 1, 1_600_000_000.5);
  const told = await files.status(at("file"), "last");
  const info = await Deno.lstat(at("file"));
  assertEquals(told.size, 5);
  assertEquals(told.mode, 0o4640);
  assertEquals(told.modifiedAtMs, 1_600_000_000_500);
  assertEquals(told.createdAtMs, info.birthtime?.getTime() ?? 0);
  assertEquals([told.userId, told.groupId, told.links], [info.uid, info.gid, 2]);
  assertEquals([told.device, told.inode], [info.dev, BigInt(info.ino ?? 0)]);
  const second = await files.status(at("second"), "last");
  assertEquals([second.device, second.inode], [told.device, told.inode]);
});

every("follows links, takes the last one itself, or allows none", async ({ files, at }) => {
  await Deno.mkdir(at("directory"));
  await Deno.writeTextFile(at("directory", "file"), "");
  await Deno.symlink("directory", at("link"));
  await Deno.symlink("file", at("directory", "last"));
  const told: string[] = [];
  for (const path of [at("directory", "last"), at("link", "file"), at("link", "last")]) {
    for (const links of ["follow", "last", "none"] as const) {
      let kind = "";
      const fault = await faultOf(async () => kind = (await files.status(path, links)).kind);
      told.push(kind || fault);
    }
  }
  assertEquals(told, [
    ...["file", "symlink", "ELOOP"],
    ...["file", "file", "ENOTDIR"],
    ...["file", "symlink", "ENOTDIR"],
  ]);
});

every("opens by the same rule", async ({ files, at }) => {
  await Deno.mkdir(at("directory", "inner"), { recursive: true });
  await Deno.writeTextFile(at("directory", "file"), "");
  await Deno.symlink("directory", at("link"));
  await Deno.symlink("file", at("directory", "last"));
  const opened = async (path: string, links: "follow" | "last" | "none") =>
    await faultOf(async () => await (await files.open(path, { access: "read", links })).close());
  const entered = async (path: string, links: "follow" | "last" | "none") =>
    await faultOf(async () => (await files.openDirectory(path, links)).close());
  assertEquals(await opened(at("directory", "last"), "follow"), "none");
  assertEquals(await opened(at("directory", "last"), "last"), "ELOOP");
  assertEquals(await opened(at("directory", "last"), "none"), "ELOOP");
  assertEquals(await opened(at("link", "file"), "last"), "none");
  assertEquals(await opened(at("link", "file"), "none"), "ENOTDIR");
  assertEquals(await opened(at("directory", "file"), "none"), "none");
  assertEquals(await entered(at("link"), "follow"), "none");
  assertEquals(await entered(at("link"), "last"), "ELOOP");
  assertEquals(await entered(at("link"), "none"), "ELOOP");
  assertEquals(await entered(at("link", "inner"), "none"), "ENOTDIR");
  assertEquals(await entered(at("directory", "file"), "none"), "ENOTDIR");
  assertEquals(await entered(at("directory", "inner"), "none"), "none");
});

every("names what is missing or in the way", async ({ files, at }) => {
  await Deno.writeTextFile(at("file"), "");
  await Deno.symlink("loop", at("loop"));
  await Deno.symlink("gone", at("dangling"));
  const status = (path: string) => faultOf(() => files.status(path, "follow"));
  assertEquals(await status(at("missing")), "ENOENT");
  assertEquals(await status(at("missing")), "ENOENT");
  assertEquals(await status(at("missing", "inner")), "ENOENT");
  assertEquals(await status(at("dangling")), "ENOENT");
  assertEquals(await status(at("file", "inner")), "ENOTDIR");
  assertEquals(await status(at("loop")), "ELOOP");
  assertEquals(await status(at("x".repeat(256))), "ENAMETOOLONG");
  assertEquals(await status(at("zero\0byte")), "EINVAL");
  assertEquals(await faultOf(() => files.openDirectory(at("file"), "follow")), "ENOTDIR");
  assertEquals(await faultOf(() => files.openDirectory(at("missing"), "follow")), "ENOENT");
  assertEquals(await faultOf(() => files.open(at("missing"), { access: "write" })), "ENOENT");
});

every("never waits for a FIFO or a device", async ({ files, at }) => {
  const fifo = await makeFifo(at("fifo"));
  assertEquals(await faultOf(() => files.open(fifo, { access: "write" })), "ENXIO");
  const reader = await files.open(fifo, { access: "read" });
  assertEquals((await reader.status()).kind, "other");
  await reader.close();
  assertEquals((await files.status(fifo, "none")).kind, "other");
  const device = await files.open("/dev/null", { access: "read" });
  assertEquals((await device.status()).kind, "other");
  await device.close();
});

every("takes names of 255 bytes", async ({ files, at }) => {
  const name = "ü".repeat(127) + "x";
  await files.makeDirectory(at(name), 0o700);
  const directory = await files.openDirectory(at(name), "none");
  assertEquals((await directory.status()).kind, "directory");
  directory.close();
  assertEquals((await Deno.lstat(at(name))).isDirectory, true);
});

every("makes directories and links, reads and removes them", async ({ files, at }) => {
  await files.makeDirectory(at("directory"), 0o750);
  assertEquals((await files.status(at("directory"), "none")).mode, 0o750 & ~Deno.umask());
  assertEquals(await faultOf(() => files.makeDirectory(at("directory"), 0o777)), "EEXIST");
  await files.makeLink(at("link"), "any/where ü");
  assertEquals(await files.readLink(at("link")), "any/where ü");
  assertEquals(await faultOf(() => files.makeLink(at("link"), "x")), "EEXIST");
  assertEquals(await faultOf(() => files.readLink(at("directory"))), "EINVAL");
  await Deno.writeTextFile(at("directory", "file"), "");
  assertEquals(await faultOf(() => files.remove(at("directory"), "directory")), "ENOTEMPTY");
  assertEquals(await faultOf(() => files.remove(at("directory"), "other")), "EISDIR");
  assertEquals(await faultOf(() => files.remove(at("link"), "directory")), "ENOTDIR");
  await files.remove(at("directory", "file"), "other");
  await files.remove(at("directory"), "directory");
  await files.remove(at("link"), "other");
  assertEquals(await faultOf(() => files.remove(at("link"), "other")), "ENOENT");
});

every("moves entries, over others only when it may", async ({ files, at }) => {
  await Deno.writeTextFile(at("one"), "1");
  await Deno.writeTextFile(at("two"), "2");
  await Deno.mkdir(at("directory"));
  await Deno.mkdir(at("empty"));
  const rename = (from: string, to: string, overwrite: boolean) =>
    faultOf(() => files.rename(at(from), at(to), { overwrite }));
  assertEquals(await rename("one", "two", false), "EEXIST");
  assertEquals(await rename("directory", "empty", false), "EEXIST");
  assertEquals(await rename("one", "three", false), "none");
  assertEquals(await rename("three", "two", true), "none");
  assertEquals(await Deno.readTextFile(at("two")), "1");
  assertEquals(await rename("directory", "empty", true), "none");
  assertEquals(await rename("empty", "elsewhere", false), "none");
  assertEquals(await rename("elsewhere", "elsewhere/inner", true), "EINVAL");
  assertEquals(await rename("missing", "four", false), "ENOENT");
  assertEquals([...Deno.readDirSync(at())].map(({ name }) => name).sort(), ["elsewhere", "two"]);
});

every("finds names in an open directory", async ({ files, at }) => {
  await Deno.mkdir(at("directory"));
  const parent = await files.openDirectory(at("directory"), "none");
  const name = "inner";
  await files.makeDirectory({ parent, name }, 0o755);
  await files.makeLink({ parent, name: "link" }, "inner");
  assertEquals((await files.status({ parent, name: "link" }, "last")).kind, "symlink");
  assertEquals((await files.status({ parent, name: "link" }, "follow")).kind, "directory");
  assertEquals(await faultOf(() => files.status({ parent, name: "link" }, "none")), "ELOOP");
  assertEquals(await faultOf(() => files.openDirectory({ parent, name: "link" }, "none")), "ELOOP");
  const options = { access: "write", create: true, exclusive: true } as const;
  await (await files.open({ parent, name: "file" }, options)).close();
  assertEquals(await faultOf(() => files.open({ parent, name: "file" }, options)), "EEXIST");
  await files.rename({ parent, name: "file" }, { parent, name: "file 2" }, { overwrite: false });
  const inner = await files.openDirectory({ parent, name }, "none");
  assertEquals(await inner.items(), []);
  inner.close();
  const items = await parent.items();
  assertEquals([...items].sort((a, b) => a.name < b.name ? -1 : 1), [
    { name: "file 2", kind: "file" },
    { name: "inner", kind: "directory" },
    { name: "link", kind: "symlink" },
  ]);
  await files.remove({ parent, name }, "directory");
  assertEquals((await parent.items()).length, 2);
  parent.close();
  parent.close();
});

every("sets permissions, but never those of a link", async ({ files, at }) => {
  await Deno.writeTextFile(at("file"), "");
  await Deno.symlink("file", at("link"));
  await files.setMode(at("file"), 0o600, "none");
  assertEquals((await files.status(at("file"), "last")).mode, 0o600);
  await files.setMode(at("link"), 0o644, "follow");
  assertEquals((await files.status(at("file"), "last")).mode, 0o644);
  assertEquals(await faultOf(() => files.setMode(at("link"), 0o777, "last")), "EOPNOTSUPP");
  assertEquals(await faultOf(() => files.setMode(at("link"), 0o777, "none")), "ELOOP");
  await files.setMode(at("file"), 0o400, "last");
  assertEquals((await files.status(at("file"), "last")).mode, 0o400);
});

every("tells the place without links", async ({ files, path, at }) => {
  await Deno.mkdir(at("directory"));
  await Deno.writeTextFile(at("directory", "file (deleted)"), "");
  await Deno.symlink("directory", at("link"));
  const real = await files.realPath(at("link", "..", "link", "file (deleted)"));
  assertEquals(real, `${path}/directory/file (deleted)`);
  assertEquals(await files.realPath("/"), "/");
  assertEquals(await faultOf(() => files.realPath(at("missing"))), "ENOENT");
});

every("tells all of a large directory", async ({ files, at }) => {
  await Deno.mkdir(at("many"));
  for (let i = 0; i < 5_000; i++) Deno.writeFileSync(at("many", `entry number ${i}`), bytes);
  const directory = await files.openDirectory(at("many"), "follow");
  const [items, again] = await Promise.all([directory.items(), directory.items()]);
  const names = new Set(items.map(({ name }) => name));
  assertEquals([items.length, names.size, names.has("entry number 4999")], [5_000, 5_000, true]);
  assertEquals(again.length, 5_000);
  assertEquals(await faultOf(() => directory.items(AbortSignal.abort())), "EINTR");
  await directory.flush();
  directory.close();
});

every("leaves no descriptor open", async ({ files, at }) => {
  await Deno.writeTextFile(at("file"), "");
  await Deno.symlink("file", at("link"));
  const everything = async () => {
    const parent = await files.openDirectory(at(), "none");
    const file = await files.open({ parent, name: "file" }, { access: "readWrite" });
    for (const links of ["follow", "last", "none"] as const) {
      await faultOf(() => files.status(at("link"), links));
      await faultOf(() => files.status(at("link", "below"), links));
      await faultOf(() => files.open(at("link", "below"), { access: "write", links }));
      await faultOf(() => files.openDirectory(at("link"), links));
      await faultOf(() => files.setMode(at("link"), 0o600, links));
    }
    await files.realPath(at("link"));
    await Promise.all([parent.items(), parent.items()]);
    await faultOf(() => parent.items(AbortSignal.abort()));
    await parent.flush();
    await Promise.all([file.close(), file.close()]);
    parent.close();
  };
  await everything();
  const before = openDescriptors(at());
  for (let round = 0; round < 20; round++) await everything();
  assertEquals(openDescriptors(at()), before);
});

const bytes = new Uint8Array();
