/** Edits of `environments.toml` that keep what people wrote. @module */
import { assertEquals } from "@std/assert";
import { withDefault, withEntry, withoutEntry } from "../../cli/environments_text.ts";
import { parseEnvironments } from "../../client/environments/environments_toml.ts";

const first = `[[environments]]
id = "a" # mine
url = "ws://h"
`;
const second = `[[environments]]
id = "b"
program = "p"
[environments.env]
K = "V"
`;

Deno.test("An entry is added at the end", () => {
  const added = '[[environments]]\nid = "c"\nprogram = "p q"\nargs = ["-x", "\\"\\\\\\n"]\n';
  const values = { id: "c", program: "p q", args: ["-x", '"\\\n'] };
  assertEquals(withEntry("", values), added);
  assertEquals(withEntry(`# top\n${first}\n\n`, values), `# top\n${first}\n${added}`);
  assertEquals(withEntry("# no newline", values), `# no newline\n\n${added}`);
  const odd = 'a\x7f\u0001"\\\té€𝄞';
  const file = parseEnvironments(withEntry("", { id: "c", program: odd }), "/f");
  assertEquals(file.environments[0]?.settings, { program: odd });
});

Deno.test("An entry goes with the comment above it, the others keep theirs", () => {
  const document = `# top\n\n# one\n${first}\n# two\n# more\n${second}\n# three\n${first}\n# end\n`;
  assertEquals(
    withoutEntry(document, 0),
    `# top\n\n# two\n# more\n${second}\n# three\n${first}\n# end\n`,
  );
  assertEquals(withoutEntry(document, 1), `# top\n\n# one\n${first}\n# three\n${first}\n# end\n`);
  assertEquals(
    withoutEntry(document, 2),
    `# top\n\n# one\n${first}\n# two\n# more\n${second}\n# end\n`,
  );
  assertEquals(withoutEntry(first, 0), "");
  assertEquals(withoutEntry('environments = [{id = "a", url = "ws://h"}]\n', 0), undefined);
});

const edits: readonly [string, string | undefined, string][] = [
  ["", "a", 'default = "a"\n'],
  [first, "a", `default = "a"\n\n${first}`],
  [
    `# top\ninclude_local = false\n\n${first}`,
    "a",
    `# top\ndefault = "a"\ninclude_local = false\n\n${first}`,
  ],
  [`default = "x" # why\n\n${first}`, "a", `default = "a" # why\n\n${first}`],
  [`default = "x" # why\n\n${first}`, undefined, first],
  [
    `include_local = true\ndefault = "x"\n\n${first}`,
    undefined,
    `include_local = true\n\n${first}`,
  ],
  [first, undefined, first],
];

Deno.test("The default is set, changed and taken out in its line", () => {
  for (const [document, id, wanted] of edits) assertEquals(withDefault(document, id), wanted);
});
