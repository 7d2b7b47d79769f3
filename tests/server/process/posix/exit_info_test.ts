/** How a child ended, in both systems' layouts. @module */

import { assertEquals } from "@std/assert";
import { readExitInfo } from "../../../../server/process/posix/exit_info.ts";
import { linux } from "../../../../server/process/posix/platform_linux.ts";
import { macos } from "../../../../server/process/posix/platform_macos.ts";

const CLD_EXITED = 1;
const CLD_KILLED = 2;
const CLD_DUMPED = 3;
const CLD_STOPPED = 5;

for (const [name, { exit: layout }] of Object.entries({ linux, macos })) {
  const answer = ({ code, pid, status }: { code: number; pid: number; status: number }) => {
    const info = new DataView(new ArrayBuffer(layout.bytes));
    info.setInt32(layout.code, code, true);
    info.setInt32(layout.pid, pid, true);
    info.setInt32(layout.status, status, true);
    return readExitInfo(info, layout);
  };

  Deno.test(`readExitInfo() tells an exit from a signal on ${name}`, () => {
    assertEquals(answer({ code: CLD_EXITED, pid: 9, status: 3 }), { code: 3, signal: 0 });
    assertEquals(answer({ code: CLD_KILLED, pid: 9, status: 15 }), { code: 0, signal: 15 });
    assertEquals(answer({ code: CLD_DUMPED, pid: 9, status: 11 }), { code: 0, signal: 11 });
  });

  Deno.test(`readExitInfo() tells nothing of a child that runs or has stopped on ${name}`, () => {
    assertEquals(answer({ code: 0, pid: 0, status: 0 }), undefined);
    assertEquals(answer({ code: CLD_STOPPED, pid: 9, status: 17 }), undefined);
  });

  Deno.test(`readExitInfo() keeps eight bits of an exit code on ${name}`, () => {
    assertEquals(answer({ code: CLD_EXITED, pid: 9, status: -1 }), { code: 255, signal: 0 });
  });
}
