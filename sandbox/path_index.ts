/** Values by paths, to be asked for the nearest: what decides is found by the way up. @module */

/** Takes as long as the path has names, however many paths there are. */
export class PathIndex<T> {
  readonly #values = new Map<string, T>();
  readonly #lengths = new Set<number>();

  /** Of two values at one path the last counts. @param entries paths in normal form */
  constructor(entries: Iterable<readonly [path: string, value: T]> = []) {
    for (const [path, value] of entries) this.set(path, value);
  }

  /** Puts a value at a path in normal form. */
  set(path: string, value: T): void {
    this.#values.set(path, value);
    this.#lengths.add(path.length);
  }

  /** The value at a path, or else at the nearest directory above it that has one. */
  nearest(path: string): T | undefined {
    return this.#upFrom(path, path.length);
  }

  /** The value at the nearest directory above a path, which itself is not asked. */
  above(path: string): T | undefined {
    return path === "/" ? undefined : this.#upFrom(path, path.lastIndexOf("/"));
  }

  #upFrom(path: string, from: number): T | undefined {
    for (let end = from; end > 0; end = path.lastIndexOf("/", end - 1)) {
      // To look a text up costs more than to know that none is that long.
      if (!this.#lengths.has(end)) continue;
      const value = this.#values.get(path.slice(0, end));
      if (value !== undefined) return value;
    }
    return this.#values.get("/");
  }
}
