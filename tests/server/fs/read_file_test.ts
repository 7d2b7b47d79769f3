/** `fs/readFile` on real files of every kind. @module */

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { RpcError } from "../../../protocol/errors.ts";
import { limits } from "../../../protocol/limits.ts";
import { pathToUri } from "../../../protocol/path_uri.ts";
import { readFile } from "../../../server/fs/read_file.ts";
import { fakeCall } from "../../support/fake_call.ts";
import { makeFileTree } from "../../support/file_tree.ts";
import { Scratch } from "../../support/scratch.ts";

const call = fakeCall();

type Fields = { readonly followSymlinks?: boolean };

async function readText(path: string, fields: Fields = {}): Promise<string> {
  const { dataBase64 } = await readFile({ path, ...fields }, call);
  return new TextDecoder().decode(dataBase64);
}

async function codeOf(attempt: Promise<unknown>): Promise<number> {
  return (await assertRejects(() => attempt, RpcError)).code;
}

Deno.test("fs/readFile returns whole files, through links too", async () => {
  await using scratch = await Scratch.create();
  const uri = await makeFileTree(scratch);
  for (const name of ["file", "link"]) assertEquals(await readText(uri(name)), "content");
  for (const name of ["dir/inner", "dirlink/inner"]) {
    assertEquals(await readText(uri(name)), "inside");
  }
  assertEquals(await readText(uri("file"), { followSymlinks: false }), "content");
  assertEquals(await readText(`${uri("file")}/`), "content");
});

const readFailures: readonly (readonly [name: string, fields: Fields, code: number])[] = [
  ["missing", {}, -32004],
  ["dangling", {}, -32004],
  ["dir", {}, -32600],
  ["dirlink", {}, -32600],
  ["fifo", {}, -32600],
  ["loop", {}, -32603],
  ["file/x", {}, -32603],
  ["link", { followSymlinks: false }, -32603],
  ["dangling", { followSymlinks: false }, -32603],
];

for (const [name, fields, code] of readFailures) {
  Deno.test(`fs/readFile of ${name} with ${JSON.stringify(fields)} fails with ${code}`, async () => {
    await using scratch = await Scratch.create();
    const uri = await makeFileTree(scratch);
    const error = await assertRejects(() => readText(uri(name), fields), RpcError);
    assertEquals(error.code, code);
    // Whatever the reason, the path is named.
    assertEquals(error.message.includes(join(scratch.path, name)), true);
  });
}

Deno.test("fs/readFile names what is wrong in the reference's words", async () => {
  await using scratch = await Scratch.create();
  const uri = await makeFileTree(scratch);
  const words = async (name: string) => (await assertRejects(() => readText(uri(name)))).message;
  assertEquals(await words("fifo"), `path \`${join(scratch.path, "fifo")}\` is not a file`);
  assertMatch(await words("missing"), /^No such file or directory \(os error 2\)/);
  assertEquals(await codeOf(readText("file:///dev/null")), -32600);
});

Deno.test("fs/readFile refuses a file over its limit without reading it", async () => {
  await using scratch = await Scratch.create();
  const path = join(scratch.path, "sparse");
  using file = await Deno.create(path);
  await file.truncate(limits.readFileBytes + 1);
  const error = await assertRejects(() => readText(pathToUri(path)), RpcError);
  assertEquals(error.code, -32600);
  assertMatch(error.message, /^file is too large to read: limit is 398458880 bytes/);
});

Deno.test("fs/readFile returns bytes as they are", async () => {
  await using scratch = await Scratch.create();
  const path = join(scratch.path, "bytes");
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  await Deno.writeFile(path, bytes);
  assertEquals((await readFile({ path: pathToUri(path) }, call)).dataBase64, bytes);
});

Deno.test("fs/readFile refuses paths of other systems and sandboxes", async () => {
  const attempt = async (path: string, sandbox?: unknown) =>
    await readFile({ path, sandbox }, call);
  assertEquals(await codeOf(attempt("file:///C:/x")), -32600);
  assertEquals(await codeOf(attempt("file:///a%00")), -32602);
  assertEquals(await codeOf(attempt("file:///", {})), -32600);
});
