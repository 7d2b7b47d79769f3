/** Says why output could not be written, where that is not just a reader that is gone. @module */

import { reasonOf } from "../client/errors.ts";
import { complain } from "./complain.ts";
import { statuses } from "./failure.ts";
import { OutputBroken } from "./forward.ts";

/**
 * Does work that prints, and reports what keeps its output from being written, such as a full disk.
 * @returns the exit status
 * @throws {OutputBroken} when nobody reads any more, which needs no words
 */
export async function reportOutput(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const isReported = error instanceof OutputBroken &&
      !(error.cause instanceof Deno.errors.BrokenPipe);
    if (!isReported) throw error;
    // The system's own words, without the number behind them.
    const reason = reasonOf(error.cause).replace(/ \(os error \d+\)$/, "");
    complain(`Cannot write the output: ${reason}`);
    return statuses.failed;
  }
}
