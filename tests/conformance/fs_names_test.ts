/** Checks of names and paths in file requests: every byte arrives, nothing is misread. @module */
import { assert, assertEquals } from "@std/assert";
import { readBlock } from "../support/file_blocks.ts";
import { assertRefusal, inWords, system } from "../support/file_refusals.ts";
import { type FileRoom, openRoom, walkOptions } from "../support/file_room.ts";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";
import { expectations } from "./expectations.ts";

const server = sharedServer();

/** A name in the normal form of a URI. */
interface Name {
  readonly words: string;
  readonly uri: string;
  /** The reference does not find such a name on a walk. */
  readonly isLostOnWalks?: boolean;
}

const names: readonly Name[] = [
  { words: "a blank at both ends", uri: "%20x%20" },
  { words: "nothing but a blank", uri: "%20" },
  { words: "quotes", uri: "a'b%22c%60" },
  { words: "signs a URI escapes", uri: "%3C%3E%7B%7D" },
  { words: "signs a URI keeps", uri: "$&+,;=@~!*()[]|^:" },
  { words: "a percent sign", uri: "100%25" },
  { words: "what looks like an escape", uri: "%2541%252F" },
  { words: "a hash", uri: "%23a%23" },
  { words: "a question mark", uri: "%3Fa%3F" },
  { words: "a backslash", uri: "..%5Ca" },
  { words: "three dots", uri: "..." },
  { words: "a drive letter", uri: "C:" },
  { words: "a leading dash", uri: "-rf" },
  { words: "letters beyond ASCII", uri: "%C3%BCn%C3%AF%E6%97%A5" },
  { words: "a composed and a lone accent", uri: "%C3%A9e%CC%81" },
  { words: "a sign beyond the first plane", uri: "%F0%9F%98%80" },
  { words: "a byte order mark", uri: "%EF%BB%BFx" },
  { words: "the replacement character", uri: "%EF%BF%BD" },
  { words: "255 bytes", uri: "n".repeat(255) },
  { words: "a line break", uri: "a%0Ab", isLostOnWalks: true },
  { words: "a tab and a return", uri: "a%09%0Db", isLostOnWalks: true },
  { words: "control characters", uri: "%01%1B%7F" },
  { words: "a byte that is not UTF-8", uri: "bad%FFname", isLostOnWalks: true },
  { words: "an overlong slash", uri: "o%C0%AFx", isLostOnWalks: true },
  { words: "half a surrogate pair", uri: "%ED%A0%80", isLostOnWalks: true },
  { words: "the beginning of a sign", uri: "x%E2%82", isLostOnWalks: true },
];

for (const { words, uri, isLostOnWalks = false } of names) {
  check(`a name with ${words} is written, read, copied and removed`, async () => {
    await using room = await openRoom(server());
    await room.write(uri, "content");
    assertEquals(await room.read(uri), "content");
    assertEquals((await room.metadata(uri)).size, 7);
    assertEquals(await room.canonical(uri), uri);
    await room.copy(uri, "copy");
    await room.remove(uri, { force: false });
    assertRefusal(await room.refused("fs/getMetadata", uri), system.ENOENT);
    await room.copy("copy", uri);
    await room.call("fs/open", uri, { handleId: "h" });
    assertEquals((await readBlock(room.peer, "h", 0, 99)).text, "content");
    assertEquals(await isWalked(room, uri), expectations().walksEveryName || !isLostOnWalks);
  });

  check(`a directory with ${words} in its name is made, entered, copied and removed`, async () => {
    await using room = await openRoom(server());
    await room.make(`${uri}/${uri}`);
    await room.write(`${uri}/${uri}/file`, "content");
    await room.copy(uri, "copy", true);
    assertEquals(await room.read(`copy/${uri}/file`), "content");
    await room.remove(uri, { force: false });
    assertRefusal(await room.refused("fs/getMetadata", uri), system.ENOENT);
    await room.copy("copy", uri, true);
    assertEquals(await room.canonical(`${uri}/${uri}/file`), `${uri}/${uri}/file`);
    await room.remove("copy");
    const found = await isWalked(room, `${uri}/${uri}/file`);
    assertEquals(found, expectations().walksEveryName || !isLostOnWalks);
  });
}

async function isWalked(room: FileRoom, uri: string): Promise<boolean> {
  const { entries } = await room.walk(".");
  return entries.some(({ path }) => path === uri);
}

check("bytes that are not UTF-8 are those the system has", async () => {
  await using room = await openRoom(server());
  await shell(room, 'printf ours > "$(printf "a\\377b")"; ln -s "$(printf "a\\377b")" link');
  assertEquals(await room.read("a%FFb"), "ours");
  assertEquals(await room.read("a%ffb"), "ours");
  assertEquals(await room.canonical("link"), "a%FFb");
  await room.write("c%FEd", "theirs");
  assertEquals(await shell(room, 'cat "$(printf "c\\376d")"'), "theirs");
  assertRefusal(await room.refused("fs/readFile", "a%EF%BF%BDb"), system.ENOENT);
});

/** Runs a script in a room, for names that this runtime cannot say.
 * @returns what it printed */
async function shell(room: FileRoom, script: string): Promise<string> {
  const command = new Deno.Command("sh", { args: ["-ec", script], cwd: room.path });
  const { success, stdout, stderr } = await command.output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

check("85: readDirectory gives names as text, with U+FFFD for what is none", async () => {
  await using room = await openRoom(server());
  for (const name of ["a%0Ab", "x%FFy", "%20", "100%25", "%C3%BC"]) await room.write(name, "");
  const { entries } = Object(await room.call("fs/readDirectory", ""));
  const texts = Array.from(entries, (entry) => Object(entry).fileName).sort();
  assertEquals(texts, ["a\nb", "x\ufffdy", " ", "100%", "ü"].sort());
});

check("a name of 256 bytes, and a path of 4096, are too long everywhere", async () => {
  await using room = await openRoom(server());
  const path = "d".repeat(200) + "/";
  for (const name of ["n".repeat(256), "%C3%BC".repeat(128), path.repeat(21) + "x"]) {
    const fields: readonly (readonly [method: string, fields?: object])[] = [
      ["fs/readFile"],
      ["fs/getMetadata"],
      ["fs/canonicalize"],
      ["fs/readDirectory"],
      ["fs/createDirectory", { recursive: false }],
      ["fs/remove"],
      ["fs/writeFile", { dataBase64: "" }],
      ["fs/open", { handleId: "h" }],
      ["fs/walk", { options: walkOptions() }],
    ];
    for (const [method, more = {}] of fields) {
      assertRefusal(await room.refused(method, name, { ...more }), system.ENAMETOOLONG);
    }
  }
  assertEquals(room.list(), []);
});

check("101: a path may be spelled in many ways", async () => {
  await using room = await openRoom(server());
  await room.put({ file: "content", "sp ace/ü": "umlaut", "dir/": "" });
  const path = room.path;
  const spellings = [
    `file:${path}/file`,
    `file:${path.slice(1)}/file`,
    `FILE://${path}/file`,
    `file://LocalHost${path}/file`,
    `  file://${path}/file\n`,
    `file://${path}/fi\nle`,
    `file:///../..${path}/file`,
    `file://${path}/dir/%2e%2E/./file`,
    `file://${path}/missing/../file`,
    `file://${path.replaceAll("/", "\\")}\\file`,
    `file://${path}/file/`,
    `file://${path}/%66%69le`,
  ];
  for (const spelling of spellings) {
    const { dataBase64 } = Object(await room.peer.call("fs/readFile", { path: spelling }));
    assertEquals(atob(dataBase64), "content", JSON.stringify(spelling));
  }
  assertEquals(await room.read("sp ace/ü"), "umlaut");
});

check("101: a slash behind a name is ignored", async () => {
  await using room = await openRoom(server());
  await room.put({ file: "content", link: "->file" });
  assertEquals(await room.read("file/"), "content");
  assertEquals((await room.metadata("link/")).isSymlink, true);
  await room.write("new//", "made");
  await room.copy("file/", "copy/");
  await room.remove("link/", { force: false });
  assertEquals(room.list(), ["copy", "file", "new"]);
});

check("101: `%2F` separates, and dots are resolved before links are", async () => {
  await using room = await openRoom(server());
  await room.put({ file: "right", "dir/inner": "inside", "far/file": "wrong", "far/away/": "" });
  await room.put({ link: "->far/away" });
  assertEquals(await room.read("dir%2Finner"), "inside");
  for (const name of ["link/../file", "link%2F..%2Ffile", "file%2F..%2Ffile", "no%2F..%2Ffile"]) {
    assertEquals(await room.read(name), "right", name);
  }
});

check("101: dots do not lead out of the root", async () => {
  await using peer = await server().session();
  for (const path of ["file:///", "file://", "file:", "file:///..", "file:///a/../../.."]) {
    assertEquals(await peer.call("fs/canonicalize", { path }), { path: "file:///" }, path);
  }
});

/** What is refused as a path, whatever is asked for. */
const nowhere: readonly (readonly [path: string, code: number, words: string])[] = [
  ["/etc/passwd", -32602, "invalid URI: relative URL without a base"],
  ["etc", -32602, "invalid URI: relative URL without a base"],
  ["", -32602, "invalid URI: relative URL without a base"],
  ["http://x/y", -32602, "unsupported path URI scheme `http`"],
  ["file:///a?x=1", -32602, "query parameters are not allowed in path URIs"],
  ["file:///a?", -32602, "query parameters are not allowed in path URIs"],
  ["file:///a#x", -32602, "fragments are not allowed in path URIs"],
  ["file:///a#", -32602, "fragments are not allowed in path URIs"],
  ["file://user@host/a", -32602, "invalid URI: "],
  ["file:///a%00b", -32602, "'file:///a%00b' is invalid on '"],
  ["file:///C:/x", -32600, "'file:///C:/x' is invalid on '"],
  ["file:///c:", -32600, "'file:///C:' is invalid on '"],
  ["file:///c%3A/x", -32600, "' is invalid on '"],
  ["file://host/share/x", -32600, "'file://host/share/x' is invalid on '"],
  ["file://127.0.0.1/x", -32600, "'file://127.0.0.1/x' is invalid on '"],
  ["file://[::1]/x", -32600, "'file://[::1]/x' is invalid on '"],
  // The reserved form: bytes that no URI can say, in base64url without padding.
  [`file:///%00/bad/path/${base64url("/etc/passwd")}`, -32600, "' is invalid on '"],
  [`file:///%00/bad/path/${base64url("relative")}`, -32600, "' is invalid on '"],
  [`file:///%00/bad/path/${base64url("/a\0b")}`, -32600, ""],
  ["file:///%00/bad/path/", -32602, "' is invalid on '"],
  ["file:///%00/bad/path/***", -32602, "' is invalid on '"],
  ["file:///%00/bad/path/YQBiYg==", -32602, "' is invalid on '"],
  [`file:///%00/bad/path/${base64url("/a\0b")}/x`, -32602, "' is invalid on '"],
];

for (const [path, code, words] of nowhere) {
  check(`102, 103: ${JSON.stringify(path)} is no path here`, async () => {
    await using room = await openRoom(server());
    await room.put({ file: "content" });
    const refusal = inWords(words, code);
    const requests: readonly (readonly [method: string, params: object])[] = [
      ["fs/readFile", { path }],
      ["fs/writeFile", { path, dataBase64: "" }],
      ["fs/createDirectory", { path }],
      ["fs/getMetadata", { path }],
      ["fs/canonicalize", { path }],
      ["fs/readDirectory", { path }],
      ["fs/walk", { path, options: walkOptions() }],
      ["fs/remove", { path }],
      ["fs/copy", { sourcePath: path, destinationPath: room.uri("new"), recursive: false }],
      ["fs/copy", { sourcePath: room.uri("file"), destinationPath: path, recursive: false }],
      ["fs/open", { path, handleId: "h" }],
      ["fs/open", { path, handleId: "h", mode: "replace" }],
    ];
    for (const [method, params] of requests) {
      assertRefusal(await room.peer.refused(method, params), refusal);
    }
    assertEquals(room.list(), ["file"]);
  });
}

function base64url(text: string): string {
  return new TextEncoder().encode(text).toBase64({ alphabet: "base64url", omitPadding: true });
}
