/** `fs/canonicalize` on real links of every kind. @module */

import { assertEquals } from "@std/assert";
import { canonicalize } from "../../../server/fs/canonicalize.ts";
import { assertRefused, fileScene } from "../../support/file_call.ts";
import { disabledSandbox } from "../../support/sandbox_intents.ts";

const files = {
  file: "",
  "dir/inner": "",
  "dir/a %#?\\é\n'\"": "",
  dirlink: "->dir",
  dangling: "->nowhere",
  loop: "->loop",
};

Deno.test("fs/canonicalize resolves every link, and keeps odd names", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  const resolved = async (path: string) => (await canonicalize({ path }, scene.call)).path;
  assertEquals(await resolved(scene.uri("dirlink/inner")), scene.uri("dir/inner"));
  assertEquals(await resolved(`${scene.uri("dirlink")}/`), scene.uri("dir"));
  const odd = "a %#?\\é\n'\"";
  assertEquals(await resolved(scene.uri(`dirlink/${odd}`)), scene.uri(`dir/${odd}`));
  assertEquals(await resolved("file:///"), "file:///");
});

for (
  const [name, code] of [["missing", -32004], ["dangling", -32004], ["loop", -32603], [
    "file/x",
    -32603,
  ]] as const
) {
  Deno.test(`fs/canonicalize of ${name} fails with ${code}`, async () => {
    await using scene = await fileScene();
    await scene.put(files);
    const attempt = () => canonicalize({ path: scene.uri(name) }, scene.call);
    await assertRefused(attempt, code, scene.at(name));
  });
}

Deno.test("fs/canonicalize refuses paths of other systems, and sandboxes", async () => {
  await using scene = await fileScene();
  await assertRefused(() => canonicalize({ path: "file:///C:/x" }, scene.call), -32600);
  await assertRefused(() => canonicalize({ path: "file:///a%00" }, scene.call), -32602);
  await assertRefused(
    () => canonicalize({ path: "file:///", sandbox: disabledSandbox }, scene.call),
    -32600,
  );
});
