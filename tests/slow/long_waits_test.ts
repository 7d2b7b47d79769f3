/** The wire checks that wait for real timeouts of a minute and more. @module */
import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";

const folder = fromFileUrl(new URL("../conformance/", import.meta.url));
const config = fromFileUrl(new URL("../../deno.json", import.meta.url));
const checks = [
  { number: 21, file: "framing_test.ts" },
  { number: 43, file: "session_test.ts" },
  { number: 53, file: "process_test.ts" },
];

// Side by side: each of them spends its time waiting.
Deno.test(`wire checks ${checks.map(({ number }) => number).join(", ")} hold`, async () => {
  await Promise.all(checks.map(({ number, file }) => holds(number, folder + file)));
});

async function holds(number: number, file: string): Promise<void> {
  const filter = `/^${number}: /`;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", `--config=${config}`, `--filter=${filter}`, file],
    env: { EXEC_SERVER_SLOW: "1", NO_COLOR: "1" },
    stdin: "null",
    stderr: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  assertEquals(code, 0, text);
  assertMatch(text, /[1-9]\d* passed \| 0 failed/);
  assertEquals(/ignored/.test(text), false, text);
}
