/** Open files of one connection: ids, kinds, blocks, refusals, and what closes them. @module */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { RpcError } from "../../../protocol/errors.ts";
import { close } from "../../../server/fs/close.ts";
import { open } from "../../../server/fs/open.ts";
import { readBlock } from "../../../server/fs/read_block.ts";
import { writeBlock } from "../../../server/fs/write_block.ts";
import { assertRefused, type FileScene, fileScene } from "../../support/file_call.ts";
import { hookedFiles } from "../../support/hooked_files.ts";
import { disabledSandbox } from "../../support/sandbox_intents.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const MAX_BLOCK_BYTES = 1_048_576;

type Mode = "read" | "replace" | "update" | (string & Record<never, never>);

/** Short names for the four methods in one connection. */
function methods(scene: FileScene) {
  const { call } = scene;
  return {
    open: (handleId: string, name: string, mode?: Mode) =>
      open({ handleId, path: scene.uri(name), mode }, call),
    read: async (handleId: string, offset = 0, len = 100) => {
      const { chunk, eof } = await readBlock({ handleId, offset, len }, call);
      return [decoder.decode(chunk), eof];
    },
    write: (handleId: string, text: string, offset = 0) =>
      writeBlock({ handleId, offset, chunk: encoder.encode(text) }, call),
    close: (handleId: string) => close({ handleId }, call),
  };
}

/** Descriptors that this process has on files in the scene. */
function descriptors(scene: FileScene): number {
  return [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`).startsWith(scene.path);
    } catch {
      return false;
    }
  }).length;
}

Deno.test("fs/readBlock reads anywhere, and says eof when it got less than it wanted", async () => {
  await using scene = await fileScene();
  await scene.put({ file: "hello", link: "->file" });
  const { open, read, close } = methods(scene);
  assertEquals(await open("h", "link"), { handleId: "h" });
  assertEquals(await read("h", 1, 4), ["ello", false]);
  assertEquals(await read("h", 1, 5), ["ello", true]);
  assertEquals(await read("h", 5, 1), ["", true]);
  assertEquals(await read("h", 2 ** 60, 1), ["", true]);
  assertEquals(await close("h"), {});
  await assertRefused(() => read("h"), -32004, "unknown file handle `h`");
  assertEquals(await close("h"), {});
});

Deno.test("an open file stays the same file when its name is given to another", async () => {
  await using scene = await fileScene();
  await scene.put({ file: "old" });
  const { open, read, close } = methods(scene);
  await open("", "file");
  Deno.removeSync(scene.at("file"));
  await scene.put({ file: "new" });
  assertEquals(await read(""), ["old", true]);
  await close("");
});

Deno.test("fs/open replace empties or makes a file at once, and writes go anywhere", async () => {
  await using scene = await fileScene();
  await scene.put({ file: "hello", link: "->file" });
  const { open, write, close } = methods(scene);
  await open("h", "link", "replace");
  assertEquals(scene.text("file"), "");
  await open("n", "new", "replace");
  assertEquals(scene.text("new"), "");
  await write("h", "hi", 3);
  await write("h", "a", 0);
  await Promise.all([close("h"), close("n")]);
  assertEquals(scene.text("file"), "a\0\0hi");
});

Deno.test("fs/open update keeps what is there, and is for clients that know it", async () => {
  await using scene = await fileScene({ wantsExtensions: true });
  await scene.put({ file: "hello" });
  const { open, read, write, close } = methods(scene);
  await open("h", "file", "update");
  await write("h", "E", 1);
  assertEquals(await read("h"), ["hEllo", true]);
  await open("n", "new", "update");
  await Promise.all([close("h"), close("n")]);
  assertEquals(scene.text("new"), "");
  await assertRefused(
    () => open("x", "file", "write"),
    -32602,
    "unknown variant `write`, expected one of `read`, `replace`, `update`",
  );
});

Deno.test("fs/open knows two modes towards a client without extensions", async () => {
  await using scene = await fileScene();
  const { open } = methods(scene);
  for (const mode of ["update", "write", ""]) {
    await assertRefused(
      () => open("x".repeat(33), "missing", mode),
      -32602,
      `unknown variant \`${mode}\`, expected \`read\` or \`replace\``,
    );
  }
});

const unopenable: readonly (readonly [name: string, mode: Mode, code: number, words: string])[] = [
  ["missing", "read", -32004, "(os error 2)"],
  ["missing/x", "replace", -32004, "(os error 2)"],
  ["file/x", "replace", -32603, "(os error 20)"],
  ["dir", "read", -32600, "is not a file"],
  ["dir", "replace", -32603, "Is a directory (os error 21)"],
  ["dir", "update", -32603, "Is a directory (os error 21)"],
  ["fifo", "read", -32600, "is not a file"],
  ["fifo", "replace", -32603, "(os error 6)"],
  ["fifo", "update", -32600, "is not a file"],
  ["null", "read", -32600, "is not a file"],
  ["null", "replace", -32600, "is not a file"],
  ["null", "update", -32600, "is not a file"],
];

for (const [name, mode, code, words] of unopenable) {
  Deno.test(`fs/open ${mode} of ${name} is refused with ${code}, and its id stays free`, async () => {
    await using scene = await fileScene({ wantsExtensions: true });
    await scene.put({ file: "text", "dir/": "", fifo: "|", null: "->/dev/null" });
    const { open, close } = methods(scene);
    await assertRefused(() => open("h", name, mode), code, words);
    await open("h", "file");
    await close("h");
  });
}

Deno.test("file handles have ids of at most 32 bytes, checked by every method", async () => {
  await using scene = await fileScene();
  await scene.put({ file: "" });
  const { open, read, write, close } = methods(scene);
  const words = "file handle ID must not exceed 32 bytes";
  for (const id of ["x".repeat(33), "é".repeat(17)]) {
    await assertRefused(() => open(id, "missing"), -32600, words);
    await assertRefused(() => read(id, 0, 0), -32600, words);
    await assertRefused(() => write(id, ""), -32600, words);
    await assertRefused(() => close(id), -32600, words);
  }
  await open("é".repeat(16), "file");
  await close("é".repeat(16));
});

Deno.test("file handles are 128 at most, and one of each id", async () => {
  await using scene = await fileScene();
  await scene.put({ file: "" });
  const { open, close } = methods(scene);
  const ids = Array.from({ length: 128 }, (_, index) => `h${index}`);
  await Promise.all(ids.map((id) => open(id, "file")));
  await assertRefused(() => open("h7", "missing"), -32600, "file handle `h7` already exists");
  const full = "at most 128 file handles may be open per connection";
  await assertRefused(() => open("h128", "missing"), -32600, full);
  // A place is free as soon as its file is to be closed.
  await Promise.all([close("h7"), open("h128", "file")]);
  assertEquals(descriptors(scene), 128);
  scene.call.holdings.dispose();
  await scene.call.holdings.files.settled();
});

Deno.test("blocks have 1 to 1 048 576 bytes", async () => {
  await using scene = await fileScene();
  const { open, read, write, close } = methods(scene);
  await open("h", "file", "replace");
  for (const len of [0, MAX_BLOCK_BYTES + 1, 2 ** 60]) {
    await assertRefused(
      () => read("unknown", 0, len),
      -32600,
      "file read block length must be between 1 and 1048576",
    );
  }
  for (const text of ["", "x".repeat(MAX_BLOCK_BYTES + 1)]) {
    await assertRefused(
      () => write("unknown", text),
      -32600,
      "file write block length must be between 1 and 1048576",
    );
  }
  await write("h", "x".repeat(MAX_BLOCK_BYTES));
  await close("h");
  assertEquals(scene.text("file").length, MAX_BLOCK_BYTES);
});

Deno.test("a failed read closes its file, a failed write does not", async () => {
  await using scene = await fileScene();
  await scene.put({ file: "hello" });
  const { open, read, write } = methods(scene);
  await open("r", "file");
  const wrong = "Bad file descriptor (os error 9)";
  await assertRefused(() => write("r", "x"), -32603, wrong);
  assertEquals(await read("r", 0, 1), ["h", false]);
  await assertRefused(() => read("r", 2 ** 63), -32600, "Invalid argument (os error 22)");
  await assertRefused(() => read("r"), -32004, "unknown file handle `r`");
  await open("w", "file", "replace");
  const beyond = "file write range exceeds the signed 64-bit file offset limit";
  await assertRefused(() => write("w", "x", 2 ** 63), -32600, beyond);
  await assertRefused(() => write("w", "x", 2 ** 62), -32603, "File too large (os error 27)");
  await write("w", "x");
  await assertRefused(() => read("w"), -32603, wrong);
  await assertRefused(() => write("w", "x"), -32004, "unknown file handle `w`");
  assertEquals(descriptors(scene), 0);
});

Deno.test("calls right behind fs/open wait for it, and fs/close for them", async () => {
  await using scene = await fileScene();
  const { open, read, write, close } = methods(scene);
  const writes = [open("h", "file", "replace"), write("h", "ab"), write("h", "c", 2), close("h")];
  await Promise.all(writes);
  assertEquals(scene.text("file"), "abc");
  const [, block] = await Promise.all([open("h", "file"), read("h"), close("h")]);
  assertEquals(block, ["abc", true]);
  assertEquals(descriptors(scene), 0);
});

Deno.test("calls right behind an fs/open that fails find no file", async () => {
  await using scene = await fileScene();
  const { open, read, close } = methods(scene);
  const opening = assertRefused(() => open("h", "missing"), -32004, "(os error 2)");
  const reading = assertRefused(() => read("h"), -32004, "unknown file handle `h`");
  await Promise.all([opening, reading, close("h")]);
});

Deno.test("a sandbox is refused before anything is opened", async () => {
  await using scene = await fileScene();
  const params = {
    handleId: "h",
    path: scene.uri("file"),
    mode: "replace",
    sandbox: disabledSandbox,
  };
  await assertRefused(() => open(params, scene.call), -32600, "sandbox");
  assertEquals(scene.list(), []);
});

Deno.test("the end of the connection closes everything, also what is only being opened", async () => {
  await using plain = await fileScene();
  await plain.put({ file: "" });
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let isHeld = false;
  const { machine } = plain.call;
  const files = hookedFiles(machine.files, (method) => {
    if (method !== "open" || !isHeld) return;
    reached.resolve();
    return gate.promise;
  });
  const call = { ...plain.call, machine: { ...machine, files } };
  const path = plain.uri("file");
  await open({ handleId: "open", path }, call);
  assertEquals(descriptors(plain), 1);
  isHeld = true;
  const opening = open({ handleId: "opening", path }, call);
  await reached.promise;
  call.holdings.dispose();
  gate.resolve();
  await opening;
  // Closing is a call of its own, and comes right behind.
  await call.holdings.files.settled();
  assertEquals(descriptors(plain), 0);
});

Deno.test("fs/readBlock waits for room on the way to the client, and reads nothing without", async () => {
  const room = Promise.withResolvers<void>();
  const asked: number[] = [];
  await using scene = await fileScene({
    roomToAnswer: (bytes) => {
      asked.push(bytes);
      return room.promise;
    },
  });
  await scene.put({ file: "hello" });
  const { open, read } = methods(scene);
  await open("h", "file");
  const reading = read("h", 0, 3);
  scene.gone.abort();
  room.resolve();
  await assertRejects(() => reading, RpcError, "The connection has ended");
  assertEquals(asked, [3]);
  await scene.call.holdings.files.settled();
  assert(descriptors(scene) === 0);
});
