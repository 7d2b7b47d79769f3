/** The events of a process, as the client sees them, and how they are read off the wire. @module */

import { decode } from "../protocol/schema.ts";
import type { Notification } from "../protocol/message.ts";
import { notifications } from "../protocol/methods/mod.ts";
import type { OutputChunk, OutputStream } from "../protocol/methods/process.ts";
import type { SandboxDenial } from "../protocol/methods/sandbox_denial.ts";

/** A piece of output. */
export interface OutputEvent {
  /** Tells it from other events. */
  readonly type: "output";
  /** Number in the process's one sequence, from 1. */
  readonly seq: number;
  /** Where it came from. */
  readonly stream: OutputStream;
  /** The bytes. */
  readonly chunk: Uint8Array<ArrayBuffer>;
}

/** The program has ended; output may still follow, from it or from what it left running. */
export interface ExitedEvent {
  /** Tells it from other events. */
  readonly type: "exited";
  /** Number in the process's one sequence. */
  readonly seq: number;
  /** Exit code; 128 + n after signal n. */
  readonly exitCode: number;
  /** Whether the sandbox seems to have caused the failure. */
  readonly sandboxDenied: boolean;
  /** What it seems to have denied; absent when the output, or an older server, does not tell. */
  readonly sandboxDenial?: SandboxDenial;
  /** Why the server ended it, such as "killed by timeout after 500 ms"; absent when it did not. */
  readonly reason?: string;
}

/** The program and all its output have ended; always the last event. */
export interface ClosedEvent {
  /** Tells it from other events. */
  readonly type: "closed";
  /** Number in the process's one sequence. */
  readonly seq: number;
}

/** One numbered event of a process. */
export type ProcessEvent = OutputEvent | ExitedEvent | ClosedEvent;

/** Events of an observed process that nobody has any more: its server did not keep them for long. */
export interface GapEvent {
  /** Tells it from other events. */
  readonly type: "gap";
  /** Number of the first event that is missing. */
  readonly from: number;
  /** Number of the last one. */
  readonly to: number;
  /** The same, so that every event has its place in the sequence. */
  readonly seq: number;
}

/** One event of a process that another session runs. */
export type ObservedEvent = ProcessEvent | GapEvent;

/** The event that stands for those missing. */
export function gapEvent(from: number, to: number): GapEvent {
  return { type: "gap", from, to, seq: to };
}

/** The first number that an event covers. */
export function firstSeqOf(event: ObservedEvent): number {
  return event.type === "gap" ? event.from : event.seq;
}

/** An event, and the process it is about. */
export interface ProcessNotification {
  /** Which process. */
  readonly processId: string;
  /** What happened. */
  readonly event: ProcessEvent;
}

/**
 * Reads a notification about a process; undefined for any other.
 * @throws {RpcError} `invalidParams` when its parameters make no sense
 */
export function decodeProcessNotification(
  notification: Notification,
): ProcessNotification | undefined {
  const { method, params } = notification;
  switch (method) {
    case "process/output": {
      const { processId, ...chunk } = decode(notifications[method].params, params);
      return { processId, event: outputEvent(chunk) };
    }
    case "process/exited": {
      const exited = decode(notifications[method].params, params);
      return { processId: exited.processId, event: exitedEvent(exited.seq, exited) };
    }
    case "process/closed": {
      const { processId, seq } = decode(notifications[method].params, params);
      return { processId, event: { type: "closed", seq } };
    }
    default:
      return undefined;
  }
}

/** How a program ended, as notifications and answers tell it. */
export interface ExitFacts {
  /** Exit code. */
  readonly exitCode: number;
  /** Whether the sandbox seems to have caused the failure; older servers leave it out. */
  readonly sandboxDenied?: boolean | undefined;
  /** What it seems to have denied; extension. */
  readonly sandboxDenial?: SandboxDenial | undefined;
  /** Why the server ended it, if it did. */
  readonly reason?: string | undefined;
}

/** The event that an exit stands for. */
export function exitedEvent(seq: number, facts: ExitFacts): ExitedEvent {
  const { exitCode, sandboxDenied = false, sandboxDenial, reason } = facts;
  return {
    type: "exited",
    seq,
    exitCode,
    sandboxDenied,
    ...(sandboxDenial === undefined ? {} : { sandboxDenial }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The event that a chunk of a `process/read` answer stands for. */
export function outputEvent(chunk: OutputChunk): OutputEvent {
  return { type: "output", seq: chunk.seq, stream: chunk.stream, chunk: chunk.chunk };
}

// Tiny chunks cost more than their bytes, so a bound on bytes alone would be none.
const EVENT_OVERHEAD_BYTES = 256;

/** What keeping an event costs, in bytes, roughly. */
export function costOf(event: ObservedEvent): number {
  return EVENT_OVERHEAD_BYTES + (event.type === "output" ? event.chunk.byteLength : 0);
}
