/** What a child's environment is made of, step by step. @module */

import { assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import type { EnvPolicy } from "../../../protocol/methods/process_start.ts";
import { childEnv, type ChildEnvRequest } from "../../../server/process/child_env.ts";

const server = {
  PATH: "/bin",
  Home: "/root",
  LC_ALL: "C",
  EDITOR: "vi",
  MY_KEY: "k",
  my_secret: "s",
  API_TOKEN: "t",
  KEYBOARD: "de",
  MONKEY: "m",
  PASSWORD: "p",
  GITHUB_PAT: "g",
};

/** A policy that begins with everything and drops nothing. */
const keepAll: EnvPolicy = {
  inherit: "all",
  ignoreDefaultExcludes: true,
  exclude: [],
  set: {},
  includeOnly: [],
};

function made(
  request: Omit<ChildEnvRequest, "env"> & { readonly env?: Record<string, string> },
  from: Readonly<Record<string, string>> = server,
): Record<string, string> {
  return Object.fromEntries(childEnv({ env: {}, ...request }, new Map(Object.entries(from))));
}

/** Names left of the server's, in order, for a policy that differs in a few fields. */
function names(policy: Partial<EnvPolicy>, from?: Readonly<Record<string, string>>): string[] {
  return Object.keys(made({ envPolicy: { ...keepAll, ...policy } }, from));
}

Deno.test("childEnv() without a policy is exactly env", () => {
  const env = { A: "1", "": "empty", "A=B": "odd", MY_KEY: "kept" };
  for (const envPolicy of [undefined, null]) assertEquals(made({ env, envPolicy }), env);
});

Deno.test("childEnv() keeps names that objects inherit", () => {
  const env: Record<string, string> = JSON.parse('{"__proto__":"a","constructor":"b"}');
  const policy: EnvPolicy = { ...keepAll, inherit: "none", set: env };
  const wanted = [["__proto__", "a"], ["constructor", "b"]];
  assertEquals([...childEnv({ env }, new Map())], wanted);
  assertEquals([...childEnv({ env: {}, envPolicy: policy }, new Map())], wanted);
});

Deno.test("childEnv() inherits all, the core names in any case, or none", () => {
  assertEquals(names({ inherit: "all" }), Object.keys(server).sort());
  assertEquals(names({ inherit: "core" }), ["Home", "LC_ALL", "PATH"]);
  assertEquals(names({ inherit: "none" }), []);
});

Deno.test("childEnv() knows the eleven core names", () => {
  const core = "PATH SHELL TMPDIR TEMP TMP HOME LANG LC_ALL LC_CTYPE LOGNAME USER".split(" ");
  const from = Object.fromEntries([...core, "LC_TIME", "PWD", "TERM"].map((name) => [name, "x"]));
  assertEquals(names({ inherit: "core" }, from), core.sort());
});

Deno.test("childEnv() drops names with KEY, SECRET or TOKEN in any case, and only those", () => {
  const left = ["EDITOR", "GITHUB_PAT", "Home", "LC_ALL", "PASSWORD", "PATH"];
  assertEquals(names({ ignoreDefaultExcludes: false }), left);
});

Deno.test("childEnv() excludes after inheriting, and sets after excluding", () => {
  const env = made({
    envPolicy: {
      ...keepAll,
      inherit: "core",
      exclude: ["path", "H*"],
      set: { PATH: "/mine", X: "1" },
    },
  });
  assertEquals(env, { LC_ALL: "C", PATH: "/mine", X: "1" });
});

Deno.test("childEnv() lets set bring in names that the default excludes would drop", () => {
  const policy = { ...keepAll, ignoreDefaultExcludes: false, set: { A_TOKEN: "x" } };
  assertEquals(made({ envPolicy: policy }, {}), { A_TOKEN: "x" });
});

Deno.test("childEnv() applies includeOnly to what was set, too, and env to nothing", () => {
  const policy = { ...keepAll, includeOnly: ["PATH", "*DIT*"], set: { X: "1", EDITION: "2" } };
  assertEquals(made({ envPolicy: policy, env: { X: "3", MY_KEY: "4" } }), {
    PATH: "/bin",
    EDITOR: "vi",
    EDITION: "2",
    X: "3",
    MY_KEY: "4",
  });
});

Deno.test("childEnv() adds who the command runs for, last of all", () => {
  const metadata = { threadId: "t", toolCallId: "c" };
  const env = { CODEX_THREAD_ID: "own", CODEX_TOOL_CALL_ID: "own" };
  const policy: EnvPolicy = { ...keepAll, inherit: "none", includeOnly: ["NOTHING"] };
  const wanted = { CODEX_THREAD_ID: "t", CODEX_TOOL_CALL_ID: "c" };
  assertEquals(made({ env, metadata }), wanted);
  assertEquals(made({ metadata, envPolicy: policy }), wanted);
  for (const none of [undefined, null, {}, { threadId: null, toolCallId: null }]) {
    assertEquals(made({ env, metadata: none }), env);
  }
});

Deno.test("childEnv() hands the server's own secrets to no child, wherever they come from", () => {
  const secrets = {
    CODEX_EXEC_SERVER_NOISE_AUTH_TOKEN: "x",
    CODEX_EXEC_SERVER_EXIT_ON_STDIN_CLOSE: "true",
    EXEC_SERVER_TOKEN: "y",
  };
  assertEquals(made({ env: secrets }), {});
  assertEquals(made({ envPolicy: { ...keepAll, set: secrets } }, secrets), {});
});

Deno.test("childEnv() sorts the names, whatever order they came in", () => {
  const env = { b: "1", A: "2", Z: "3", "": "4" };
  const policy = { ...keepAll, set: { M: "5" } };
  const metadata = { toolCallId: "c" };
  const sorted = Object.keys(made({ env, metadata, envPolicy: policy }, { _: "6", L: "7" }));
  assertEquals(sorted, ["", "A", "CODEX_TOOL_CALL_ID", "L", "M", "Z", "_", "b"]);
});

Deno.test("childEnv() leaves the server's environment as it was", () => {
  const from = new Map([["A", "1"]]);
  const policy = { ...keepAll, exclude: ["*"], set: { B: "2" } };
  assertEquals([...childEnv({ env: {}, envPolicy: policy }, from)], [["B", "2"]]);
  assertEquals([...from], [["A", "1"]]);
});

const patterns: readonly (readonly [pattern: string, name: string, matches: boolean])[] = [
  ["ABC", "abc", true],
  ["abc", "ABC", true],
  ["ABC", "ABCD", false],
  ["ABC", "XABC", false],
  ["", "", true],
  ["", "A", false],
  ["*", "", true],
  ["**", "A", true],
  ["A*", "A", true],
  ["*A", "BA", true],
  ["*A*B*", "xAyBz", true],
  ["*A*B", "ABAB", true],
  ["*A*B", "ABA", false],
  ["A*B*C", "ABBC", true],
  ["?", "A", true],
  ["?", "", false],
  ["?", "AB", false],
  ["?*", "", false],
  ["*?", "A", true],
  ["A?C", "ABC", true],
  ["?", "😀", true],
  ["[AB]", "A", false],
  ["[AB]", "[ab]", true],
  ["A.C", "ABC", false],
  ["A.C", "A.C", true],
  ["A\\*", "A\\x", true],
  ["(", "(", true],
  ["+", "+", true],
];

for (const [pattern, name, isMatch] of patterns) {
  Deno.test(`the pattern "${pattern}" ${isMatch ? "matches" : "does not match"} "${name}"`, () => {
    const left = names({ includeOnly: [pattern] }, { [name]: "1" });
    assertEquals(left, isMatch ? [name] : []);
    assertEquals(names({ exclude: [pattern] }, { [name]: "1" }), isMatch ? [] : [name]);
  });
}

Deno.test("patterns match what the same regular expression matches", () => {
  const signs = fc.string({ unit: fc.constantFrom(..."ab*?"), maxLength: 8 });
  const name = fc.string({ unit: fc.constantFrom(..."abAB"), minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(signs, name, (pattern, text) => {
      const expression = pattern.replaceAll("*", ".*").replaceAll("?", ".");
      const isMatch = new RegExp(`^(?:${expression})$`, "i").test(text);
      assertEquals(
        names({ includeOnly: [pattern, "\0"] }, { [text]: "1" }).length,
        isMatch ? 1 : 0,
      );
    }),
    { numRuns: 1000 },
  );
});

Deno.test("a pattern of many stars costs no more than one", () => {
  const name = "a".repeat(3000);
  const beganMs = performance.now();
  assertEquals(names({ includeOnly: [`${"*a".repeat(1500)}b`] }, { [name]: "1" }), []);
  assertEquals(names({ includeOnly: [`${"a*".repeat(1500)}`] }, { [name]: "1" }), [name]);
  // Milliseconds; a matcher that goes back over every star would not end in a lifetime.
  assertLess(performance.now() - beganMs, 2000);
});
