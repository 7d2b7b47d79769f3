/** Trees that are to be gone: one look at the machine's processes ends all of them. @module */

import { killMarked, type TreeMark } from "./tree_mark.ts";

/** Collects marks, so that many processes killed together cost one look instead of many. */
export class CondemnedTrees {
  readonly #marks = new Set<TreeMark>();
  readonly #onError: (error: unknown) => void;

  /** @param onError told why a look failed */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Remembers a tree to be killed. */
  add(mark: TreeMark | undefined): void {
    if (mark !== undefined) this.#marks.add(mark);
  }

  /** Makes sure that nothing of this tree is left, unless an earlier look did so already. */
  end(mark: TreeMark | undefined): void {
    if (mark === undefined || !this.#marks.has(mark)) return;
    try {
      killMarked((found) => this.#marks.has(found));
      this.#marks.clear();
    } catch (error) {
      // Out of descriptors, most likely. The groups are dead; the next look takes these along.
      this.#onError(error);
    }
  }
}
