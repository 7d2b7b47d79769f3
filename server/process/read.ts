/** `process/read`: retained output after a number, waiting for some if asked to. @module */

import { RpcError } from "../../protocol/errors.ts";
import type { ReadParams, ReadResult } from "../../protocol/methods/process.ts";
import type { Call } from "../call.ts";
import { NOT_DENIED } from "./judge_denial.ts";
import type { Process } from "./process.ts";

/** Reads the log; with `waitMs`, not before there is something new or the time is up. */
export async function read(params: ReadParams, call: Call): Promise<ReadResult> {
  const process = call.session.processes.readable(params.processId);
  if (process === undefined) {
    throw new RpcError("unknownProcess", `unknown process id ${params.processId}`);
  }
  const afterSeq = params.afterSeq ?? 0;
  const waitMs = params.waitMs ?? 0;
  if (waitMs > 0) await waitForNews(process, afterSeq, { ...call, waitMs });
  // Many readers may be woken by one event, each wanting a megabyte.
  await call.roomToAnswer(process.log.keptBytes);
  const { chunks, nextSeq } = process.log.readAfter(afterSeq, params.maxBytes ?? undefined);
  const { state } = process;
  return {
    chunks,
    nextSeq,
    exited: state.kind !== "running",
    closed: state.kind === "closed",
    failure: null,
    ...(process.exitFacts ?? { ...NOT_DENIED, exitCode: null }),
  };
}

/** Settles when the log has news, the time is up, or the caller is gone. */
function waitForNews(
  process: Process,
  afterSeq: number,
  { waitMs, clock, signal }: Pick<Call, "clock" | "signal"> & { waitMs: number },
): Promise<void> {
  return new Promise((resolve) => {
    let forget = () => {};
    const timer = clock.after(waitMs, finish);
    function finish(): void {
      timer.cancel();
      forget();
      signal.removeEventListener("abort", finish);
      resolve();
    }
    function check(): void {
      if (signal.aborted || hasNews(process, afterSeq)) finish();
      else forget = process.log.onNextEvent(check);
    }
    signal.addEventListener("abort", finish);
    check();
  });
}

function hasNews({ log, state }: Process, afterSeq: number): boolean {
  if (state.kind === "closed" || log.hasOutputAfter(afterSeq)) return true;
  return state.kind === "exited" && afterSeq < log.nextSeq - 1;
}
