/** What waits to be written to a helper. @module */

import { type Child, StdinBroken } from "../../process/spawner.ts";

/** Writes pieces in order, as the helper takes them. Who calls keeps what waits within bounds. */
export class HelperInput {
  readonly #child: Child;
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];

  constructor(child: Child) {
    this.#child = child;
  }

  /** Queues pieces. They must not change before the call that they belong to has ended. */
  write(pieces: readonly Uint8Array<ArrayBuffer>[]): void {
    const isWaiting = this.#pieces.length > 0;
    this.#pieces.push(...pieces);
    if (!isWaiting) this.flush();
  }

  /** Writes what is taken; for when more is taken than before. */
  flush(): void {
    for (let piece = this.#pieces[0]; piece !== undefined; piece = this.#pieces[0]) {
      const taken = this.#offer(piece);
      if (taken < piece.byteLength) {
        this.#pieces[0] = piece.subarray(taken);
        return;
      }
      this.#pieces.shift();
    }
  }

  /** Forgets what waits. */
  drop(): void {
    this.#pieces.length = 0;
  }

  #offer(piece: Uint8Array<ArrayBuffer>): number {
    try {
      return this.#child.write(piece);
    } catch (error) {
      // It has ended, and its listener will be told.
      if (!(error instanceof StdinBroken)) throw error;
      return piece.byteLength;
    }
  }
}
