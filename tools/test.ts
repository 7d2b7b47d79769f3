/** Runs the tests and ends with one line that counts them. @module */

import { root } from "./source_files.ts";
import { type Counts, countsLine, finalCounts } from "./test_counts.ts";

const defaultFolder = "tests";
/** Run by tasks of their own: against other servers, or in real time. */
const elsewhere = ["tests/conformance", "tests/slow"];

/** Runs `deno test`, passes its output on as it comes, and counts. */
async function runTests(args: readonly string[], folder: string): Promise<Counts> {
  const named = args.some((arg) => !arg.startsWith("-") && exists(arg));
  const ignored = folder === defaultFolder && !named ? [`--ignore=${elsewhere}`] : [];
  const child = new Deno.Command(Deno.execPath(), {
    // Types are the business of `check`, which looks at the tests too.
    args: ["test", "-A", "--parallel", "--no-check", ...ignored, ...args, ...named ? [] : [folder]],
    cwd: root,
    stdout: "piped",
    // Deno colours what it writes to a pipe, too.
    env: Deno.stdout.isTerminal() ? {} : { NO_COLOR: "1" },
  }).spawn();
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    // Only the end is read for the summary; the rest need not be kept.
    text = (text + decoder.decode(chunk, { stream: true })).slice(-4096);
    await writeAll(chunk);
  }
  return finalCounts(text, (await child.status).success);
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) rest = rest.subarray(await Deno.stdout.write(rest));
}

function exists(path: string): boolean {
  try {
    Deno.statSync(`${root}/${path}`);
    return true;
  } catch {
    // Not a path, then: the value of a flag, such as a filter.
    return false;
  }
}

async function main(): Promise<number> {
  const args = [...Deno.args];
  const flag = args.indexOf("--folder");
  const [, folder = defaultFolder] = flag < 0 ? [] : args.splice(flag, 2);
  const counts = await runTests(args, folder);
  if (counts.passed + counts.failed === 0) {
    console.error(`No test was run in ${folder}: that proves nothing`);
    counts.failed = 1;
  }
  console.log(countsLine(counts));
  return counts.failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
