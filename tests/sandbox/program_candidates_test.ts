/** Where a program may lie. @module */

import { assertEquals } from "@std/assert";
import { programCandidates } from "../../sandbox/program_candidates.ts";

const cases: readonly (readonly [string, string | undefined, readonly string[]])[] = [
  ["ls", "/usr/bin:/bin", ["/usr/bin/ls", "/bin/ls"]],
  ["ls", undefined, ["/bin/ls", "/usr/bin/ls"]],
  ["ls", "", ["./ls"]],
  ["ls", ":/bin", ["./ls", "/bin/ls"]],
  ["ls", "/bin:", ["/bin/ls", "./ls"]],
  ["ls", "/a::/b", ["/a/ls", "./ls", "/b/ls"]],
  ["ls", "bin:../bin", ["bin/ls", "../bin/ls"]],
  ["ls", "/a:/b:/a", ["/a/ls", "/b/ls"]],
  ["/bin/ls", "/usr/bin", ["/bin/ls"]],
  ["./ls", "/usr/bin", ["./ls"]],
  ["bin/ls", undefined, ["bin/ls"]],
  ["..", "/bin", ["/bin/.."]],
  ["", "/bin", []],
];

for (const [program, path, expected] of cases) {
  Deno.test(`programCandidates() of ${JSON.stringify(program)} in ${JSON.stringify(path)}`, () => {
    assertEquals(programCandidates(program, path), expected);
  });
}
