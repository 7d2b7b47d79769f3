/** Patterns that deny: how they are read, and what they match. @module */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RpcError } from "../../protocol/errors.ts";
import { type DeniedPlaces, globMatcher, readDenyGlob } from "../../sandbox/deny_glob.ts";

const files = [
  "a.env",
  "b.txt",
  "d/c.env",
  "d/e/d.env",
  ".h/x.env",
  ".i.env",
  "A.ENV",
  "q/[z]",
  "q/z",
  "q/{a,b}",
  "q/a",
  "q/b",
  "q/!",
  "q/^",
  "q/s*r",
  "q/sxr",
  "q/é",
];

function read(pattern: string, directory = "/w"): DeniedPlaces {
  return readDenyGlob(pattern, { directory, origin: "test" });
}

/** Which of the files a pattern denies. */
function denied(pattern: string): string[] {
  const { paths, globs } = read(pattern);
  const matchers = globs.map(globMatcher);
  return files.filter((file) =>
    paths.includes(`/w/${file}`) || matchers.some((matches) => matches(`/w/${file}`))
  );
}

const cases: readonly (readonly [pattern: string, denied: readonly string[]])[] = [
  ["*.env", ["a.env", ".i.env"]],
  ["./*.env", ["a.env", ".i.env"]],
  ["/w/*.env", ["a.env", ".i.env"]],
  ["d/../*.env", ["a.env", ".i.env"]],
  ["../w/*.env", ["a.env", ".i.env"]],
  ["**/*.env", ["a.env", "d/c.env", "d/e/d.env", ".h/x.env", ".i.env"]],
  ["**", files],
  ["d/**", ["d/c.env", "d/e/d.env"]],
  ["d/*", ["d/c.env"]],
  ["d/*/", ["d/c.env"]],
  ["d/**/d.env", ["d/e/d.env"]],
  ["d/**/e/**/d.env", ["d/e/d.env"]],
  ["**/d.env", ["d/e/d.env"]],
  ["*/c.env", ["d/c.env"]],
  ["/w/*//c.env", ["d/c.env"]],
  ["d**/c.env", ["d/c.env"]],
  ["**.env", ["a.env", ".i.env"]],
  ["*.{env,txt}", ["a.env", "b.txt", ".i.env"]],
  ["q/{a,b}", ["q/a", "q/b"]],
  ["{d,q}/[ac]*", ["d/c.env", "q/a"]],
  ["q/{a,{b,z}}", ["q/z", "q/a", "q/b"]],
  ["q/\\{a,b}", ["q/{a,b}"]],
  ["q/[ab]", ["q/a", "q/b"]],
  ["q/[a-b]", ["q/a", "q/b"]],
  ["q/[!ab]", ["q/z", "q/!", "q/^", "q/é"]],
  ["q/[^ab]", ["q/z", "q/!", "q/^", "q/é"]],
  ["q/[]z]", ["q/z"]],
  ["q/[a", []],
  ["q/s\\*r", ["q/s*r"]],
  ["q/s[*]r", ["q/s*r"]],
  ["q/\\[z\\]", ["q/[z]"]],
  ["q/?", ["q/z", "q/a", "q/b", "q/!", "q/^", "q/é"]],
  ["*.ENV", ["A.ENV"]],
  ["!*.env", []],
  ["b.txt", ["b.txt"]],
];

for (const [pattern, expected] of cases) {
  Deno.test(`the pattern ${pattern} denies ${expected.join(" ") || "nothing"}`, () => {
    assertEquals(denied(pattern), expected);
  });
}

Deno.test("a pattern is taken apart into where to look and what to look for", () => {
  assertEquals(read("../x/./y[1]/**/{a,b}*", "/home/u/[w]"), {
    paths: [],
    globs: ["a*", "b*"].map((last) => ({
      pattern: `/home/u/x/y[1]/**/${last}`,
      directory: "/home/u/x",
      names: ["y[1]", "**", last],
      origin: "test",
    })),
  });
  assertEquals(read("*.env", "/home/u/[w]").globs[0]?.directory, "/home/u/[w]");
  assertEquals(read("x{/a,/b\\*}/").paths, ["/w/x/a", "/w/x/b*"]);
});

for (const pattern of ["/**", "/*/x", "/a{b,c}*", "../*", "/x/../*", "{/*/x,/a/*}"]) {
  Deno.test(`the pattern ${pattern} is refused: it begins in the root`, () => {
    const error = assertThrows(() => read(pattern), RpcError);
    assert(error.message.includes("use a pattern with a non-root directory prefix"));
  });
}

for (const pattern of ["", "a\0*", "a".repeat(4097), "*/../x", "{a,b}".repeat(9)]) {
  Deno.test(`the pattern ${JSON.stringify(pattern.slice(0, 50))} is refused`, () => {
    assertEquals(assertThrows(() => read(pattern), RpcError).code, -32602);
  });
}

Deno.test("no pattern takes long", () => {
  const stars = globMatcher(read(`${"a*".repeat(100)}b`).globs[0] ?? failure());
  assert(!stars(`/w/${"a".repeat(255)}`));
  const depths = globMatcher(read(`${"**/a/".repeat(100)}b`).globs[0] ?? failure());
  assert(!depths(`/w/${"a/".repeat(1000)}c`));
});

function failure(): never {
  throw new Error("The pattern has no wildcard");
}

Deno.test("a pattern made of a path, with every sign escaped, denies just that path", () => {
  const name = fc.stringMatching(/^[a-c*?[\]{},!^\\-]{1,6}$/);
  fc.assert(fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (names) => {
    const path = `/w/${names.join("/")}`;
    assertEquals(read(path.replaceAll(/[*?[\]{},!^\\-]/g, "\\$&")), { paths: [path], globs: [] });
  }));
});

Deno.test("`**` matches as a search of all ways would", () => {
  const part = fc.constantFrom("a", "b", "*", "**", "?");
  const name = fc.constantFrom("a", "b", "ab");
  const patterns = fc.array(part, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(patterns, fc.array(name, { minLength: 1, maxLength: 6 }), (parts, names) => {
      if (!parts.some((part) => /[*?]/.test(part))) return;
      const [glob] = read(parts.join("/")).globs;
      assertEquals(globMatcher(glob ?? failure())(`/w/${names.join("/")}`), model(parts, names));
    }),
  );
});

function model(parts: readonly string[], names: readonly string[]): boolean {
  const [part, ...rest] = parts;
  if (part === undefined) return names.length === 0;
  const [name, ...others] = names;
  if (part === "**") {
    if (rest.length === 0) return names.length > 0;
    return model(rest, names) || (name !== undefined && model(parts, others));
  }
  if (name === undefined) return false;
  const fits = part === "*" || (part === "?" ? name.length === 1 : part === name);
  return fits && model(rest, others);
}
