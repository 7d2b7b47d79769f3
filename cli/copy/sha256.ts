/** SHA-256 of bytes that come in pieces. @module */

import type { Hash } from "node:crypto";

/** A digest that is being made. */
export class Sha256 {
  readonly #hash: Hash;

  /** Made by `make`. */
  constructor(hash: Hash) {
    this.#hash = hash;
  }

  /** Begins one. The web's own digest takes no pieces; this one is loaded when it is needed. */
  static async make(): Promise<Sha256> {
    const { createHash } = await import("node:crypto");
    return new Sha256(createHash("sha256"));
  }

  /** Adds bytes. */
  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** The result as hex digits; nothing can be added any more. */
  hex(): string {
    return this.#hash.digest("hex");
  }
}
