/** The one error class of the client, and how each kind of failure is worded. @module */

import { errors } from "../protocol/errors.ts";

/** What kind of failure an `ExecServerError` reports. */
export type ErrorKind =
  /** No connection could be made. */
  | "connect"
  /** The connection was not made in time. */
  | "connectTimeout"
  /** The server did not answer the handshake in time. */
  | "initializeTimeout"
  /** The program of a stdio server could not be started. */
  | "spawn"
  /** The connection was lost; what became of unfinished calls is unknown. */
  | "disconnected"
  /** The connection is being recovered, and the caller did not want to wait. */
  | "recovering"
  /** The session is gone at the server; how its processes ended is unknown. */
  | "sessionLost"
  /** This side closed the connection, or detached from the process. */
  | "closed"
  /** The server refused a call; `code` and `data` are its own. */
  | "server"
  /** The server refused a call because a path or an open file does not exist. */
  | "notFound"
  /** The server said something the protocol does not allow. */
  | "protocol"
  /** Output is no longer kept by the server and was never received. */
  | "outputLost"
  /** The server reports that it lost the process itself. */
  | "processLost"
  /** The process takes no input, or no longer. */
  | "stdinClosed"
  /** The server does not know the process, or no longer. */
  | "unknownProcess"
  /** The process has no terminal, or no longer. */
  | "noTerminal"
  /** A process of this client has the same id. */
  | "processIdInUse"
  /** A watch of files ended by itself, because what it watched is gone. */
  | "watchEnded"
  /** The server does not have the ability that is needed. */
  | "notSupported"
  /** A bound of the client was reached. */
  | "limit";

/** Further facts about a failure. */
export interface ErrorFacts {
  /** JSON-RPC code, for kinds `server` and `notFound`. */
  readonly code?: number;
  /** What the server sent beside the message, for kinds `server` and `notFound`. */
  readonly data?: unknown;
  /** The server's own words, for kinds `server` and `notFound`. */
  readonly serverMessage?: string;
  /** What led to it. */
  readonly cause?: unknown;
}

/**
 * Any failure of the client, told apart by `kind`.
 *
 * ```ts
 * import { connectWebSocket, ExecServerError } from "exec-server-client";
 *
 * await using client = await connectWebSocket({ url: "ws://127.0.0.1:4500" });
 * try {
 *   await client.fs.readFile("file:///no/such/file");
 *   throw new Error("It is there");
 * } catch (error) {
 *   if (!(error instanceof ExecServerError && error.kind === "notFound")) throw error;
 *   console.log(error.code, error.message);
 * }
 * ```
 */
export class ExecServerError extends Error {
  /** Name of the class, as in a stack trace. */
  override readonly name = "ExecServerError";
  /** What kind of failure it is. */
  readonly kind: ErrorKind;
  /** The server's JSON-RPC code; undefined unless the server refused. */
  readonly code: number | undefined;
  /** The server's `error.data`; undefined when it sent none. */
  readonly data: unknown;
  /** The server's own words, as in `message` but alone; undefined unless the server refused. */
  readonly serverMessage: string | undefined;

  /** Made by the client; `message` is one sentence that says what failed and why. */
  constructor(kind: ErrorKind, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.kind = kind;
    this.code = facts.code;
    this.data = facts.data;
    this.serverMessage = facts.serverMessage;
  }
}

/** The server refused a call. */
export function serverError(answer: {
  readonly code: number;
  readonly message: string;
  readonly data: unknown;
}): ExecServerError {
  const { code, message, data } = answer;
  const text = `exec-server rejected request (${code}): ${message}`;
  const kind = code === errors.notFound.code ? "notFound" : "server";
  return new ExecServerError(kind, text, { code, data, serverMessage: message });
}

/** The server broke the protocol. */
export function protocolError(reason: string, cause?: unknown): ExecServerError {
  const text = `exec-server protocol error: ${reason}`;
  return new ExecServerError("protocol", text, { cause });
}

/** The connection is gone, by no doing of ours. */
export function disconnectedError(reason: string): ExecServerError {
  const text = `exec-server transport disconnected: ${reason}`;
  return new ExecServerError("disconnected", text);
}

/** The connection is gone because this side closed it. */
export function closedError(): ExecServerError {
  const text = "exec-server transport closed by this client";
  return new ExecServerError("closed", text);
}

/** A run of sequence numbers, both ends included. */
export interface SeqRange {
  /** First number. */
  readonly from: number;
  /** Last number. */
  readonly to: number;
}

/** Output that nobody has any more. */
export function outputLostError(processId: string, missing: readonly SeqRange[]): ExecServerError {
  const named = missing.map(({ from, to }) => from === to ? `${from}` : `${from} to ${to}`);
  const text = `Events ${named.join(", ")} of process "${processId}" are lost: ` +
    "the server no longer keeps them";
  return new ExecServerError("outputLost", text);
}

/** What an unknown thrown value says. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
