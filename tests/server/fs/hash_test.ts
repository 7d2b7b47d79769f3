/** `fs/hash` of real files. @module */

import { assertEquals } from "@std/assert";
import { hash } from "../../../server/fs/hash.ts";
import { assertRefused, type FileScene, fileScene } from "../../support/file_call.ts";

type Fields = { offset?: number; length?: number | null; followSymlinks?: boolean };

const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

async function sumOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

function hashOf(scene: FileScene, name: string, fields: Fields = {}) {
  return hash({ path: scene.uri(name), ...fields }, scene.call);
}

Deno.test("fs/hash is the SHA-256 of a whole file", async () => {
  await using scene = await fileScene();
  await scene.put({ empty: "", abc: "abc", link: "->abc" });
  const sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  for (const name of ["abc", "link"]) {
    assertEquals(await hashOf(scene, name), { sha256, length: 3, size: 3 });
  }
  assertEquals(await hashOf(scene, "abc", { length: null }), { sha256, length: 3, size: 3 });
  assertEquals(await hashOf(scene, "empty"), { sha256: EMPTY, length: 0, size: 0 });
});

const size = 2_500_001;
const ranges: readonly (readonly [offset: number, length: number | null, expected: number])[] = [
  [0, null, size],
  [0, 1 << 20, 1 << 20],
  [1, 1 << 20, 1 << 20],
  [1_048_575, 2, 2],
  [size - 1, 10, 1],
  [size - 1, null, 1],
  [size, 10, 0],
  [size + 10, null, 0],
  [5, 0, 0],
];

for (const [offset, length, expected] of ranges) {
  Deno.test(`fs/hash of ${length} bytes from ${offset} on is that of ${expected}`, async () => {
    await using scene = await fileScene();
    const bytes = Uint8Array.from({ length: size }, (_, at) => at * 7919 >> 7);
    await Deno.writeFile(scene.at("file"), bytes);
    const sha256 = await sumOf(bytes.slice(offset, offset + expected));
    assertEquals(await hashOf(scene, "file", { offset, length }), {
      sha256,
      length: expected,
      size,
    });
  });
}

Deno.test("fs/hash reaches the end of a file of 10 GB", async () => {
  await using scene = await fileScene();
  await scene.put({ sparse: "" });
  await Deno.truncate(scene.at("sparse"), 10_000_000_000);
  const sha256 = await sumOf(new Uint8Array(1000));
  const fields = { offset: 9_999_999_000, length: 5000 };
  assertEquals(await hashOf(scene, "sparse", fields), {
    sha256,
    length: 1000,
    size: 10_000_000_000,
  });
});

Deno.test("fs/hash ends with its connection", async () => {
  await using scene = await fileScene();
  await scene.put({ sparse: "" });
  await Deno.truncate(scene.at("sparse"), 10_000_000_000);
  let reads = 0;
  const clock = {
    now: () => reads++ * 100,
    after(_delayMs: number, action: () => void) {
      if (reads > 5) scene.gone.abort();
      queueMicrotask(action);
      return { cancel: () => {} };
    },
  };
  const attempt = () => hash({ path: scene.uri("sparse") }, { ...scene.call, clock });
  await assertRefused(attempt, -32603, "The connection has ended");
});

Deno.test("fs/hash of many files at once is that of each", async () => {
  await using scene = await fileScene();
  const names = Array.from({ length: 30 }, (_, at) => `${at}`);
  await scene.put(Object.fromEntries(names.map((name) => [name, name])));
  const found = await Promise.all(names.map((name) => hashOf(scene, name)));
  const wanted = await Promise.all(names.map((name) => sumOf(new TextEncoder().encode(name))));
  assertEquals(found.map(({ sha256 }) => sha256), wanted);
});

const failures = [
  ["missing", {}, -32004, "(os error 2)"],
  ["dir", {}, -32600, "is not a file"],
  ["fifo", {}, -32600, "is not a file"],
  ["link", { followSymlinks: false }, -32603, "(os error 40)"],
] as const;

for (const [name, fields, code, words] of failures) {
  Deno.test(`fs/hash of ${name} with ${JSON.stringify(fields)} fails with ${code}`, async () => {
    await using scene = await fileScene();
    await scene.put({ "dir/": "", fifo: "|", link: "->dir" });
    await assertRefused(() => hashOf(scene, name, fields), code, words);
  });
}
