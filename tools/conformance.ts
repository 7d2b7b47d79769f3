/** Runs the wire tests against our server and against the reference, and counts. @module */
import { fromFileUrl, join } from "@std/path";
import { referenceBinary } from "./reference.ts";

const repository = fromFileUrl(new URL("../", import.meta.url));

interface Count {
  readonly passed: number;
  readonly failed: number;
}

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const counts = [await runSuite("ours", {})];
  const reference = await referenceBinary();
  if (reference !== undefined) {
    counts.push(await runSuite("reference", { EXEC_SERVER_REFERENCE: reference }));
  }
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  const failed = counts.reduce((sum, count) => sum + count.failed, 0);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** Runs all wire tests against one target. */
async function runSuite(target: string, env: Readonly<Record<string, string>>): Promise<Count> {
  console.log(`\n=== conformance: ${target} ===`);
  const report = await Deno.makeTempFile({ prefix: "conformance-", suffix: ".xml" });
  try {
    const suites = [
      join(repository, "tests/conformance"),
      join(repository, "tests/golden/golden_test.ts"),
      join(repository, "tests/client/against_server_test.ts"),
      join(repository, "tests/client/against_reference"),
    ];
    const command = new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-check", "--quiet", `--junit-path=${report}`, ...suites],
      cwd: repository,
      env: { ...env, EXEC_SERVER_TARGET: target },
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
    });
    const { success } = await command.spawn().status;
    const count = counted(await Deno.readTextFile(report), success);
    console.log(`${target}: ${count.passed} passed, ${count.failed} failed`);
    return count;
  } finally {
    await Deno.remove(report);
  }
}

/** Reads the totals of a JUnit report. A run that failed without a failed test counts as one. */
function counted(report: string, success: boolean): Count {
  const totals = /<testsuites\b[^>]*>/.exec(report)?.[0] ?? "";
  const total = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(totals)?.[1] ?? 0);
  const skipped = [...report.matchAll(/<skipped\b/g)].length;
  const failed = total("failures") + total("errors");
  const passed = total("tests") - failed - skipped;
  return { passed, failed: failed === 0 && !success ? 1 : failed };
}
