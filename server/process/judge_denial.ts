/** Whether a sandbox made a command fail: judged once, when the command has ended. @module */

import type { SandboxDenial } from "../../protocol/methods/sandbox_denial.ts";
import type { PathSystem } from "../../protocol/path_uri.ts";
import { findDenial } from "../../sandbox/denial.ts";
import type { OutputLog } from "./output_log.ts";

/** What is known of a command that has ended. */
export interface JudgedEnd {
  /** As it will be told. */
  readonly exitCode: number;
  /** Whether its sandbox could not be made. */
  readonly neverRan: boolean;
  /** What it printed, as far as it is kept. */
  readonly log: OutputLog;
}

/** What is told with an exit. */
export interface DenialVerdict {
  /** Whether the sandbox seems to be the reason. */
  readonly sandboxDenied: boolean;
  /** Extension: what was denied, as far as the output tells. */
  readonly sandboxDenial?: SandboxDenial;
}

/** Judges the end of one command. */
export type DenialJudge = (end: JudgedEnd) => DenialVerdict;

/** What holds without a sandbox. */
export const NOT_DENIED: DenialVerdict = { sandboxDenied: false };

/**
 * Judges by the exit and the retained output, as the reference does.
 * @param options `isNetworkClosed`: whether what failed for want of a network was denied; `isTold`:
 * whether the client understands more than yes or no
 */
export function judgeDenial(
  { exitCode, neverRan, log }: JudgedEnd,
  { system, isNetworkClosed, isTold }: {
    system: PathSystem;
    isNetworkClosed: boolean;
    isTold: boolean;
  },
): DenialVerdict {
  if (neverRan) return verdict({ operation: "setup" }, isTold);
  if (exitCode === 0) return NOT_DENIED;
  const { chunks } = log.readAfter(0, undefined);
  const output = chunks.map(({ stream, chunk }) => ({ stream, bytes: chunk }));
  const denial = findDenial({ hadSandbox: true, isNetworkClosed, system, exitCode, output });
  return denial === undefined ? NOT_DENIED : verdict(denial.detail, isTold);
}

function verdict(detail: SandboxDenial | undefined, isTold: boolean): DenialVerdict {
  if (!isTold || detail === undefined) return { sandboxDenied: true };
  return { sandboxDenied: true, sandboxDenial: detail };
}
