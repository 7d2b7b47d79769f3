/** Standard input of a child of the runtime, whose writer takes one block at a time. @module */

import { StdinBroken } from "./spawner.ts";

/** Takes a block while none is on its way; then says when it takes the next. */
export class CommandStdin {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #onWritable: () => void;
  #isBusy = false;
  #isBroken = false;
  #isEnding = false;

  constructor(
    writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>,
    onWritable: () => void,
  ) {
    this.#writer = writer;
    this.#onWritable = onWritable;
  }

  /**
   * Takes all of a block, or nothing while an earlier one is on its way.
   * @throws {StdinBroken} when nobody reads any more
   */
  write(bytes: Uint8Array<ArrayBuffer>): number {
    if (this.#isBroken) throw new StdinBroken("Nobody reads standard input");
    if (this.#isBusy) return 0;
    this.#isBusy = true;
    void this.#send(bytes);
    return bytes.byteLength;
  }

  /** Ends it after what is on its way. */
  close(): void {
    this.#isEnding = true;
    // It may have ended by itself; that is what was wanted.
    if (!this.#isBusy) this.#writer.close().catch(() => {});
  }

  async #send(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      await this.#writer.write(bytes);
    } catch {
      this.#isBroken = true;
    }
    this.#isBusy = false;
    if (this.#isEnding) this.close();
    else this.#onWritable();
  }
}
