/** The events, output and input of a process, for those who iterate and for web streams. @module */

import type { EventCursor } from "./event_cursor.ts";
import type { GapEvent, ObservedEvent } from "./process_events.ts";

/** What a stream of input writes to. */
export interface StdinTarget {
  /** Writes bytes; settles when they were taken. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the input. */
  closeStdin(): Promise<void>;
}

/** The events that a cursor brings, of those that are wanted; it is released at their end. */
export async function* eventsOf<Event extends ObservedEvent>(
  cursor: EventCursor,
  isWanted: (event: ObservedEvent) => event is Event,
): AsyncIterableIterator<Event> {
  try {
    for (;;) {
      const event = await cursor.next();
      if (event === undefined) return;
      if (isWanted(event)) yield event;
    }
  } finally {
    cursor.release();
  }
}

/**
 * The output that a cursor brings. It reads only when it is read from, ends at
 * `closed`, and fails as the process's events do.
 * @param onGap told of events that are lost; what it throws is what the stream fails with
 */
export function outputStreamOf(
  cursor: EventCursor,
  onGap: (gap: GapEvent) => void = () => {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      for (;;) {
        const event = await cursor.next();
        if (event === undefined || event.type === "closed") return controller.close();
        if (event.type === "gap") onGap(event);
        if (event.type === "output") return controller.enqueue(event.chunk);
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
