/** What carries messages between two sides, whatever lies below. @module */

import { base64Length, encodeBase64 } from "../base64.ts";

/** A message text in three parts: `before`, the base64 of `bytes`, `after`. */
export interface Base64Text {
  /** Text in front of the bytes. */
  readonly before: string;
  /** Bytes to be encoded. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Text behind them. */
  readonly after: string;
  /**
   * Called once when the bytes are no longer needed. Until then they must not change: a message that
   * says so may be encoded piece by piece while it is sent, and is never in memory as a whole.
   */
  readonly release?: (() => void) | undefined;
}

/** The parts put together. */
export function joinBase64({ before, bytes, after }: Base64Text): string {
  return before + encodeBase64(bytes) + after;
}

/** Length of a text, whether in parts or not, in characters. */
export function textLength(text: string | Base64Text): number {
  if (typeof text === "string") return text.length;
  return text.before.length + base64Length(text.bytes.byteLength) + text.after.length;
}

/**
 * A two-way, ordered stream of message texts.
 *
 * Sending never waits and never fails: what cannot be delivered is dropped with the transport, and
 * `closed` says so. Who sends much watches `queuedBytes` and waits for `drained()`.
 */
export interface Transport {
  /** Names the other end in errors, such as `exec-server websocket 127.0.0.1:4000`. */
  readonly peer: string;
  /** First words of the answer to a malformed message; differs per kind of transport. */
  readonly malformedPrefix: string;
  /** Bytes accepted by `send` and not yet taken by the system; 0 once the transport has ended. */
  readonly queuedBytes: number;
  /** Settles when the transport has ended, with one sentence that says why. Never rejects. */
  readonly closed: Promise<string>;
  /** The next message text; undefined once the transport has ended. One call at a time. */
  receive(): Promise<string | undefined>;
  /** The same; where it can, a message that is mostly base64 comes with that decoded already. */
  receiveParts(): Promise<string | Base64Text | undefined>;
  /** Queues a message. */
  send(text: string): void;
  /** Queues a message that is mostly base64. Without `release`, bytes are only read during the call. */
  sendBase64(text: Base64Text): void;
  /** Settles when at most `limits.sendLowWaterBytes` are queued, or the transport has ended. */
  drained(): Promise<void>;
  /** Ends the transport at once; what is still queued may be lost. */
  close(reason: string): void;
  /** Ends the transport after what is queued has been sent, or `limits.finishMs` later. */
  finish(reason: string): Promise<void>;
}
