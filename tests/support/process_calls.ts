/** The process methods as a test wants to call them: short, with results checked for shape. @module */
import * as v from "valibot";
import type { Peer } from "./peer.ts";

/** Fields of `process/start` a test may set; the others get plain values. */
export interface StartFields {
  readonly processId?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly pipeStdin?: boolean;
  readonly arg0?: string;
  readonly envPolicy?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

const startResult = v.object({ processId: v.string(), sandboxType: v.literal("none") });

const chunk = v.object({
  seq: v.number(),
  stream: v.picklist(["stdout", "stderr", "pty"]),
  chunk: v.string(),
});

// Every member is always there: the reference never leaves one out.
const readResult = v.object({
  chunks: v.array(chunk),
  nextSeq: v.number(),
  exited: v.boolean(),
  exitCode: v.nullable(v.number()),
  closed: v.boolean(),
  failure: v.null(),
  sandboxDenied: v.boolean(),
});

/** One chunk of output. */
export type Chunk = v.InferOutput<typeof chunk>;
/** Result of `process/read`. */
export type ReadResult = v.InferOutput<typeof readResult>;

/** Full parameters of `process/start`. */
export function startParams(peer: Peer, argv: readonly string[], fields: StartFields = {}) {
  return {
    processId: "p",
    argv,
    cwd: `file://${peer.root}`,
    env: { PATH: "/usr/bin:/bin" },
    tty: false,
    ...fields,
  };
}

/** Starts a program. */
export async function start(
  peer: Peer,
  argv: readonly string[],
  fields: StartFields = {},
): Promise<void> {
  v.parse(startResult, await peer.call("process/start", startParams(peer, argv, fields)));
}

/** Starts a shell script. */
export function startShell(peer: Peer, script: string, fields: StartFields = {}): Promise<void> {
  return start(peer, ["/bin/sh", "-c", script], fields);
}

/** Parameters of `process/read` besides the process. */
export interface ReadFields {
  readonly processId?: string;
  readonly afterSeq?: number;
  readonly maxBytes?: number;
  readonly waitMs?: number;
}

/** Calls `process/read`. */
export async function read(peer: Peer, fields: ReadFields = {}): Promise<ReadResult> {
  return toReadResult(await peer.call("process/read", { processId: "p", ...fields }));
}

/** Checks that a result is one of `process/read`. */
export function toReadResult(result: unknown): ReadResult {
  return v.parse(readResult, result);
}

/** Sends a write without waiting.
 * @returns the request's id */
export function postWrite(peer: Peer, text: string, writeId: string, processId = "p"): number {
  return peer.post("process/write", { processId, chunk: toBase64(text), writeId });
}

/** Calls `process/write`.
 * @returns the status */
export async function write(
  peer: Peer,
  text: string,
  writeId: string,
  processId = "p",
): Promise<string> {
  const params = { processId, chunk: toBase64(text), writeId };
  const result = await peer.call("process/write", params);
  return v.parse(v.object({ status: v.string() }), result).status;
}

/** Calls `process/terminate`.
 * @returns whether the process was running */
export async function terminate(peer: Peer, processId = "p"): Promise<boolean> {
  const result = await peer.call("process/terminate", { processId });
  return v.parse(v.object({ running: v.boolean() }), result).running;
}

/** Base64 of a text's UTF-8 bytes. */
export function toBase64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}

/** The text behind base64. */
export function fromBase64(text: string): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(text));
}
