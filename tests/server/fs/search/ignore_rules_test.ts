/** What ignore files say, compared with git's answers to the same files. @module */

import { assertEquals } from "@std/assert";
import { nativeText } from "../../../../protocol/native_path.ts";
import { IgnoreRules } from "../../../../server/fs/search/ignore_rules.ts";

/** Directory and text of each ignore file; then paths, with `/` at the end of a directory. */
interface Case {
  readonly files: Readonly<Record<string, string>>;
  readonly skipped?: readonly string[];
  readonly kept?: readonly string[];
}

const cases: Readonly<Record<string, Case>> = {
  "names at any depth": { files: { "": "*.log\n" }, skipped: ["a.log", "d/a.log"], kept: ["log"] },
  "negation": { files: { "": "*.log\n!keep.log\n" }, skipped: ["a.log"], kept: ["keep.log"] },
  "negation, overruled": { files: { "": "!a\na\n" }, skipped: ["a"] },
  "directories only": {
    files: { "": "build/\n" },
    skipped: ["build/", "d/build/"],
    kept: ["build"],
  },
  "what is in a skipped directory": { files: { "": "d/\n!d/f\n" }, skipped: ["d/f"] },
  "anchored": { files: { "": "/a\nb/c\n" }, skipped: ["a", "b/c"], kept: ["d/a", "d/b/c"] },
  "any directories": { files: { "": "a/**/b\n" }, skipped: ["a/b", "a/x/y/b"], kept: ["b"] },
  "comments and blanks": {
    files: { "": "# a\n\n  \n\\#b\nc  \nd\\ \n" },
    skipped: ["#b", "c", "d "],
    kept: ["a", "# a", "d", " "],
  },
  "line ends of Windows": { files: { "": "a\r\nb\r\n" }, skipped: ["a", "b"] },
  "upper and lower case": { files: { "": "A\n" }, skipped: ["A"], kept: ["a"] },
  "signs": { files: { "": "d\\[1\\]\nq\\*\n\\!n\n" }, skipped: ["d[1]", "q*", "!n"], kept: ["qx"] },
  "a file further down": {
    files: { "": "*.log\n", d: "!a.log\nx\n" },
    skipped: ["a.log", "d/b.log", "d/x", "d/e/x"],
    kept: ["d/a.log", "d/e/a.log", "x"],
  },
  "an anchor further down": {
    files: { d: "/a\nb/c\n" },
    skipped: ["d/a", "d/b/c"],
    kept: ["a", "d/e/a", "d/e/b/c"],
  },
  "a directory taken back further down": {
    files: { "": "*.d/\n", s: "!x.d/\n" },
    skipped: ["s/y.d/"],
    kept: ["s/x.d/", "s/x.d/f"],
  },
  "blank lines further down": { files: { d: "  \n!\n" }, kept: ["d/a", "d/b/"] },
  "directories with signs in their names": {
    files: { "d[1]*": "/a\n" },
    skipped: ["d[1]*/a"],
    kept: ["d1x/a"],
  },
  "names that look like relative paths": {
    files: { "": "...\n" },
    skipped: ["..."],
    kept: ["..x", "....", "~"],
  },
  "names that are not UTF-8": {
    files: { "": nativeText(new Uint8Array([0x61, 0xff, 0x0a])) },
    skipped: [nativeText(new Uint8Array([0x61, 0xff]))],
    kept: [nativeText(new Uint8Array([0x61, 0xfe]))],
  },
};

function rulesOf(files: Case["files"]): IgnoreRules {
  return Object.entries(files).reduce(
    (rules, [directory, text]) => rules.within(directory, [text]),
    new IgnoreRules(),
  );
}

function isIgnored(rules: IgnoreRules, path: string): boolean {
  return rules.ignores(path.replace(/\/$/, ""), path.endsWith("/"));
}

for (const [words, { files, skipped = [], kept = [] }] of Object.entries(cases)) {
  Deno.test(`ignore files: ${words}`, () => {
    const rules = rulesOf(files);
    assertEquals(skipped.filter((path) => !isIgnored(rules, path)), []);
    assertEquals(kept.filter((path) => isIgnored(rules, path)), []);
  });
}

Deno.test("the later of two ignore files in a directory counts", () => {
  const rules = new IgnoreRules().within("", ["a\n!b\n", "!a\nb\n"]);
  assertEquals([isIgnored(rules, "a"), isIgnored(rules, "b")], [false, true]);
});

Deno.test("rules hold after many questions", () => {
  const rules = new IgnoreRules().within("", ["*.log\n"]);
  for (let index = 0; index < 25_000; index++) {
    assertEquals(isIgnored(rules, `d/${index}.log`), true);
  }
});
