/** `process/*` requests that move bytes: read, write, closeStdin; and the list of all. @module */

import type { RequestSpec } from "../method.ts";
import {
  bytes,
  count,
  flag,
  integer,
  list,
  nullable,
  oneOf,
  optional,
  type Schema,
  struct,
  text,
} from "../schema.ts";
import { type ProcessAttachRequests, processAttachRequests } from "./process_attach.ts";
import { type ProcessControlRequests, processControlRequests } from "./process_control.ts";
import { type ProcessListRequests, processListRequests } from "./process_list.ts";
import { type ProcessStartRequests, processStartRequests } from "./process_start.ts";
import { type SandboxDenial, sandboxDenial } from "./sandbox_denial.ts";

/** Parameters of `process/read`. */
export interface ReadParams {
  /** Which process. */
  readonly processId: string;
  /** Last number the caller has; null, absent or 0 for none. */
  readonly afterSeq?: number | null | undefined;
  /** Stop before more raw bytes than this; at least one chunk is returned. No limit when absent. */
  readonly maxBytes?: number | null | undefined;
  /** How long to wait for something new, in milliseconds; no upper bound. */
  readonly waitMs?: number | null | undefined;
}

/** Where output came from. */
export type OutputStream = "stdout" | "stderr" | "pty";

/** One numbered piece of output. */
export interface OutputChunk {
  /** Number in the process's one sequence, from 1. */
  readonly seq: number;
  /** Where it came from. */
  readonly stream: OutputStream;
  /** The bytes; base64 on the wire. */
  readonly chunk: Uint8Array<ArrayBuffer>;
}

/** Result of `process/read`. */
export interface ReadResult {
  /** Output after `afterSeq`, oldest first. A first number beyond `afterSeq` + 1 may be a gap. */
  readonly chunks: OutputChunk[];
  /** Next unused number; with `maxBytes`, the last returned number + 1. */
  readonly nextSeq: number;
  /** Whether the program has ended. */
  readonly exited: boolean;
  /** Its exit code, 128 + n after signal n; null while it runs. */
  readonly exitCode: number | null;
  /** Whether all its output has ended too. */
  readonly closed: boolean;
  /** Why the process was lost, null when it was not. */
  readonly failure?: string | null | undefined;
  /** Whether the sandbox seems to have caused the failure. */
  readonly sandboxDenied?: boolean | undefined;
  /** Extension: what was denied, as far as the output tells. */
  readonly sandboxDenial?: SandboxDenial | undefined;
  /** Extension: why the server ended it, as in `process/exited`. */
  readonly reason?: string | undefined;
}

/** Parameters of `process/write`. */
export interface WriteParams {
  /** Which process. */
  readonly processId: string;
  /** Bytes for its standard input; base64 on the wire. */
  readonly chunk: Uint8Array<ArrayBuffer>;
  /** Not empty; the same id is written once only, so a lost answer can be asked for again. */
  readonly writeId: string;
}

/** Result of `process/write`. */
export interface WriteResult {
  /** What became of the bytes. */
  readonly status: "accepted" | "unknownProcess" | "stdinClosed" | "starting";
}

/** Parameters of `process/closeStdin`. */
export interface ProcessParams {
  /** Which process. */
  readonly processId: string;
}

/** Result of `process/closeStdin`. */
export interface CloseStdinResult {
  /** What became of it. */
  readonly status: "accepted" | "unknownProcess" | "stdinClosed";
}

const readParams: Schema<ReadParams> = struct<ReadParams>("ReadParams", {
  processId: text,
  afterSeq: optional(nullable(count)),
  maxBytes: optional(nullable(count)),
  waitMs: optional(nullable(count)),
});

/** Decodes the name of an output stream. */
export const outputStream: Schema<OutputStream> = oneOf(["stdout", "stderr", "pty"]);

const readResult: Schema<ReadResult> = struct<ReadResult>("ReadResponse", {
  chunks: list(struct<OutputChunk>("OutputChunk", {
    seq: count,
    stream: outputStream,
    chunk: bytes,
  })),
  nextSeq: count,
  exited: flag,
  exitCode: nullable(integer),
  closed: flag,
  failure: optional(nullable(text)),
  sandboxDenied: optional(flag),
  sandboxDenial: optional(sandboxDenial),
  reason: optional(text),
});

const writeParams: Schema<WriteParams> = struct<WriteParams>("WriteParams", {
  processId: text,
  chunk: bytes,
  writeId: text,
});

const writeResult: Schema<WriteResult> = struct<WriteResult>("WriteResponse", {
  status: oneOf(["accepted", "unknownProcess", "stdinClosed", "starting"]),
});

const processParams: Schema<ProcessParams> = struct<ProcessParams>("ProcessParams", {
  processId: text,
});

const closeStdinResult: Schema<CloseStdinResult> = struct<CloseStdinResult>("CloseStdinResponse", {
  status: oneOf(["accepted", "unknownProcess", "stdinClosed"]),
});

/** Requests about processes, by name. */
export interface ProcessRequests
  extends ProcessStartRequests, ProcessControlRequests, ProcessListRequests, ProcessAttachRequests {
  /** See its row. */
  readonly "process/read": RequestSpec<ReadParams, ReadResult>;
  /** See its row. */
  readonly "process/write": RequestSpec<WriteParams, WriteResult>;
  /** See its row. */
  readonly "process/closeStdin": RequestSpec<ProcessParams, CloseStdinResult>;
}

/** The rows of these requests. */
export const processRequests: ProcessRequests = {
  ...processStartRequests,
  ...processControlRequests,
  ...processListRequests,
  ...processAttachRequests,
  "process/read": {
    params: readParams,
    result: readResult,
    paramsType: "ReadParams",
    resultType: "ReadResult",
    phase: "ready",
    lane: "ordinary",
    family: "exec",
    ordering: "none",
    errors: ["unknownProcess"],
    since: "0.169.0",
    summary: "Returns retained output after a number, waiting for some if asked to.",
  },
  "process/write": {
    params: writeParams,
    result: writeResult,
    paramsType: "WriteParams",
    resultType: "WriteResult",
    phase: "ready",
    lane: "ordinary",
    family: "exec",
    ordering: "process",
    errors: ["stdinFailed"],
    since: "0.169.0",
    summary: "Writes to standard input, once per `writeId`; waits while the queue is full.",
  },
  "process/closeStdin": {
    params: processParams,
    result: closeStdinResult,
    paramsType: "ProcessParams",
    resultType: "CloseStdinResult",
    phase: "ready",
    lane: "ordinary",
    family: "exec",
    ordering: "process",
    errors: [],
    since: "extension, announced as `processCloseStdin`",
    summary: "Ends standard input after everything written before; doing it twice is harmless.",
  },
};
