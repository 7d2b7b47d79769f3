/** The shape of the tree: arrows, cycles, lengths, first sentences, and where a method lives. @module */

import { assertEquals } from "@std/assert";
import { notifications, requests } from "../protocol/methods/mod.ts";
import { areaOf, forbiddenImport } from "../tools/arrows.ts";
import { firstSentence } from "../tools/first_sentence.ts";
import { findCycle, type ImportGraph, importGraph } from "../tools/import_graph.ts";
import { countLines, maxLines } from "../tools/lint/plain_files.ts";
import { root, sourceFiles } from "../tools/source_files.ts";

/** Files from which every source can be reached: the program, and the doors of the libraries. */
const entries = [
  "main.ts",
  "client/mod.ts",
  "client/environments/mod.ts",
  "client/stdio.ts",
  "protocol/mod.ts",
  "local/connect_local.ts",
];

async function sources(): Promise<Map<string, string>> {
  const paths = (await sourceFiles()).filter((path) => areaOf(path) !== undefined);
  const texts = await Promise.all(paths.map((path) => Deno.readTextFile(`${root}/${path}`)));
  return new Map(paths.map((path, index) => [path, texts[index] ?? ""]));
}

async function graph(): Promise<ImportGraph> {
  const present = [...(await sources()).keys()];
  return await importGraph(entries.filter((entry) => present.includes(entry)));
}

Deno.test("the sources import along the arrows only", async () => {
  const violations: string[] = [];
  for (const [from, targets] of await graph()) {
    violations.push(
      ...targets.map((to) => forbiddenImport(from, to)).filter((it) => it !== undefined),
    );
  }
  assertEquals(violations, []);
});

Deno.test("the sources import each other without a cycle", async () => {
  const cycle = findCycle(await graph());
  assertEquals(cycle?.join(" -> "), undefined);
});

Deno.test("every source is reached from the program or a library's door", async () => {
  const reached = await graph();
  const violations = [...(await sources()).keys()]
    .filter((path) => !path.endsWith(".d.ts") && !reached.has(path))
    .map((path) => `${path} is imported by nothing that ${entries.join(" or ")} imports`);
  assertEquals(violations, []);
});

Deno.test("no file is too long to read in one sitting", async () => {
  const violations: string[] = [];
  for (const path of await sourceFiles()) {
    const lines = countLines(await Deno.readTextFile(`${root}/${path}`));
    if (lines > maxLines(path)) violations.push(`${path} has ${lines} lines, of ${maxLines(path)}`);
  }
  assertEquals(violations, []);
});

Deno.test("every source begins with one sentence that says its job", async () => {
  const violations = [...await sources()]
    .filter(([, text]) => firstSentence(text) === undefined)
    .map(([path]) => `${path} does not begin with /** One sentence. @module */`);
  assertEquals(violations, []);
});

Deno.test("every request lives in the file that its wire name says", async () => {
  const paths = await sources();
  const violations = Object.keys(requests)
    .filter((name) => !paths.has(handlerFile(name)))
    .map((name) => `"${name}" is not in ${handlerFile(name)}`);
  assertEquals(violations, []);
});

Deno.test("every wire name is written as a literal in protocol/methods/", async () => {
  const tables = [...await sources()]
    .filter(([path]) => path.startsWith("protocol/methods/"))
    .map(([, text]) => text).join("\n");
  const violations = [...Object.keys(requests), ...Object.keys(notifications)]
    .filter((name) => !tables.includes(`"${name}": {`) && !tables.includes(`"${name}": fsRow({`))
    .map((name) => `"${name}" is not the literal key of a row`);
  assertEquals(violations, []);
});

/** `fs/readBlock` lives in `server/fs/read_block.ts`, `initialize` in `server/session/`. */
function handlerFile(name: string): string {
  const [family = "", verb] = name.includes("/") ? name.split("/") : ["session", name];
  return `server/${family}/${verb?.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}.ts`;
}
