/** Watched paths of one connection. @module */

import { RpcError } from "../../protocol/errors.ts";
import { Budget } from "./watching/budget.ts";

const MAX_WATCHES = 64;
// Letting go of all of them at once must not hold others up.
const MAX_DIRECTORIES = 16_384;
const MAX_HELD_CHARACTERS = 8 * 1024 * 1024;

/** Something that watches until it is closed. */
export interface Closable {
  /** Lets go of everything. Harmless when done already. */
  close(): void;
}

/** Watches by id, and the one that waits for missing paths. */
export class WatchTable {
  /** How many more directories may be watched. */
  readonly directories: Budget = new Budget(MAX_DIRECTORIES);
  /** How many more characters of paths may be held for a client that does not read. */
  readonly room: Budget = new Budget(MAX_HELD_CHARACTERS);
  readonly #watches = new Map<string, Closable>();
  #highestMissing = 0;
  #missing: Closable | undefined;
  #isDisposed = false;

  /** Takes over a watch. @throws {RpcError} `fileRefused` when its id is in use, or there are many */
  add(id: string, watch: Closable): void {
    const reason = this.#refusal(id);
    if (reason === undefined) return void this.#watches.set(id, watch);
    throw new RpcError("fileRefused", `Cannot watch as ${JSON.stringify(id)}: ${reason}`);
  }

  /** Ends a watch; unknown ones are no error. */
  end(id: string): void {
    const watch = this.#watches.get(id);
    this.#watches.delete(id);
    watch?.close();
  }

  /**
   * Puts a watch for missing paths into the place of the one before.
   * @returns false, with nothing changed, unless the id is higher than all before
   */
  replaceMissing(id: number, watch: Closable): boolean {
    if (id <= this.#highestMissing || this.#isDisposed) return false;
    this.#highestMissing = id;
    this.#missing?.close();
    this.#missing = watch;
    return true;
  }

  /** Lets go of all. */
  dispose(): void {
    this.#isDisposed = true;
    this.#missing?.close();
    for (const id of [...this.#watches.keys()]) this.end(id);
  }

  #refusal(id: string): string | undefined {
    if (this.#watches.has(id)) return "the id is in use";
    if (this.#watches.size >= MAX_WATCHES) return `the connection has ${MAX_WATCHES} watches`;
    return this.#isDisposed ? "the connection has ended" : undefined;
  }
}
