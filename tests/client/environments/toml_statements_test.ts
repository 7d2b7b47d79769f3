/** Where statements of a TOML document begin and end. @module */
import { assertEquals } from "@std/assert";
import { duplicateKey, tomlStatements } from "../../../client/environments/toml_statements.ts";

function parts(document: string): string[] {
  return tomlStatements(document).map(({ kind, name, value }) => {
    const text = document.slice(value.start, value.end);
    return kind === "pair" ? `${name}: ${text}` : `${kind} ${name}`;
  });
}

Deno.test("Values end where they end, whatever they hold", () => {
  assertEquals(
    parts(`# first = 1
a = "x # no = y" # note
  "b c" = '#[' \r
d = """
[not] # a = header
\\""" """""
e = '''
x = 1'''
f = [ # list
  "]", { x = "}" },
] # end
[[ environments ]] # note
id="a=b"
[environments.env]
g.h = 1`),
    [
      'a: "x # no = y"',
      "b c: '#['",
      'd: """\n[not] # a = header\n\\""" """""',
      "e: '''\nx = 1'''",
      'f: [ # list\n  "]", { x = "}" },\n]',
      "array environments",
      'id: "a=b"',
      "table environments.env",
      "g.h: 1",
    ],
  );
});

const doubles: readonly [string, string | undefined][] = [
  ["a = 1\nb = 2\n[t]\na = 1\n", undefined],
  ['a = 1\n"a" = 2\n', "a"],
  ["[t]\n[t]\n", "t"],
  ["[[t]]\na = 1\n[[t]]\na = 1\n", undefined],
  ["[[t]]\n[t.x]\na = 1\n[[t]]\n[t.x]\na = 1\n", undefined],
  ["[[t]]\n[t.x]\n[t.x]\n", "t.x"],
];

Deno.test("A key is twice in one table, or not", () => {
  for (const [document, wanted] of doubles) {
    assertEquals(duplicateKey(tomlStatements(document)), wanted);
  }
});
