/** Which calls may be made again when the connection was lost before their answer. @module */

import { limits } from "../protocol/limits.ts";
import type { RequestName } from "../protocol/methods/mod.ts";
import type { KnownCapabilities } from "./capabilities.ts";

/** Calls that change nothing, or whose repetition changes nothing more. */
const always: ReadonlySet<RequestName> = new Set<RequestName>([
  "environment/info",
  "environment/status",
  "process/read",
  "process/list",
  // The server gives the alias to the same target once more.
  "process/attach",
  "process/detach",
  // The server applies each `writeId` once, and repeats its answer.
  "process/write",
  "process/closeStdin",
  "process/resize",
  "process/terminate",
  "fs/readFile",
  "fs/getMetadata",
  "fs/canonicalize",
  "fs/readDirectory",
  "fs/walk",
  "fs/glob",
  "fs/hash",
  "fs/close",
]);

/** Calls on open files: safe where these outlive the connection they were opened on. */
const onHandles: ReadonlySet<RequestName> = new Set<RequestName>(["fs/readBlock", "fs/writeBlock"]);

/**
 * A server forgets a process some time after it closed, and would start it a second time. What is
 * sent now may arrive just before this side gives the connection up.
 */
const REPEAT_START_MS = limits.closedProcessMs - limits.heartbeatIntervalMs -
  limits.heartbeatTimeoutMs;

/** What decides whether a call may be made again. */
export interface Circumstances {
  /** What the server can do. */
  readonly capabilities: KnownCapabilities;
  /** Milliseconds since the call was made first. */
  readonly ageMs: number;
}

/**
 * Whether a call may be made again. What is left out fails instead: a signal that was sent, a file
 * that was written, removed or moved, may have met others' changes meanwhile.
 */
export function mayRepeat(method: RequestName, { capabilities, ageMs }: Circumstances): boolean {
  if (method === "process/start") {
    return capabilities.processStartRepeat && ageMs < REPEAT_START_MS;
  }
  if (onHandles.has(method)) return capabilities.fsSessionHandles;
  return always.has(method);
}
