/** `process/*` notifications: output, exited, closed. @module */

import type { NotificationSpec } from "../method.ts";
import { bytes, count, flag, integer, optional, type Schema, struct, text } from "../schema.ts";
import { type OutputStream, outputStream } from "./process.ts";
import { type SandboxDenial, sandboxDenial } from "./sandbox_denial.ts";

/** Parameters of `process/output`. */
export interface OutputParams {
  /** Which process. */
  readonly processId: string;
  /** Number in the process's one sequence, from 1 without holes. */
  readonly seq: number;
  /** Where it came from. */
  readonly stream: OutputStream;
  /** The bytes; base64 on the wire. */
  readonly chunk: Uint8Array<ArrayBuffer>;
}

/** Parameters of `process/exited`. */
export interface ExitedParams {
  /** Which process. */
  readonly processId: string;
  /** Number in the process's one sequence; output may follow. */
  readonly seq: number;
  /** Exit code; 128 + n after signal n. */
  readonly exitCode: number;
  /** Whether the sandbox seems to have caused the failure; older servers leave it out. */
  readonly sandboxDenied?: boolean | undefined;
  /** Extension: what was denied, as far as the output tells. */
  readonly sandboxDenial?: SandboxDenial | undefined;
  /** Extension: why the server ended it, such as "killed by timeout after 500 ms". */
  readonly reason?: string | undefined;
}

/** Parameters of `process/closed`. */
export interface ClosedParams {
  /** Which process. */
  readonly processId: string;
  /** The last number of the sequence. */
  readonly seq: number;
}

const outputParams: Schema<OutputParams> = struct<OutputParams>("OutputNotification", {
  processId: text,
  seq: count,
  stream: outputStream,
  chunk: bytes,
});

/** Parameters of the notification `process/ack`. Extension. */
export interface AckParams {
  /** Which process; one that was started with `awaitAcks`. */
  readonly processId: string;
  /** Every event up to this number has arrived. */
  readonly seq: number;
}

const ackParams: Schema<AckParams> = struct<AckParams>("AckNotification", {
  processId: text,
  seq: count,
});

const exitedParams: Schema<ExitedParams> = struct<ExitedParams>("ExitedNotification", {
  processId: text,
  seq: count,
  exitCode: integer,
  sandboxDenied: optional(flag),
  sandboxDenial: optional(sandboxDenial),
  reason: optional(text),
});

const closedParams: Schema<ClosedParams> = struct<ClosedParams>("ClosedNotification", {
  processId: text,
  seq: count,
});

/** Notifications about processes, by name. */
export interface ProcessNotifications {
  /** See its row. */
  readonly "process/output": NotificationSpec<OutputParams>;
  /** See its row. */
  readonly "process/exited": NotificationSpec<ExitedParams>;
  /** See its row. */
  readonly "process/closed": NotificationSpec<ClosedParams>;
  /** See its row. */
  readonly "process/ack": NotificationSpec<AckParams>;
}

/** The rows of these notifications. */
export const processNotifications: ProcessNotifications = {
  "process/output": {
    params: outputParams,
    paramsType: "OutputParams",
    direction: "toClient",
    since: "0.169.0",
    summary: "A numbered piece of output.",
  },
  "process/exited": {
    params: exitedParams,
    paramsType: "ExitedParams",
    direction: "toClient",
    since: "0.169.0",
    summary: "The program has ended; its descendants may still hold its output open.",
  },
  "process/closed": {
    params: closedParams,
    paramsType: "ClosedParams",
    direction: "toClient",
    since: "0.169.0",
    summary: "The program has ended and so has all its output; nothing follows.",
  },
  "process/ack": {
    params: ackParams,
    paramsType: "AckParams",
    direction: "toServer",
    since: "extension, announced as `processAcks`",
    summary: "Tells how far the output of a process has arrived, so that more may be produced.",
  },
};
