/** Reads from `waitid`'s answer how a child ended. @module */

import type { ExitStatus } from "../spawner.ts";
import type { ExitLayout } from "./platform.ts";

const CLD_EXITED = 1;
const CLD_DUMPED = 3;

/**
 * How a child ended; undefined when it has not.
 * @param info the answer, all zeros before the call
 */
export function readExitInfo(info: DataView, layout: ExitLayout): ExitStatus | undefined {
  if (info.getInt32(layout.pid, true) === 0) return undefined;
  const code = info.getInt32(layout.code, true);
  // Some versions of macOS also tell of children that have merely stopped.
  if (code < CLD_EXITED || code > CLD_DUMPED) return undefined;
  const number = info.getInt32(layout.status, true);
  // Linux keeps eight bits of an exit code; macOS shows all that the program gave.
  return code === CLD_EXITED ? { code: number & 0xff, signal: 0 } : { code: 0, signal: number };
}
