/** Running searches of one connection. @module */

import { RpcError } from "../../protocol/errors.ts";
import { Places } from "../places.ts";

/** Searches that may run, or wait, at once. */
const MOST_SEARCHES = 64;

/** An id is at most so long, in bytes of UTF-8. */
const MOST_ID_BYTES = 64;

/** Calls at work on whole directories at once: each may hold megabytes of names, and descriptors. */
const CONCURRENT_TREES = 8;

/** Helper programs at once, so that one client leaves some of the machine's to the others. */
const CONCURRENT_SEARCHES = 2;

/** A search that can be ended by its id; forgotten on disposal. */
export interface KnownSearch extends Disposable {
  /** Fires when it is to end. */
  readonly signal: AbortSignal;
}

/** Running searches of one connection, by the ids its client chose. */
export class SearchTable {
  /** Where walks, listings, copies and removals of directories wait for their turn. */
  readonly trees: Places = new Places(CONCURRENT_TREES);
  /** Where searches by a helper program wait for their turn. */
  readonly running: Places = new Places(CONCURRENT_SEARCHES);
  readonly #searches = new Map<string, AbortController>();
  #isDisposed = false;

  /**
   * Takes a search in.
   * @throws {RpcError} when its id is not usable or in use, there are too many, or all have ended
   */
  begin(searchId: string): KnownSearch {
    if (this.#isDisposed) throw new RpcError("fileFailed", "The connection has ended");
    const bytes = new TextEncoder().encode(searchId).byteLength;
    if (bytes === 0 || bytes > MOST_ID_BYTES) {
      throw new RpcError(
        "invalidParams",
        `Cannot search: \`searchId\` has ${bytes} bytes, wanted 1 to ${MOST_ID_BYTES}`,
      );
    }
    if (this.#searches.has(searchId)) {
      throw new RpcError("fileRefused", `Cannot search: the id "${searchId}" is in use`);
    }
    if (this.#searches.size >= MOST_SEARCHES) {
      throw new RpcError(
        "fileRefused",
        `Cannot search: ${MOST_SEARCHES} searches of this connection are running`,
      );
    }
    const ending = new AbortController();
    this.#searches.set(searchId, ending);
    const forget = () => this.#searches.delete(searchId);
    return { signal: ending.signal, [Symbol.dispose]: forget };
  }

  /** Ends a search; harmless when there is none of this id. */
  cancel(searchId: string): void {
    this.#searches.get(searchId)?.abort();
  }

  /** Ends all, and takes no more in. */
  dispose(): void {
    this.#isDisposed = true;
    for (const ending of this.#searches.values()) ending.abort();
  }
}
