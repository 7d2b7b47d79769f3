/** `fs/getMetadata` on real files of every kind. @module */

import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { RpcError } from "../../../protocol/errors.ts";
import { pathToUri } from "../../../protocol/path_uri.ts";
import { getMetadata } from "../../../server/fs/get_metadata.ts";
import { fakeCall } from "../../support/fake_call.ts";
import { makeFileTree } from "../../support/file_tree.ts";
import { Scratch } from "../../support/scratch.ts";

const call = fakeCall();

type Fields = { readonly followSymlinks?: boolean };

async function codeOf(attempt: Promise<unknown>): Promise<number> {
  return (await assertRejects(() => attempt, RpcError)).code;
}

const kinds: readonly (readonly [
  name: string,
  isFile: boolean,
  isDirectory: boolean,
  isSymlink: boolean,
  size: number | undefined,
])[] = [
  ["file", true, false, false, 7],
  ["dir", false, true, false, undefined],
  ["fifo", false, false, false, 0],
  ["link", true, false, true, 7],
  ["dirlink", false, true, true, undefined],
];

for (const [name, isFile, isDirectory, isSymlink, size] of kinds) {
  Deno.test(`fs/getMetadata of ${name} describes what it leads to`, async () => {
    await using scratch = await Scratch.create();
    const uri = await makeFileTree(scratch);
    const found = await getMetadata({ path: uri(name) }, call);
    assertEquals(
      [found.isFile, found.isDirectory, found.isSymlink, found.size],
      [isFile, isDirectory, isSymlink, size ?? found.size],
    );
    for (const time of [found.createdAtMs, found.modifiedAtMs]) {
      assertEquals(Number.isInteger(time) && time >= 0, true);
    }
  });
}

Deno.test("fs/getMetadata tells when a file changed, in milliseconds", async () => {
  await using scratch = await Scratch.create();
  const path = join(scratch.path, "file");
  await Deno.writeTextFile(path, "");
  await Deno.utime(path, 1000, 1_234_567_890);
  assertEquals(
    (await getMetadata({ path: pathToUri(path) }, call)).modifiedAtMs,
    1_234_567_890_000,
  );
});

const statFailures: readonly (readonly [name: string, fields: Fields, code: number])[] = [
  ["missing", {}, -32004],
  ["dangling", {}, -32004],
  ["loop", {}, -32603],
  ["file/x", {}, -32603],
  ["link", { followSymlinks: false }, -32600],
];

for (const [name, fields, code] of statFailures) {
  Deno.test(`fs/getMetadata of ${name} with ${JSON.stringify(fields)} fails with ${code}`, async () => {
    await using scratch = await Scratch.create();
    const uri = await makeFileTree(scratch);
    assertEquals(await codeOf(getMetadata({ path: uri(name), ...fields }, call)), code);
  });
}

Deno.test("fs/getMetadata refuses paths of other systems and sandboxes", async () => {
  const attempt = async (path: string, sandbox?: unknown) =>
    await getMetadata({ path, sandbox }, call);
  assertEquals(await codeOf(attempt("file:///C:/x")), -32600);
  assertEquals(await codeOf(attempt("file:///a%00")), -32602);
  assertEquals(await codeOf(attempt("file:///", {})), -32600);
});
