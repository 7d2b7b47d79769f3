/** Directories of a tree in order of their discovery, several of them read ahead. @module */

/** So many directories are read side by side. */
const READ_AHEAD = 8;

/** A directory with what was in it, or with why that is not known. */
export type Visit<D, E> =
  & { readonly directory: D }
  & ({ readonly entries: readonly E[] } | { readonly error: unknown });

/** A queue whose first directories are being read while the one before them is worked on. */
export class BreadthFirst<D, E> {
  readonly #read: (directory: D) => Promise<readonly E[]>;
  readonly #waiting: D[] = [];
  readonly #begun: Promise<Visit<D, E>>[] = [];
  /** Of `#waiting`, how many were taken; taking them from its front would move all others. */
  #taken = 0;

  /** @param read reads one directory */
  constructor(read: (directory: D) => Promise<readonly E[]>) {
    this.#read = read;
  }

  /** Puts a directory at the end. */
  push(directory: D): void {
    this.#waiting.push(directory);
    this.#readAhead();
  }

  /** The next directory, read; undefined when there is none. */
  async next(): Promise<Visit<D, E> | undefined> {
    const visit = this.#begun.shift();
    this.#readAhead();
    return await visit;
  }

  #readAhead(): void {
    while (this.#begun.length < READ_AHEAD) {
      const directory = this.#waiting[this.#taken];
      if (directory === undefined) break;
      this.#taken++;
      this.#begun.push(this.#visit(directory));
    }
    if (this.#taken < this.#waiting.length / 2) return;
    this.#waiting.splice(0, this.#taken);
    this.#taken = 0;
  }

  async #visit(directory: D): Promise<Visit<D, E>> {
    try {
      return { directory, entries: await this.#read(directory) };
    } catch (error) {
      return { directory, error };
    }
  }
}
