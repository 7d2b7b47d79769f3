/** Items that come by themselves, and one reader who takes them in order. @module */

/** Holds what its reader has not taken yet; the owner bounds it by looking at `held`. */
export class Inbox<T> {
  #items: T[] = [];
  #end: { readonly error?: unknown } | undefined;
  #wake: () => void = () => {};

  /** How many wait. */
  get held(): number {
    return this.#items.length;
  }

  /** Adds an item; dropped once it has ended. */
  put(item: T): void {
    if (this.#end !== undefined) return;
    this.#items.push(item);
    this.#wake();
  }

  /** Drops what waits. */
  clear(): void {
    this.#items = [];
  }

  /** Lets the reader take what waits, then ends. */
  end(): void {
    this.#end ??= {};
    this.#wake();
  }

  /** Lets the reader take what waits, then fails. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#wake();
  }

  /** The items until the end. */
  async *items(): AsyncGenerator<T> {
    for (;;) {
      const taken = this.#items;
      this.#items = [];
      yield* taken;
      if (this.#items.length > 0) continue;
      if (this.#end !== undefined) {
        if ("error" in this.#end) throw this.#end.error;
        return;
      }
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
}
