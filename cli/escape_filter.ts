/** Finds escape sequences in what is typed: `~.` and its kin at the beginning of a line. Pure. @module */

/** What is to be done with what was typed. */
export type Typed =
  /** Pass these bytes on. */
  | { readonly type: "send"; readonly bytes: Uint8Array }
  /** Leave the terminal. */
  | { readonly type: "detach" }
  /** Say which sequences there are. */
  | { readonly type: "help" };

const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;
const DOT = 46;
const QUESTION_MARK = 63;

/**
 * Watches the bytes of a keyboard. The escape character counts only after a line break, or as the
 * first thing that is typed, and is kept back until the next byte tells what was meant.
 */
export class EscapeFilter {
  readonly #escape: number;
  #isLineStart = true;
  #isPending = false;

  /** @param escape one ASCII character */
  constructor(escape: string) {
    this.#escape = escape.charCodeAt(0);
  }

  /** Takes in the next bytes. Nothing follows `detach`. */
  take(bytes: Uint8Array): Typed[] {
    const found: Typed[] = [];
    let held: number[] = [];
    function flush(): void {
      if (held.length > 0) found.push({ type: "send", bytes: new Uint8Array(held) });
      held = [];
    }
    for (const byte of bytes) {
      if (this.#isPending) {
        this.#isPending = false;
        if (byte === DOT || byte === QUESTION_MARK) {
          flush();
          found.push({ type: byte === DOT ? "detach" : "help" });
          if (byte === DOT) return found;
          continue;
        }
        // Typed twice it stands for itself; before anything else it was no escape at all.
        if (byte !== this.#escape) held.push(this.#escape);
      } else if (this.#isLineStart && byte === this.#escape) {
        this.#isPending = true;
        continue;
      }
      held.push(byte);
      this.#isLineStart = byte === CARRIAGE_RETURN || byte === LINE_FEED;
    }
    flush();
    return found;
  }
}
