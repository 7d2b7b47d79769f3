/** What bubblewrap reports tells who gets a signal, and whether there was a program at all. @module */

import { assertEquals } from "@std/assert";
import { closeAll, openPipe } from "../../../../server/process/posix/child_streams.ts";
import { ContainerReport } from "../../../../server/process/posix/container_report.ts";
import { descriptorFlags, loadLibc } from "../../../../server/process/posix/libc.ts";

const ignore = Deno.build.os !== "linux";
const SIGWINCH = 28;

/** A report, and a way to write to it as bubblewrap does. */
function report(): { report: ContainerReport; say: (text: string) => void; end: () => void } {
  const { readEnd, writeEnd } = openPipe([]);
  const { libc } = loadLibc();
  libc.fcntl(readEnd, descriptorFlags.F_SETFL, descriptorFlags.O_NONBLOCK);
  const bytes = (text: string) => new TextEncoder().encode(text);
  return {
    report: new ContainerReport(readEnd),
    say: (text) => void libc.write(writeEnd, bytes(text), bytes(text).byteLength),
    end: () => closeAll([writeEnd]),
  };
}

Deno.test({
  name: "a signal is not taken before there is a program",
  ignore,
  sanitizeResources: false,
  fn() {
    const { report: told, say, end } = report();
    assertEquals(told.signal(SIGWINCH, undefined), false);
    // Signals to the groups of these numbers would meet everybody.
    for (const pid of [0, 1]) {
      say(`{ "child-pid": ${pid} }`);
      assertEquals(told.signal(SIGWINCH, undefined), false);
    }
    told.close();
    end();
  },
});

Deno.test({
  name: "a program has run when its exit is reported, also in pieces",
  ignore,
  sanitizeResources: false,
  fn() {
    const { report: told, say, end } = report();
    say('{ "child-pid": 4194300 }\n{ "exit-');
    assertEquals(told.hasRun, false);
    say('code": 7 }\n');
    assertEquals(told.hasRun, true);
    told.close();
    told.close();
    assertEquals(told.signal(SIGWINCH, undefined), true);
    end();
  },
});
