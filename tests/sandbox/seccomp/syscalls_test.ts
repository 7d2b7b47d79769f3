/** The table of system calls against the compilers' own headers. @module */

import { assertEquals } from "@std/assert";
import { rulesFor } from "../../../sandbox/seccomp/rules.ts";
import { type Architecture, syscallNumber } from "../../../sandbox/seccomp/syscalls.ts";

const compilers: Readonly<Record<Architecture, string>> = {
  x86_64: "x86_64-linux-gnu-gcc",
  aarch64: "aarch64-linux-gnu-gcc",
};

for (const architecture of ["x86_64", "aarch64"] as const) {
  const compiler = compilers[architecture];
  const isMissing = !await answers(compiler);
  Deno.test({
    name: `the numbers for ${architecture} are those of the system's headers${
      isMissing ? ` (skipped: there is no ${compiler})` : ""
    }`,
    ignore: isMissing,
    fn: async () => {
      const names = new Set((["isolated", "managedUnix", "strict", "host"] as const)
        .flatMap((mode) => rulesFor(mode).map(({ syscall }) => syscall)));
      const headers = await numbersOf(compiler, [...names]);
      for (const name of names) {
        const known = headers.get(name);
        // Headers that are older than the call do not name it.
        if (known === undefined && ["fchmodat2", "open_tree_attr"].includes(name)) continue;
        assertEquals(syscallNumber(name, architecture), known, name);
      }
    },
  });
}

async function answers(program: string): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(program, { args: ["--version"] }).output();
    return success;
  } catch {
    // Not there at all.
    return false;
  }
}

async function numbersOf(
  compiler: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const source = ["#include <sys/syscall.h>"];
  for (const name of names) source.push(`#ifdef __NR_${name}`, `@ ${name} __NR_${name}`, "#endif");
  const child = new Deno.Command(compiler, {
    args: ["-E", "-P", "-x", "c", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source.join("\n") + "\n"));
  await writer.close();
  const text = new TextDecoder().decode((await child.output()).stdout);
  const found = text.matchAll(/^@ (\w+) (\d+)$/gm);
  return new Map([...found].map(([, name = "", number = ""]) => [name, Number(number)]));
}
