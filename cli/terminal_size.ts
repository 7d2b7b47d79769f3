/** The size of this program's terminal, and its changes. @module */

import type { RemoteProcess, TerminalSize } from "../client/mod.ts";

/** How large the terminal is; undefined when it does not say. */
export function terminalSize(): TerminalSize | undefined {
  try {
    const { rows, columns: cols } = Deno.consoleSize();
    // A terminal nobody has given a size tells zero.
    return rows > 0 && cols > 0 ? { rows, cols } : undefined;
  } catch {
    return undefined;
  }
}

/** Gives a remote terminal the size of this one whenever it changes, until it is disposed of. */
export class SizeFollower implements Disposable {
  readonly #process: Pick<RemoteProcess, "resize">;
  readonly #listener = () => this.#follow();
  #sent: TerminalSize | undefined;

  /** @param sent the size that the remote terminal has been given already */
  constructor(process: Pick<RemoteProcess, "resize">, sent: TerminalSize | undefined) {
    this.#process = process;
    this.#sent = sent;
    Deno.addSignalListener("SIGWINCH", this.#listener);
    // It may have changed before anybody listened.
    this.#follow();
  }

  /** Stops. */
  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGWINCH", this.#listener);
  }

  #follow(): void {
    const size = terminalSize();
    if (size === undefined) return;
    if (size.rows === this.#sent?.rows && size.cols === this.#sent.cols) return;
    this.#sent = size;
    // Whether the process has ended, or the connection, is told by its events.
    this.#process.resize(size).catch(() => {});
  }
}
