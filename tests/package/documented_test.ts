/** What the library exports: documented, with examples where there is something to call. @module */

import { assertEquals } from "@std/assert";
import { VERSION } from "../../protocol/version.ts";
import { doors } from "../../tools/library/build_library.ts";
import { run } from "../../tools/library/run.ts";
import { root } from "../../tools/source_files.ts";

interface Declaration {
  readonly kind: string;
  readonly jsDoc?: { readonly doc?: string };
}
interface Exported {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

async function exportsOf(door: string): Promise<readonly Exported[]> {
  const { nodes } = JSON.parse(await run(Deno.execPath(), ["doc", "--json", door], { cwd: root }));
  const modules: readonly { readonly symbols: readonly Exported[] }[] = Object.values(nodes);
  return modules.flatMap(({ symbols }) => symbols);
}

for (const door of Object.values(doors)) {
  Deno.test(`Everything that can be called in ${door} has an example, and the rest a sentence`, async () => {
    const missing: string[] = [];
    for (const { name, declarations } of await exportsOf(door)) {
      const doc = declarations.map(({ jsDoc }) => jsDoc?.doc ?? "").join("\n");
      const isCallable = declarations.some(({ kind }) => kind === "function" || kind === "class");
      if (isCallable && !doc.includes("```ts\n")) missing.push(`${name} has no example`);
      if (doc.trim() === "") missing.push(`${name} has no sentence`);
    }
    assertEquals(missing, []);
  });
}

Deno.test("The library is published with the program's version, by the doors that npm has", async () => {
  const { version, exports } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const paths = Object.entries(doors).map(([name, path]) => [name, `./${path}`]);
  assertEquals({ version, exports }, { version: VERSION, exports: Object.fromEntries(paths) });
});
