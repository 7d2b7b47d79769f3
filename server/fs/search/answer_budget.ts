/** How long an answer that lists entries may become, counted as the reference counts it. @module */

/** An answer is at most so long, in bytes. */
const ANSWER_BYTES = 4_194_304;

/** What an item costs beside its texts. */
const ITEM_BYTES = 64;

/** Counts what an answer costs. */
export class AnswerBudget {
  #spent = 0;

  /** Cost of all items so far. */
  get spent(): number {
    return this.#spent;
  }

  /**
   * Pays for an item.
   * @param length of its texts
   * @returns false when there is no room for it
   */
  pay(length: number): boolean {
    if (this.#spent + length + ITEM_BYTES > ANSWER_BYTES) return false;
    this.#spent += length + ITEM_BYTES;
    return true;
  }
}
