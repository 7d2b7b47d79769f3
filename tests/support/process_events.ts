/** The notifications of one process, collected, ordered and checked. @module */
import * as v from "valibot";
import type { Message } from "./message.ts";
import type { Peer } from "./peer.ts";

const output = v.object({
  processId: v.string(),
  seq: v.number(),
  stream: v.picklist(["stdout", "stderr", "pty"]),
  chunk: v.string(),
});
const exited = v.object({
  processId: v.string(),
  seq: v.number(),
  exitCode: v.number(),
  sandboxDenied: v.boolean(),
});
const closed = v.object({ processId: v.string(), seq: v.number() });

/** One notification about a process. */
export type ProcessEvent =
  | {
    readonly kind: "output";
    readonly seq: number;
    readonly stream: string;
    readonly chunk: string;
  }
  | {
    readonly kind: "exited";
    readonly seq: number;
    readonly exitCode: number;
    readonly sandboxDenied: boolean;
  }
  | { readonly kind: "closed"; readonly seq: number };

/** A process from its first event to its last. */
export interface Outcome {
  /** All events, ordered by number. */
  readonly events: readonly ProcessEvent[];
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Reads a message as an event of `processId`.
 * @returns undefined when it is none */
export function toProcessEvent(message: Message, processId: string): ProcessEvent | undefined {
  if (message.id !== undefined || message.params?.processId !== processId) return undefined;
  switch (message.method) {
    case "process/output":
      return { kind: "output", ...v.parse(output, message.params) };
    case "process/exited":
      return { kind: "exited", ...v.parse(exited, message.params) };
    case "process/closed":
      return { kind: "closed", ...v.parse(closed, message.params) };
    default:
      return undefined;
  }
}

/** Takes the next event of a process. */
export async function nextEvent(
  peer: Peer,
  processId = "p",
  limitMs?: number,
): Promise<ProcessEvent> {
  const isEvent = (message: Message) => toProcessEvent(message, processId) !== undefined;
  const label = `event of process ${processId}`;
  const event = toProcessEvent(await peer.wire.inbox.take(isEvent, label, limitMs), processId);
  if (event === undefined) throw new Error("Cannot happen: the message was an event when taken");
  return event;
}

/** Takes the next output of a process, which must be its next event.
 * @returns its text */
export async function nextOutput(peer: Peer, processId = "p"): Promise<string> {
  const event = await nextEvent(peer, processId);
  if (event.kind !== "output") throw new Error(`Got ${event.kind}, not output`);
  return new TextDecoder().decode(Uint8Array.fromBase64(event.chunk));
}

/** Takes all events up to and including `process/closed`, which must be numbered without a gap from
 * `firstSeq`, `closed` last.
 * @throws {Error} when a number is missing, twice, or after that of `closed` */
export async function outcome(peer: Peer, processId = "p", firstSeq = 1): Promise<Outcome> {
  const events: ProcessEvent[] = [];
  while (events.at(-1)?.kind !== "closed") events.push(await nextEvent(peer, processId));
  events.sort((a, b) => a.seq - b.seq);
  events.forEach((event, index) => {
    if (event.seq !== firstSeq + index) {
      throw new Error(`Event ${index} of ${processId} has number ${event.seq}`);
    }
  });
  const last = events.at(-1);
  if (last?.kind !== "closed") throw new Error(`"closed" has not the highest number`);
  const exit = events.filter((event) => event.kind === "exited");
  if (exit.length !== 1 || exit[0] === undefined) throw new Error(`${exit.length} exits`);
  const { exitCode } = exit[0];
  return { events, stdout: textOf(events, "stdout"), stderr: textOf(events, "stderr"), exitCode };
}

/** The output of one stream in `events`, joined. */
export function textOf(events: readonly ProcessEvent[], stream: string): string {
  const decoder = new TextDecoder();
  let text = "";
  for (const event of events) {
    if (event.kind !== "output" || event.stream !== stream) continue;
    text += decoder.decode(Uint8Array.fromBase64(event.chunk), { stream: true });
  }
  return text;
}
