/** Makes `dist/exec-server`: the program and Deno in one file. @module */

import { findBase } from "./denort.ts";
import { root } from "./source_files.ts";

const output = `${root}/dist/exec-server`;

async function deno(args: string[], cwd: string, env: Record<string, string> = {}): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`"deno ${args[0]}" failed: see above`);
}

async function compile(): Promise<void> {
  const base = await findBase();
  // Outside the project: `deno compile` embeds what it finds around the file it compiles.
  const aside = await Deno.makeTempDir({ prefix: "exec_server_" });
  try {
    // A few files: what serving needs is one of them, and the rest is loaded when it is asked for.
    const parts = ["--code-splitting", "--outdir", aside];
    await deno(["bundle", "--quiet", ...parts, "main.ts"], root);
    await Deno.mkdir(`${root}/dist`, { recursive: true });
    // A code cache would be read from a guessable name in the temporary directory.
    const flags = ["--quiet", "-A", "--no-check", "--no-code-cache", "--include", "."];
    const env = base === undefined ? undefined : { DENORT_BIN: base };
    await deno(["compile", ...flags, "--output", output, "main.js"], aside, env);
  } finally {
    await Deno.remove(aside, { recursive: true });
  }
  const { size } = await Deno.stat(output);
  console.log(`${(size / 1e6).toFixed(1)} MB  ${output}`);
}

try {
  await compile();
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(`Cannot compile: ${reason}`);
  Deno.exit(1);
}
