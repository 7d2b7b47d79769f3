/** Whether a sandbox seems to have caused a command's failure, by what the command printed. @module */

import type { SandboxDenial } from "../protocol/methods/sandbox_denial.ts";
import type { PathSystem } from "../protocol/path_uri.ts";
import { denialDetail } from "./denial_detail.ts";
import { holdsDenialWord } from "./denial_words.ts";

/** One retained piece of output. */
export interface OutputPiece {
  /** Where it was printed; a terminal's output counts as standard output. */
  readonly stream: "stdout" | "stderr" | "pty";
  /** What was printed. */
  readonly bytes: Uint8Array;
}

/** What is known when a command has ended. */
export interface EndedCommand {
  /** Whether any sandbox was asked for, also one that confines nothing. */
  readonly hadSandbox: boolean;
  /** Whether it had no network, or one of its own. */
  readonly isNetworkClosed?: boolean;
  /** The system it ran on. */
  readonly system: PathSystem;
  /** Its status; 128 + n after signal n. */
  readonly exitCode: number;
  /** Its retained output, in order of arrival. */
  readonly output: readonly OutputPiece[];
}

/** A denial. */
export interface Denial {
  /** What was denied, as far as the output says. A hint: the command could have printed anything. */
  readonly detail: SandboxDenial | undefined;
}

/** Only the newest output counts. Source: the reference. */
const WINDOW_BYTES = 1024 * 1024;

/** 128 + SIGSYS: the system call filter has killed it. */
const KILLED_BY_FILTER = 159;

/**
 * Judges an ended command. Source: the reference, whose client asks its user to allow more when this
 * is so.
 * @returns undefined when nothing hints at a denial
 */
export function findDenial(command: EndedCommand): Denial | undefined {
  const { hadSandbox, system, exitCode } = command;
  if (!hadSandbox || exitCode === 0) return undefined;
  const pieces = newest(command.output);
  const mix = joined(pieces);
  if (holdsDenialWord(mix) || isInOneStream(pieces, mix.byteLength)) {
    return { detail: denialDetail(mix, exitCode) };
  }
  if (command.isNetworkClosed === true && lacksNetwork(mix)) {
    return { detail: { operation: "network" } };
  }
  return system === "linux" && exitCode === KILLED_BY_FILTER ? { detail: undefined } : undefined;
}

/**
 * A network of one's own with nothing in it fails in words of its own. The reference denies sockets
 * instead, in the words that are looked for above.
 */
function lacksNetwork(output: Uint8Array): boolean {
  return NETWORK_WORDS.test(new TextDecoder().decode(output.subarray(-NETWORK_WINDOW_BYTES)));
}

const NETWORK_WINDOW_BYTES = 16 * 1024;
const NETWORK_WORDS = new RegExp(
  "network is unreachable|connection refused|no route to host|could not resolve|" +
    "name resolution|name or service not known|name does not resolve|" +
    "\\b(?:ENETUNREACH|ECONNREFUSED|EHOSTUNREACH|EAI_AGAIN|ENOTFOUND)\\b",
  "i",
);

/** Words that the order of arrival has torn apart are whole in their stream. */
function isInOneStream(pieces: readonly OutputPiece[], total: number): boolean {
  const errors = joined(pieces.filter(({ stream }) => stream === "stderr"));
  if (errors.byteLength === 0 || errors.byteLength === total) return false;
  const others = joined(pieces.filter(({ stream }) => stream !== "stderr"));
  return holdsDenialWord(errors) || holdsDenialWord(others);
}

function newest(pieces: readonly OutputPiece[]): readonly OutputPiece[] {
  const kept: OutputPiece[] = [];
  let room = WINDOW_BYTES;
  for (const piece of pieces.toReversed()) {
    if (room === 0) break;
    const bytes = piece.bytes.subarray(Math.max(0, piece.bytes.byteLength - room));
    room -= bytes.byteLength;
    kept.push({ stream: piece.stream, bytes });
  }
  return kept.reverse();
}

function joined(pieces: readonly OutputPiece[]): Uint8Array {
  const [only, ...more] = pieces;
  if (only !== undefined && more.length === 0) return only.bytes;
  const bytes = new Uint8Array(pieces.reduce((sum, { bytes }) => sum + bytes.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece.bytes, at);
    at += piece.bytes.byteLength;
  }
  return bytes;
}
