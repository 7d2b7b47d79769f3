/** Rings of imports, and imports against the arrows. @module */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { forbiddenImport } from "../../tools/arrows.ts";
import { findCycle } from "../../tools/import_graph.ts";

Deno.test("findCycle() names the files along a ring", () => {
  const graph = new Map([["a", ["b", "d"]], ["b", ["c"]], ["c", ["b"]], ["d", []]]);
  assertEquals(findCycle(graph), ["b", "c", "b"]);
});

Deno.test("findCycle() finds none where two ways lead to one file", () => {
  const graph = new Map([["a", ["b", "c"]], ["b", ["d"]], ["c", ["d"]], ["d", []]]);
  assertEquals(findCycle(graph), undefined);
});

Deno.test("forbiddenImport() says who may not import what, and what would do", () => {
  const reason = forbiddenImport("client/mod.ts", "server/serve.ts") ?? "";
  assertStringIncludes(reason, "client/mod.ts imports server/serve.ts");
  assertStringIncludes(reason, "client may import protocol");
});

Deno.test("forbiddenImport() lets tests import anything and nothing import tests", () => {
  assertEquals(forbiddenImport("tests/a_test.ts", "server/serve.ts"), undefined);
  assertStringIncludes(forbiddenImport("server/a.ts", "tests/b.ts") ?? "", "no source imports");
});
