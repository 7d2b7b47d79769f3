/** The output and input of a process as web streams. @module */

import type { OutputStream } from "../protocol/methods/process.ts";
import type { EventCursor } from "./event_cursor.ts";

/** What a stream of input writes to. */
export interface StdinTarget {
  /** Writes bytes; settles when they were taken. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the input. */
  closeStdin(): Promise<void>;
}

/**
 * The bytes of some of a process's output streams. It reads only when it is read from, ends at
 * `closed`, and fails as the process's events do.
 */
export function outputStreamOf(
  cursor: EventCursor,
  wanted: readonly OutputStream[],
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      for (;;) {
        const event = await cursor.next();
        if (event === undefined || event.type === "closed") return controller.close();
        if (event.type !== "output" || !wanted.includes(event.stream)) continue;
        return controller.enqueue(event.chunk);
      }
    },
    cancel: () => cursor.release(),
  }, { highWaterMark: 0 });
}

/** A stream into a process. Closing and aborting it both end the input. */
export function inputStreamOf(target: StdinTarget): WritableStream<Uint8Array> {
  return new WritableStream({
    write: (bytes) => target.write(bytes),
    close: () => target.closeStdin(),
    abort: () => target.closeStdin(),
  });
}
