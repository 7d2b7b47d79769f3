/** What messages of well-known programs tell about a denial. @module */

import { assertEquals } from "@std/assert";
import type { SandboxDenial } from "../../protocol/methods/sandbox_denial.ts";
import { denialDetail } from "../../sandbox/denial_detail.ts";

const readOnly = "Read-only file system";

const cases:
  readonly (readonly [output: string, detail: SandboxDenial | undefined, status?: number])[] = [
    [`touch: cannot touch 'a b': ${readOnly}`, { path: "a b", operation: "write" }],
    [`mkdir: cannot create directory ‘/x’: ${readOnly}`, { path: "/x", operation: "write" }],
    ["cp: cannot create regular file '/x/y': Permission denied", {
      path: "/x/y",
      operation: "write",
    }],
    ["cp: cannot open '/k' for reading: Permission denied", { path: "/k" }],
    ["ls: cannot open directory '/k': Permission denied", { path: "/k" }],
    ["ls: cannot access '/k/x': Permission denied", { path: "/k/x", operation: "read" }],
    ["rm: cannot remove 'x': Operation not permitted", { path: "x", operation: "write" }],
    [`mv: cannot move '/a' to '/b': ${readOnly}`, { path: "/b", operation: "write" }],
    [`ln: failed to create symbolic link './x': ${readOnly}`, {
      path: "./x",
      operation: "write",
    }],
    [`fatal: Unable to create '/w/.git/index.lock': ${readOnly}`, {
      path: "/w/.git/index.lock",
      operation: "write",
    }],
    [`error: could not lock config file .git/config: ${readOnly}`, {
      path: ".git/config",
      operation: "write",
    }],
    [`/bin/sh: 1: cannot create /etc/x: ${readOnly}`, { path: "/etc/x", operation: "write" }],
    ["/bin/sh: 1: cannot create /etc/x: Permission denied", {
      path: "/etc/x",
      operation: "write",
    }],
    ["sh: 1: cannot open /k: Permission denied", { path: "/k" }],
    [`bash: line 1: /etc/x: ${readOnly}`, { path: "/etc/x", operation: "write" }],
    ["bash: /k: Permission denied", { path: "/k" }],
    ["bash: line 3: ./run.sh: Permission denied", { path: "./run.sh", operation: "exec" }, 126],
    ["cat: /k/key: Permission denied", { path: "/k/key" }],
    [`tee: /etc/x: ${readOnly}`, { path: "/etc/x", operation: "write" }],
    ["PermissionError: [Errno 13] Permission denied: '/k'", { path: "/k" }],
    [`OSError: [Errno 30] ${readOnly}: 'out/x'`, { path: "out/x", operation: "write" }],
    ["Error: EACCES: permission denied, open '/k'", { path: "/k" }],
    ["Error: EACCES: permission denied, scandir '/k'", { path: "/k", operation: "read" }],
    ["[Error: EROFS: read-only file system, open '/etc/x'] {", {
      path: "/etc/x",
      operation: "write",
    }],
    ["Error: EPERM: operation not permitted, mkdir '/x'", { path: "/x", operation: "write" }],
    ["Error: listen EPERM: operation not permitted 0.0.0.0:80", { operation: "network" }],
    ["dial tcp 1.2.3.4:443: connect: operation not permitted", { operation: "network" }],
    ["ping: socket: Operation not permitted", { operation: "network" }],
    ["open /etc/x: permission denied", { path: "/etc/x" }],
    [`2026/01/01 mkdir /x: ${readOnly.toLowerCase()}`, undefined],
    [`panic: mkdir /x: ${readOnly.toLowerCase()}`, { path: "/x", operation: "write" }],
    [`/usr/bin/ld: cannot open output file a.out: ${readOnly}`, {
      path: "a.out",
      operation: "write",
    }],
    // What does not say it for sure.
    ["", undefined],
    [`touch: ${readOnly}`, undefined],
    ["Permission denied (publickey).", undefined],
    ["git@host: Permission denied (publickey).", undefined],
    ["sudo: a password is required, permission denied", undefined],
    ["unable to set the time: Operation not permitted", undefined],
    ["error: sandbox: rule denied", undefined],
    ["touch: cannot touch '\x1b[31m/x': Permission denied", undefined],
    [`touch: cannot touch '/\u{FFFD}': ${readOnly}`, undefined],
    [`${"x".repeat(2000)}: cannot touch '/x': ${readOnly}`, undefined],
  ];

for (const [output, detail, status = 1] of cases) {
  Deno.test(`a denial's detail in ${JSON.stringify(output.slice(0, 100))}`, () => {
    assertEquals(denialDetail(new TextEncoder().encode(output), status), detail);
  });
}

Deno.test("of several messages the last one tells what was denied", () => {
  const lines = [
    "rm: cannot remove 'first': Permission denied",
    "rm: cannot remove 'last': Permission denied",
    "make: *** [all] Error 1",
  ];
  assertEquals(denialDetail(new TextEncoder().encode(lines.join("\r\n")), 2), {
    path: "last",
    operation: "write",
  });
});

Deno.test("only the end of the output is searched for what was denied", () => {
  const message = "rm: cannot remove 'x': Permission denied\n";
  const far = message + ".\n".repeat(10_000);
  assertEquals(denialDetail(new TextEncoder().encode(far), 1), undefined);
});
