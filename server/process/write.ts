/** `process/write`: bytes for a process's standard input, once per `writeId`. @module */

import { RpcError } from "../../protocol/errors.ts";
import type { WriteParams, WriteResult } from "../../protocol/methods/process.ts";
import type { Call } from "../call.ts";

/** Writes, or waits for room in the process's queue; the answer comes when the bytes are queued. */
export async function write(params: WriteParams, { session, signal }: Call): Promise<WriteResult> {
  if (params.writeId === "") throw new RpcError("invalidParams", "writeId must not be empty");
  const process = session.processes.get(params.processId);
  if (process === undefined) {
    session.processes.refuseAlias(params.processId, "write to");
    return { status: "unknownProcess" };
  }
  const { stdin } = process;
  if (stdin === undefined) return { status: "stdinClosed" };
  process.touch();
  const outcome = await stdin.write(params.writeId, params.chunk, signal);
  switch (outcome) {
    case "unread":
      return { status: "stdinClosed" };
    case "killed":
      throw new RpcError(
        "stdinFailed",
        `failed to write to process stdin: process ${params.processId} was terminated`,
      );
    case "accepted":
    case "abandoned": // The caller is gone, and so is the answer.
      return { status: "accepted" };
  }
}
