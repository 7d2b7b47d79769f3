/** Proves the tree: runs every check, tells how each went, and fails when one did. @module */

import { root } from "./source_files.ts";
import { countsLine } from "./test_counts.ts";

/** One check: what it proves, and the arguments for Deno. */
interface Step {
  readonly name: string;
  readonly args: readonly string[];
}

interface Outcome {
  readonly step: Step;
  readonly success: boolean;
  readonly seconds: string;
  readonly output: string;
}

/** What others import: the protocol, and the three doors of the client library. */
const doors = ["protocol/mod.ts", "client/mod.ts", "client/stdio.ts", "client/environments/mod.ts"];

const checks: readonly Step[] = [
  { name: "types", args: ["check", "--frozen", "."] },
  { name: "format", args: ["fmt", "--check"] },
  { name: "lint", args: ["lint"] },
  { name: "doc comments", args: ["doc", "--lint", ...doors] },
  { name: "examples", args: ["run", "-A", "tools/examples.ts"] },
  { name: "publishable", args: ["publish", "--dry-run", "--allow-dirty"] },
  { name: "generated pages", args: ["run", "-A", "tools/protocol_docs.ts", "--check"] },
  {
    name: "architecture",
    args: ["test", "-A", "--no-check", "--quiet", "tests/architecture_test.ts"],
  },
];
const tests: Step = { name: "tests", args: ["run", "-A", "tools/test.ts"] };

async function run(step: Step): Promise<Outcome> {
  const start = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...step.args],
    cwd: root,
    // Deno colours what it writes to a pipe, too.
    env: Deno.stdout.isTerminal() ? {} : { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const decoder = new TextDecoder();
  return { step, success, seconds, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

function report({ step, success, seconds, output }: Outcome): void {
  const last = step === tests && success ? output.trimEnd().split("\n").at(-1) ?? "" : "";
  const line = `${success ? "ok  " : "FAIL"}  ${step.name.padEnd(16)} ${seconds.padStart(5)} s`;
  console.log(`${line}  ${last}`.trimEnd());
  if (!success) console.log(output.trimEnd().replace(/^/gm, "      "));
}

/** Runs steps side by side, one per processor; reports each as it ends. */
async function runAll(steps: readonly Step[]): Promise<Outcome[]> {
  const waiting = [...steps];
  const outcomes: Outcome[] = [];
  async function work(): Promise<void> {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const outcome = await run(step);
      report(outcome);
      outcomes.push(outcome);
    }
  }
  await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, work));
  return outcomes;
}

async function main(): Promise<number> {
  const outcomes = await runAll(checks);
  // By themselves: they start programs and measure time, and would feel the others.
  if (!Deno.args.includes("--no-tests")) outcomes.push(...await runAll([tests]));
  const failed = outcomes.filter(({ success }) => !success).length;
  console.log(`ok: ${countsLine({ passed: outcomes.length - failed, failed, skipped: 0 })}`);
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
