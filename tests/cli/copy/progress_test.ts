/** The line that says how far a copy has come. @module */
import { assertEquals } from "@std/assert";
import { Progress, progressLine } from "../../../cli/copy/progress.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const MIB = 1024 * 1024;
const lines: readonly [number, number, number, string][] = [
  [0, 10 * MIB, 0, "[....................]   0%  0 B of 10.0 MiB  0 B/s  -:-- left"],
  [5 * MIB, 10 * MIB, 2, "[##########..........]  50%  5.0 MiB of 10.0 MiB  2.5 MiB/s  0:02 left"],
  [1, 4 * 1024 * MIB, 1, "[....................]   0%  1 B of 4.0 GiB  1 B/s  1193046:28:15 left"],
  [12, 10, 1, "[####################] 100%  12 B of 10 B  12 B/s  0:00 left"],
  [0, 0, 1, "[####################] 100%  0 B of 0 B  0 B/s  -:-- left"],
];

for (const [done, total, seconds, wanted] of lines) {
  Deno.test(`${done} of ${total} bytes in ${seconds} s is shown as ${wanted}`, () => {
    assertEquals(progressLine({ done, total, seconds }), wanted);
  });
}

Deno.test("The line is drawn again and again, makes room for others, and goes away", () => {
  const clock = new FakeClock();
  let written = "";
  const progress = new Progress({ total: 10, clock, write: (text) => written += text });
  progress.add(5);
  clock.advance(200);
  progress.say("trouble");
  const line = "[##########..........]  50%  5 B of 10 B  25 B/s  0:00 left";
  assertEquals(written, `\r${line}\x1b[K\r\x1b[Ktrouble\n\r${line}\x1b[K`);
  progress[Symbol.dispose]();
  written = "";
  clock.advance(1000);
  assertEquals(written, "");
});
