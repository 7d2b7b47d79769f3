/** Checks of `fs/readFile`, `fs/getMetadata` and `fs/canonicalize`. @module */
import { assert, assertEquals } from "@std/assert";
import { makeFifo, writeFifo } from "../support/fifo.ts";
import { assertRefusal, inWords, type Refusal, system } from "../support/file_refusals.ts";
import { openRoom } from "../support/file_room.ts";
import { sharedServer } from "../support/shared_server.ts";
import { withoutOverride } from "../support/without_override.ts";
import { check } from "./check.ts";
import { expectations } from "./expectations.ts";

const server = sharedServer();
const through = withoutOverride();
const plainUser = sharedServer({ through: through ?? [] });

const NOT_A_FILE = inWords("is not a file");
const TOO_LARGE = inWords("file is too large to read: limit is 536870912 bytes");
const IS_LINK = inWords("path contains a symbolic link");

/** The files most checks look at. */
const files = {
  file: "content",
  "dir/inner": "inside",
  link: "->file",
  dirlink: "->dir",
  dangling: "->nowhere",
  loop: "->loop",
  fifo: "|",
};

check("76: a file is read whole, also an empty one, also through links", async () => {
  await using room = await openRoom(server());
  await room.put({ ...files, empty: "", chain: "->link" });
  for (const name of ["file", "link", "chain", "./dirlink/../file", "dir/../file"]) {
    assertEquals(await room.read(name), "content", name);
  }
  assertEquals(await room.read("empty"), "");
  assertEquals(await room.read("dirlink/inner"), "inside");
});

check("76: bytes that are no text arrive as they are", async () => {
  await using room = await openRoom(server());
  const bytes = crypto.getRandomValues(new Uint8Array(60_001));
  await Deno.writeFile(room.at("bytes"), bytes);
  assertEquals(await room.call("fs/readFile", "bytes"), { dataBase64: bytes.toBase64() });
});

check("76: a file of /proc, whose size is said to be 0, is read to its end", async () => {
  await using peer = await server().session();
  const params = { path: "file:///proc/self/status" };
  const { dataBase64 } = Object(await peer.call("fs/readFile", params));
  assert(atob(dataBase64).includes("Pid:"), dataBase64);
}, { needs: Deno.build.os === "linux" ? undefined : "/proc" });

const unreadable: readonly (readonly [name: string, refusal: Refusal])[] = [
  ["missing", system.ENOENT],
  ["missing/below", system.ENOENT],
  ["dangling", system.ENOENT],
  ["dir", NOT_A_FILE],
  ["dirlink", NOT_A_FILE],
  ["fifo", NOT_A_FILE],
  ["loop", system.ELOOP],
  ["loop/below", system.ELOOP],
  ["file/below", system.ENOTDIR],
  ["fifo/below", system.ENOTDIR],
];

for (const [name, refusal] of unreadable) {
  check(`76: reading \`${name}\` is refused with ${refusal.code}`, async () => {
    await using room = await openRoom(server());
    await room.put(files);
    assertRefusal(await room.refused("fs/readFile", name), refusal);
    await room.peer.proveOpen();
  });
}

for (const device of ["/dev/null", "/dev/zero", "/dev/full"]) {
  check(`76: reading the device ${device} is refused and does not wait`, async () => {
    await using peer = await server().session();
    assertRefusal(await peer.refused("fs/readFile", { path: `file://${device}` }), NOT_A_FILE);
    assertEquals(await peer.call("environment/status"), { status: "ready" });
  });
}

check("76: a FIFO nobody writes to holds up no other call", async () => {
  await using room = await openRoom(server());
  await makeFifo(room.at("fifo"));
  const uri = room.uri("fifo");
  const read = room.peer.post("fs/readFile", { path: uri });
  const look = room.peer.post("fs/getMetadata", { path: uri });
  const status = room.peer.post("environment/status");
  assertEquals((await room.peer.answer(status)).result, { status: "ready" });
  assertEquals((await room.peer.answer(read)).error?.code, -32600);
  assertEquals(Object((await room.peer.answer(look)).result).isFile, false);
});

check("76: what a program has in a FIFO stays there", async () => {
  await using room = await openRoom(server());
  await room.put({ fifo: "|" });
  assertRefusal(await room.refused("fs/readFile", "fifo"), NOT_A_FILE);
  const reader = new Deno.Command("cat", { args: [room.at("fifo")], stdout: "piped" }).output();
  await writeFifo(room.at("fifo"), "for cat");
  assertEquals(new TextDecoder().decode((await reader).stdout), "for cat");
});

check("77: a file of more than 512 MiB is refused", async () => {
  await using room = await openRoom(server());
  await room.put({ huge: "" });
  await Deno.truncate(room.at("huge"), 536_870_913);
  assertRefusal(await room.refused("fs/readFile", "huge"), TOO_LARGE);
  assertRefusal(await room.refused("fs/readFile", "huge", { followSymlinks: false }), TOO_LARGE);
  assertEquals((await room.metadata("huge")).size, 536_870_913);
});

check("77: a file of 10 MB is read whole", async () => {
  await using room = await openRoom(server());
  await Deno.writeFile(room.at("large"), new Uint8Array(10_000_000).fill(97));
  assertEquals((await room.read("large")).length, 10_000_000);
});

check("78: what the server's user may not do is refused as such", async () => {
  await using room = await openRoom(plainUser());
  await room.put({ secret: "s", "closed/inner": "i", "listed/inner": "i" });
  await Deno.chmod(room.at("secret"), 0);
  await Deno.chmod(room.at("listed"), 0o500);
  await Deno.chmod(room.at("closed"), 0);
  const denied: readonly (readonly [method: string, name: string, fields?: object])[] = [
    ["fs/readFile", "secret"],
    ["fs/readFile", "closed/inner"],
    ["fs/getMetadata", "closed/inner"],
    ["fs/canonicalize", "closed/inner"],
    ["fs/writeFile", "secret", { dataBase64: "" }],
    ["fs/writeFile", "listed/new", { dataBase64: "" }],
    ["fs/readDirectory", "closed"],
    ["fs/createDirectory", "listed/new"],
    ["fs/remove", "listed/inner"],
    ["fs/remove", "listed"],
    ["fs/open", "secret", { handleId: "r" }],
    ["fs/open", "secret", { handleId: "w", mode: "replace" }],
  ];
  try {
    for (const [method, name, fields] of denied) {
      const failure = await room.refused(method, name, { ...fields });
      assertRefusal(failure, system.EACCES);
      assert(failure.message.startsWith("Permission denied (os error 13)"), failure.message);
    }
    assertRefusal(await room.copyRefused("secret", "copy"), system.EACCES);
    assertEquals((await room.metadata("secret")).size, 1);
    assertEquals(room.list("listed"), ["inner"]);
  } finally {
    for (const name of ["closed", "listed"]) await Deno.chmod(room.at(name), 0o700);
  }
}, { needs: through === undefined ? "a way to take root's rights away" : undefined });

check("84: metadata is that of the target, and tells a link", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  const kind = async (name: string) => {
    const { isDirectory, isFile, isSymlink } = await room.metadata(name);
    return [isDirectory && "directory", isFile && "file", isSymlink && "link"].filter(Boolean);
  };
  assertEquals(await kind("file"), ["file"]);
  assertEquals(await kind("dir"), ["directory"]);
  assertEquals(await kind("link"), ["file", "link"]);
  assertEquals(await kind("dirlink"), ["directory", "link"]);
  assertEquals(await kind("dirlink/"), ["directory", "link"]);
  assertEquals(await kind("dirlink/inner"), ["file"]);
  assertEquals(await kind("fifo"), []);
  assertEquals((await room.metadata("link")).size, 7);
});

check("84: times are whole milliseconds, and 0 before 1970", async () => {
  await using room = await openRoom(server());
  await room.put({ file: "", old: "" });
  await Deno.utime(room.at("file"), 1, 1_700_000_000.125);
  await new Deno.Command("touch", { args: ["-d", "1969-12-31T00:00:00Z", room.at("old")] })
    .output();
  assertEquals((await room.metadata("file")).modifiedAtMs, 1_700_000_000_125);
  assertEquals((await room.metadata("old")).modifiedAtMs, 0);
  const { createdAtMs } = await room.metadata("file");
  if (!expectations().knowsCreation) assertEquals(createdAtMs, 0);
  assert(Number.isInteger(createdAtMs) && createdAtMs >= 0, `${createdAtMs}`);
});

check("84: sizes above 4 GiB are exact", async () => {
  await using room = await openRoom(server());
  await room.put({ sparse: "" });
  await Deno.truncate(room.at("sparse"), 10_000_000_001);
  assertEquals((await room.metadata("sparse")).size, 10_000_000_001);
});

check("84: metadata of what is not there is refused", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  for (const name of ["missing", "dangling"]) {
    assertRefusal(await room.refused("fs/getMetadata", name), system.ENOENT);
  }
  assertRefusal(await room.refused("fs/getMetadata", "loop"), system.ELOOP);
  assertRefusal(await room.refused("fs/getMetadata", "file/below"), system.ENOTDIR);
});

check("without following, a link in the last place is refused", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  const followSymlinks = false;
  for (const name of ["link", "dirlink", "dangling", "loop"]) {
    assertRefusal(await room.refused("fs/getMetadata", name, { followSymlinks }), IS_LINK);
    assertRefusal(await room.refused("fs/readFile", name, { followSymlinks }), system.ELOOP);
  }
  assertEquals(await room.read("file", { followSymlinks }), "content");
  assertEquals((await room.metadata("file", { followSymlinks })).size, 7);
  assertEquals((await room.metadata("dir", { followSymlinks })).isDirectory, true);
});

check("without following, a link on the way is refused", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  const followSymlinks = false;
  for (const method of ["fs/readFile", "fs/getMetadata"]) {
    const failure = await room.refused(method, "dirlink/inner", { followSymlinks });
    assertRefusal(failure, system.ENOTDIR);
  }
  assertEquals(await room.read("dir/inner", { followSymlinks }), "inside");
});

check("without following, what is no file is refused, and does not wait", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  const followSymlinks = false;
  for (const name of ["dir", "fifo"]) {
    const failure = await room.refused("fs/readFile", name, { followSymlinks });
    assertEquals(failure.code, -32600, failure.message);
  }
});

check("`followSymlinks` and `sandbox` may be null", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  const fields = { followSymlinks: null, sandbox: null, unknown: 1 };
  assertEquals(await room.read("link", fields), "content");
  assertEquals((await room.metadata("link", fields)).isSymlink, true);
});

check("canonicalize gives the real path of what exists", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  for (const name of ["file", "link", "./file", "dir/../link", "dir%2F..%2Flink", "file/"]) {
    assertEquals(await room.canonical(name), "file", name);
  }
  assertEquals(await room.canonical("dirlink/inner"), "dir/inner");
  assertEquals(await room.canonical("fifo"), "fifo");
  assertRefusal(await room.refused("fs/canonicalize", "missing"), system.ENOENT);
  assertRefusal(await room.refused("fs/canonicalize", "dangling"), system.ENOENT);
  assertRefusal(await room.refused("fs/canonicalize", "loop"), system.ELOOP);
  assertRefusal(await room.refused("fs/canonicalize", "file/below"), system.ENOTDIR);
});

check("parameters that cannot be read are refused by name", async () => {
  await using room = await openRoom(server());
  for (const method of ["fs/readFile", "fs/getMetadata", "fs/canonicalize", "fs/readDirectory"]) {
    const missing = await room.peer.refused(method, {});
    assertRefusal(missing, inWords("missing field `path`", -32602));
    assertEquals((await room.peer.refused(method, { path: 5 })).code, -32602, method);
    assertEquals((await room.peer.refused(method, { path: null })).code, -32602, method);
  }
  const failure = await room.refused("fs/readFile", "file", { followSymlinks: "no" });
  assertEquals(failure.code, -32602);
});
