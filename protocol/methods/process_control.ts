/** `process/*` requests that steer a process: signal, terminate, resize. @module */

import type { RequestSpec } from "../method.ts";
import {
  characters,
  count,
  flag,
  nullable,
  oneOf,
  optional,
  type Schema,
  struct,
  text,
} from "../schema.ts";
import { type Empty, empty } from "./nothing.ts";
import type { TerminalSize } from "./process_start.ts";

/** Parameters of `process/signal`. */
export interface SignalParams {
  /** Which process. */
  readonly processId: string;
  /** `interrupt`; for clients with `extensions` one of `signalNames`, such as `SIGTERM`. */
  readonly signal: string;
}

/** Parameters of `process/terminate`. */
export interface TerminateParams {
  /** Which process. */
  readonly processId: string;
  /** Extension: send SIGTERM first, and SIGKILL after so many milliseconds; absent: at once. */
  readonly graceMs?: number | null | undefined;
}

/** Parameters of `process/resize`. Extension. */
export interface ResizeParams extends TerminalSize {
  /** Which process. */
  readonly processId: string;
}

/** Result of `process/resize`. */
export interface ResizeResult {
  /** What became of it. */
  readonly status: "accepted" | "unknownProcess" | "noTerminal";
}

/** Result of `process/terminate`. */
export interface TerminateResult {
  /** Whether it was still running; false for unknown and ended ones. */
  readonly running: boolean;
}

const signalParams: Schema<SignalParams> = struct<SignalParams>("SignalParams", {
  processId: text,
  // Which names are taken depends on the client, so the handler decides.
  signal: text,
});

const terminateParams: Schema<TerminateParams> = struct<TerminateParams>("TerminateParams", {
  processId: text,
  graceMs: optional(nullable(count)),
});

const resizeParams: Schema<ResizeParams> = struct<ResizeParams>("ResizeParams", {
  processId: text,
  rows: characters,
  cols: characters,
});

const resizeResult: Schema<ResizeResult> = struct<ResizeResult>("ResizeResponse", {
  status: oneOf(["accepted", "unknownProcess", "noTerminal"]),
});

const terminateResult: Schema<TerminateResult> = struct<TerminateResult>("TerminateResponse", {
  running: flag,
});

/** Requests that steer a process, by name. */
export interface ProcessControlRequests {
  /** See its row. */
  readonly "process/signal": RequestSpec<SignalParams, Empty>;
  /** See its row. */
  readonly "process/terminate": RequestSpec<TerminateParams, TerminateResult>;
  /** See its row. */
  readonly "process/resize": RequestSpec<ResizeParams, ResizeResult>;
}

/** The rows of these requests. */
export const processControlRequests: ProcessControlRequests = {
  "process/signal": {
    params: signalParams,
    result: empty,
    paramsType: "SignalParams",
    resultType: "Empty",
    phase: "ready",
    lane: "control",
    family: "exec",
    ordering: "process",
    errors: [],
    since: "0.169.0",
    summary: "Sends a signal to the process group; unknown and ended processes are no error.",
  },
  "process/terminate": {
    params: terminateParams,
    result: terminateResult,
    paramsType: "TerminateParams",
    resultType: "TerminateResult",
    phase: "ready",
    lane: "control",
    family: "exec",
    ordering: "process",
    errors: [],
    since: "0.169.0",
    summary: "Ends the process and everything that descends from it, with SIGKILL at once.",
  },
  "process/resize": {
    params: resizeParams,
    result: resizeResult,
    paramsType: "ResizeParams",
    resultType: "ResizeResult",
    phase: "ready",
    lane: "control",
    family: "exec",
    ordering: "process",
    errors: [],
    since: "extension, announced as `processResize`",
    summary: "Changes the size of a process's terminal; its foreground job gets SIGWINCH.",
  },
};
