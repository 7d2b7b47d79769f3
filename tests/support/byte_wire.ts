/** Byte connections and byte streams in memory, cut as a test wants them. @module */

import type { ByteConnection } from "../../protocol/transport/websocket.ts";

/** A connection whose other end is the test: it says what is read and sees what was written. */
export class ScriptedConnection implements ByteConnection {
  readonly #incoming: Uint8Array<ArrayBuffer>[] = [];
  #reader: (() => void) | undefined;
  #isOver = false;
  #written: Uint8Array<ArrayBuffer>[] = [];
  /** Whether it was closed from the tested side. */
  isClosed = false;
  /** Most bytes that one `write` takes. */
  maxWriteBytes = Infinity;
  /** When set, writes wait for it, as they do when the peer does not read. */
  writeGate: Promise<void> | undefined;

  /** Lets the tested side read these bytes next. */
  feed(...pieces: readonly Uint8Array<ArrayBuffer>[]): void {
    this.#incoming.push(...pieces);
    this.#reader?.();
  }

  /** Lets the tested side read the end after everything fed before. */
  end(): void {
    this.#isOver = true;
    this.#reader?.();
  }

  /** Everything written so far. */
  get written(): Uint8Array<ArrayBuffer> {
    return joinBytes(this.#written);
  }

  async read(into: Uint8Array<ArrayBuffer>): Promise<number | null> {
    while (this.#incoming.length === 0 && !this.#isOver && !this.isClosed) {
      await new Promise<void>((resolve) => this.#reader = resolve);
    }
    if (this.isClosed) throw new Error("The connection is closed");
    const [piece] = this.#incoming;
    if (piece === undefined) return null;
    const taken = piece.subarray(0, into.byteLength);
    into.set(taken);
    if (taken.byteLength < piece.byteLength) this.#incoming[0] = piece.subarray(taken.byteLength);
    else this.#incoming.shift();
    return taken.byteLength;
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    await this.writeGate;
    if (this.isClosed) throw new Error("The connection is closed");
    const taken = bytes.slice(0, Math.min(bytes.byteLength, this.maxWriteBytes));
    this.#written.push(taken);
    return taken.byteLength;
  }

  close(): void {
    this.isClosed = true;
    this.#reader?.();
  }
}

/** Puts pieces together. */
export function joinBytes(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.byteLength;
  }
  return joined;
}

/** A stream of these pieces, and then its end unless it stays open. */
export function streamOf(
  pieces: Iterable<Uint8Array<ArrayBuffer>>,
  { staysOpen = false }: { staysOpen?: boolean } = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = pieces[Symbol.iterator]();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = iterator.next();
      if (!done) return controller.enqueue(value);
      if (staysOpen) return new Promise(() => {});
      controller.close();
    },
  });
}

/** A writable stream that keeps copies of what it gets. */
export class CollectingSink {
  readonly #blocks: Uint8Array<ArrayBuffer>[] = [];
  /** What is written to. */
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>> = new WritableStream({
    write: (block) => void this.#blocks.push(block.slice()),
  });

  /** Copies of the blocks written so far. */
  get blocks(): readonly Uint8Array<ArrayBuffer>[] {
    return this.#blocks;
  }

  /** Everything written so far, as text. */
  get text(): string {
    return new TextDecoder().decode(joinBytes(this.#blocks));
  }
}
