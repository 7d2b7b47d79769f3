/** The end of a transport: happens once, with a reason. @module */

/** Remembers why something ended, and tells everyone who waits. */
export class End {
  /** Settles with the reason. */
  readonly promise: Promise<string>;
  #resolve: (reason: string) => void;
  #reason: string | undefined;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.promise = promise;
    this.#resolve = resolve;
  }

  /** Whether it has happened. */
  get reached(): boolean {
    return this.#reason !== undefined;
  }

  /** Why it happened; undefined as long as it has not. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Makes it happen. Returns false when it already had; then the first reason stays. */
  reach(reason: string): boolean {
    if (this.#reason !== undefined) return false;
    this.#reason = reason;
    this.#resolve(reason);
    return true;
  }
}
