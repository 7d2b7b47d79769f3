/** Every rule of the lint plugin, with code it lets pass and code it reports. @module */

import { assertEquals } from "@std/assert";
import plugin from "../../tools/lint_plugin.ts";

/** Code in a file of the project, and the rules that report it. */
type Sample = readonly [path: string, code: string, ...rules: string[]];

const long = "\n".repeat(301);
const samples: readonly Sample[] = [
  ["server/serve.ts", `import { a } from "../protocol/mod.ts";`],
  ["server/serve.ts", `import { a } from "./log.ts"; export * from "../sandbox/mod.ts";`],
  ["server/serve.ts", `import { a } from "@std/path"; import b from "node:sqlite";`],
  ["server/serve.ts", `import { a } from "../client/mod.ts";`, "import-arrows"],
  ["client/mod.ts", `import type { A } from "../server/serve.ts";`, "import-arrows"],
  ["client/mod.ts", `export { a } from "../server/serve.ts";`, "import-arrows"],
  ["client/mod.ts", `await import("../server/serve.ts");`, "import-arrows"],
  ["client/mod.ts", `type A = import("../server/serve.ts").A;`, "import-arrows"],
  ["protocol/mod.ts", `export * from "../server/serve.ts";`, "import-arrows"],
  ["protocol/mod.ts", `import { a } from "node:buffer";`, "import-arrows"],
  ["server/serve.ts", `import { a } from "../tests/support/peer.ts";`, "import-arrows"],
  ["server/serve.ts", `import { a } from "../main.ts";`, "import-arrows"],
  ["main.ts", `import { serve } from "./server/serve.ts";`, "import-arrows"],
  ["main.ts", `import { serve } from "./cli/serve.ts";`],
  ["tests/server/serve_test.ts", `import { a } from "../../client/mod.ts";`],

  ["protocol/clock.ts", `setTimeout(f, 1); Date.now();`],
  ["server/serve.ts", `clock.setTimeout(f, 1);`],
  ["server/serve.ts", `setTimeout(f, 1);`, "one-door"],
  ["client/mod.ts", `globalThis.setInterval(f, 1);`, "one-door"],
  ["client/mod.ts", `const now = Date.now();`, "one-door"],
  ["bench/main.ts", `const now = Date.now(); console.log(now);`],
  ["server/process/spawn.ts", `new Deno.Command("ls"); Deno.dlopen(a, b);`],
  ["server/fs/posix/file_calls.ts", `Deno.dlopen(a, b);`],
  ["server/serve.ts", `new Deno.Command("ls");`, "one-door"],
  ["client/platform/deno_program.ts", `new Deno.Command("ls");`],
  ["client/platform/deno_program.ts", `Deno.dlopen(a, b);`, "one-door"],
  ["server/fs/copy.ts", `Deno.dlopen(a, b);`, "one-door"],
  ["cli/exec.ts", `console.log(1); new Deno.Command("ls");`],
  ["main.ts", `console.log(1);`, "one-door"],
  ["server/log.ts", `console.error(1);`],
  ["protocol/errors.ts", `const a = Deno.args;`, "one-door"],
  ["protocol/errors.ts", `let a: Deno.Conn;`, "one-door"],

  ["server/serve.ts", long.slice(1)],
  ["server/serve.ts", long, "file-length"],
  ["tests/serve_test.ts", long],
  ["tests/serve_test.ts", "\n".repeat(401), "file-length"],

  ["server/output_log.ts", ""],
  ["types/std/path.d.ts", ""],
  ["server/outputLog.ts", "", "file-name"],
  ["server/utils.ts", "", "file-name"],

  ["server/a.ts", `class A { #a = 1; constructor(readonly b: number) {} }`],
  ["server/a.ts", `class A { private a = 1; }`, "no-private-keyword"],
  ["server/a.ts", `class A { private a() {} }`, "no-private-keyword"],
  ["server/a.ts", `class A { constructor(private a: number) {} }`, "no-private-keyword"],

  ["server/a.ts", `function f() { const g = () => 1; return g; } const list = [() => 1];`],
  ["server/a.ts", `const f = () => 1;`, "no-top-level-arrow"],
  ["server/a.ts", `export const f = () => 1;`, "no-top-level-arrow"],

  ["server/a.ts", `type Color = "red" | "green";`],
  ["server/a.ts", `enum Color { red }`, "no-enum"],
  ["server/a.ts", `export const enum Color { red }`, "no-enum"],
  ["types/a.d.ts", `declare global { var a: number }`],
  ["server/a.ts", `namespace A { export const b = 1; }`, "no-namespace"],
  ["server/a.ts", `export default 1;`, "no-default-export"],
  ["tools/lint_plugin.ts", `export default 1;`],

  ["server/a.ts", `new Error("Cannot listen: the port is in use");`],
  ["server/a.ts", 'new Error(`${name} is unknown`); new TypeError(`"x" is not one`);'],
  ["server/a.ts", `new ClientError("closed", "Connection lost: the server went away");`],
  ["server/a.ts", `new RpcError("invalid", "unknown process id .");`],
  ["server/a.ts", `new Error("cannot listen");`, "error-message"],
  ["server/a.ts", `new Error("Cannot listen.");`, "error-message"],
  ["server/a.ts", "new Error(`cannot listen on ${port}`);", "error-message"],
  ["server/a.ts", `new ClientError("closed", "the server went away");`, "error-message"],

  ["server/a.ts", `const a = [1] as const; const b = { c: 1 } satisfies C;`],
  ["server/a.ts", `// The decoder has just checked it.\nconst a = b as C;`],
  ["server/a.ts", `const a = b as C; // checked above`],
  ["server/a.ts", `const a = b as C;`, "assertion-reason"],
  ["server/a.ts", `// Too far away.\n\n\nconst a = <C> b;`, "assertion-reason"],
  ["tests/a_test.ts", `const a = b as C;`],
];

for (const [path, code, ...expected] of samples) {
  const verdict = expected.length === 0 ? "lets pass" : `(${expected}) reports`;
  Deno.test(`lint plugin ${verdict} in ${path}: ${code.trim().slice(0, 70) || "length or name"}`, () => {
    const reported = Deno.lint.runPlugin(plugin, path, code).map(({ id }) =>
      id.replace("house/", "")
    );
    assertEquals(reported, expected);
  });
}
