/** Which environments there are, from files and variables together. @module */
import { assertEquals, assertThrows } from "@std/assert";
import {
  chooseEnvironments,
  environmentsFromVariable,
} from "../../../client/environments/choose_environments.ts";
import { parseEnvironments } from "../../../client/environments/environments_toml.ts";
import { EnvironmentSettingsError } from "../../../client/environments/settings.ts";
import { entry } from "./refused_documents.ts";

function choose(...documents: readonly string[]) {
  const files = documents.map((text, at) => parseEnvironments(text, `/${at}/environments.toml`));
  const { defaultId, includesLocal, environments } = chooseEnvironments(files);
  const from = environments.map(({ id, source }) => `${id} of ${source?.at(1)}`);
  return { defaultId, includesLocal, from };
}

const a = entry('id = "a"', 'url = "ws://h"');
const b = entry('id = "b"', 'url = "ws://h"');

const defaults: readonly [string, string | undefined][] = [
  ["", "local"],
  ["include_local = false\n", undefined],
  ['default = " None "\n', undefined],
  ['default = " local "\n', "local"],
  [`default = "a"\n${a}`, "a"],
  [`include_local = false\n${a}`, undefined],
  [a, "local"],
];

Deno.test("The default is derived, named or disabled", () => {
  for (const [document, wanted] of defaults) assertEquals(choose(document).defaultId, wanted);
});

Deno.test("Of two files the first has precedence, entry by entry and setting by setting", () => {
  const first = `default = "b"\n${a}`;
  const second = `include_local = false\ndefault = "a"\n${b}${a}`;
  assertEquals(choose(first, second), {
    defaultId: "b",
    includesLocal: false,
    from: ["a of 0", "b of 1"],
  });
  assertEquals(choose(a, second), {
    defaultId: "a",
    includesLocal: false,
    from: ["a of 0", "b of 1"],
  });
  assertEquals(choose("include_local = true\n", b).defaultId, "local");
});

Deno.test("A default that no file has is a mistake of the file that says so", () => {
  const files = [parseEnvironments(a, "/0"), parseEnvironments('default = "c"\n', "/1")];
  const error = assertThrows(() => chooseEnvironments(files), EnvironmentSettingsError);
  assertEquals([error.message, error.path], ["default environment `c` is not configured", "/1"]);
});

Deno.test("A variable gives this machine, nothing, or one server instead of this machine", () => {
  const local = { defaultId: "local", includesLocal: true, environments: [] };
  assertEquals(environmentsFromVariable("", ""), local);
  assertEquals(environmentsFromVariable("  ", "V"), local);
  const none = { defaultId: undefined, includesLocal: false, environments: [] };
  assertEquals(environmentsFromVariable(" NONE ", "V"), none);
  // Not looked at before it is used.
  for (const url of ["ws://h", "http://h"]) {
    const environments = [{ id: "remote", settings: { url }, source: "V" }];
    const wanted = { defaultId: "remote", includesLocal: false, environments };
    assertEquals(environmentsFromVariable(` ${url} `, "V"), wanted);
  }
});
