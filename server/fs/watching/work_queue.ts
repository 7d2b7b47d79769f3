/** Work that is done a few pieces at a time. @module */

/** Pieces in order of arrival. */
export class WorkQueue {
  readonly #concurrent: number;
  #waiting: (() => Promise<void>)[] = [];
  #working = 0;
  #idle: PromiseWithResolvers<void> | undefined;

  /** @param concurrent how many pieces are in work at once */
  constructor(concurrent: number) {
    this.#concurrent = concurrent;
  }

  /** How many pieces have not begun. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Begins a piece, or keeps it until others are done. @param work must not reject */
  add(work: () => Promise<void>): void {
    this.#waiting.push(work);
    this.#pump();
  }

  /** Settles when nothing is left to do. */
  idle(): Promise<void> {
    if (this.#working === 0 && this.#waiting.length === 0) return Promise.resolve();
    this.#idle ??= Promise.withResolvers();
    return this.#idle.promise;
  }

  /** Begins nothing more. */
  stop(): void {
    this.#waiting = [];
    this.#settle();
  }

  #pump(): void {
    while (this.#working < this.#concurrent) {
      const work = this.#waiting.shift();
      if (work === undefined) return;
      this.#working++;
      void work().finally(() => {
        this.#working--;
        this.#pump();
        this.#settle();
      });
    }
  }

  #settle(): void {
    if (this.#working > 0 || this.#waiting.length > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }
}
