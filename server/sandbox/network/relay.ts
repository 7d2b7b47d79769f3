/** Carries bytes between two connections, both ways, until both have ended. @module */

import type { StreamSocket } from "./stream_socket.ts";

const BLOCK_BYTES = 64 * 1024;
/** One connection may not hold up the others for more than this at a time. */
const BLOCKS_PER_TURN = 4;
/** What sockets hold at most, by far: as much as a program can leave behind. */
const MOST_LEFT_BLOCKS = 512;

/** Shared by all: nothing stays in it beyond a step. */
const block = new Uint8Array(BLOCK_BYTES);

/** How a lane stands after a step. */
type Progress =
  /** There may be more to carry. */
  | "more"
  /** Nothing has come. */
  | "starved"
  /** Nothing is taken. */
  | "blocked"
  /** The end has come, and was passed on. */
  | "ended";

/** One of the two ways. */
class Lane {
  readonly #from: StreamSocket;
  readonly #to: StreamSocket;
  /** What has been read and was not taken. Nothing is read before it is. */
  #kept: Uint8Array<ArrayBuffer> | undefined;

  constructor(from: StreamSocket, to: StreamSocket) {
    this.#from = from;
    this.#to = to;
  }

  /** Carries until the end. @throws {Error} when one of the two is lost */
  async run(): Promise<void> {
    for (;;) {
      const progress = this.steps(BLOCKS_PER_TURN);
      if (progress === "ended") return;
      if (progress === "blocked") await this.#to.ready("write");
      else await this.#from.ready("read");
    }
  }

  /** Carries what is there, some blocks at most. @throws {Error} when one of the two is lost */
  steps(most: number): Progress {
    let progress: Progress = "more";
    for (let at = 0; at < most && progress === "more"; at++) progress = this.#step();
    return progress;
  }

  #step(): Progress {
    if (this.#kept !== undefined) {
      const taken = this.#to.write(this.#kept);
      this.#kept = rest(this.#kept, taken);
      return this.#kept === undefined ? "more" : "blocked";
    }
    const count = this.#from.read(block);
    if (count === undefined) return "starved";
    if (count === 0) {
      this.#to.endWriting();
      return "ended";
    }
    const bytes = block.subarray(0, count);
    this.#kept = rest(bytes, this.#to.write(bytes))?.slice();
    return this.#kept === undefined ? "more" : "blocked";
  }
}

function rest(bytes: Uint8Array<ArrayBuffer>, taken: number): Uint8Array<ArrayBuffer> | undefined {
  return taken === bytes.byteLength ? undefined : bytes.subarray(taken);
}

/** Two connections that are one to whoever uses them. */
export class Relay {
  readonly #inside: StreamSocket;
  readonly #outside: StreamSocket;
  readonly #outwards: Lane;
  readonly #inwards: Lane;

  /** Takes over both. @param inside the one of a command */
  constructor(inside: StreamSocket, outside: StreamSocket) {
    this.#inside = inside;
    this.#outside = outside;
    this.#outwards = new Lane(inside, outside);
    this.#inwards = new Lane(outside, inside);
  }

  /** Settles when both are closed. When one is lost, the other is told that it was. */
  async run(): Promise<void> {
    try {
      await Promise.all([this.#outwards.run(), this.#inwards.run()]);
      this.#inside.close();
      this.#outside.close();
    } catch {
      // Whoever reads has to know that it was not the end.
      this.#inside.reset();
      this.#outside.reset();
    }
  }

  /** The command has ended: delivers what it had sent, as far as it is taken, and closes both. */
  finish(): void {
    try {
      const progress = this.#outwards.steps(MOST_LEFT_BLOCKS);
      if (progress === "ended") this.#outside.close();
    } catch {
      // Then it cannot be delivered.
    }
    this.#inside.reset();
    this.#outside.reset();
  }
}
