/** `fs/canonicalize` on real links of every kind. @module */

import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { RpcError } from "../../../protocol/errors.ts";
import { pathToUri } from "../../../protocol/path_uri.ts";
import { canonicalize } from "../../../server/fs/canonicalize.ts";
import { fakeCall } from "../../support/fake_call.ts";
import { makeFileTree } from "../../support/file_tree.ts";
import { Scratch } from "../../support/scratch.ts";

const call = fakeCall();

async function codeOf(attempt: Promise<unknown>): Promise<number> {
  return (await assertRejects(() => attempt, RpcError)).code;
}

Deno.test("fs/canonicalize resolves every link, and keeps odd names", async () => {
  await using scratch = await Scratch.create();
  const uri = await makeFileTree(scratch);
  const odd = join(scratch.path, "dir", "a %#?\\é");
  await Deno.writeTextFile(odd, "");
  const resolved = async (path: string) => (await canonicalize({ path }, call)).path;
  assertEquals(await resolved(uri("dirlink/inner")), uri("dir/inner"));
  assertEquals(await resolved(`${uri("dirlink")}/`), uri("dir"));
  assertEquals(await resolved(uri("dirlink/a %#?\\é")), pathToUri(odd));
  assertEquals(await resolved("file:///"), "file:///");
});

const realFailures: readonly (readonly [name: string, code: number])[] = [
  ["missing", -32004],
  ["dangling", -32004],
  ["loop", -32603],
  ["file/x", -32603],
];

for (const [name, code] of realFailures) {
  Deno.test(`fs/canonicalize of ${name} fails with ${code}`, async () => {
    await using scratch = await Scratch.create();
    const uri = await makeFileTree(scratch);
    assertEquals(await codeOf(canonicalize({ path: uri(name) }, call)), code);
  });
}

Deno.test("fs/canonicalize refuses paths of other systems and sandboxes", async () => {
  const attempt = async (path: string, sandbox?: unknown) =>
    await canonicalize({ path, sandbox }, call);
  assertEquals(await codeOf(attempt("file:///C:/x")), -32600);
  assertEquals(await codeOf(attempt("file:///a%00")), -32602);
  assertEquals(await codeOf(attempt("file:///", {})), -32600);
});
