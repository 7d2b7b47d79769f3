/** Readers of a process that compare every byte with what the program printed. @module */
import { ExecServerError, type ProcessEvent, type RemoteProcess } from "../../client/mod.ts";
import { limits } from "../../protocol/limits.ts";
import type { OutputStream } from "../../protocol/methods/process.ts";
import type { Dice } from "./dice.ts";
import { isPattern } from "./pattern.ts";
import { saltOf } from "./simulated_spawner.ts";
import type { Stage, Story } from "./stage.ts";

/** What a reader may find at hand in one moment: what a client buffers, and one answer. */
const AT_ONCE_BYTES = limits.clientBufferBytes + limits.retainedBytes + 2 * limits.maxChunkBytes;

/** What a reader needs. */
export interface ReaderParts {
  readonly stage: Stage;
  readonly story: Story;
  readonly dice: Dice;
}

/** Counts and compares the bytes of each stream. */
class OutputCheck {
  readonly #parts: ReaderParts;
  readonly #read: Record<OutputStream, number> = { stdout: 0, stderr: 0, pty: 0 };
  #step = -1;
  #atOnce = 0;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** Compares a piece with what was printed there. */
  take(stream: OutputStream, bytes: Uint8Array): void {
    const { stage, story } = this.#parts;
    const { number } = story.plan;
    const salt = saltOf(number) + (stream === "stderr" ? 1 : 0);
    const offset = this.#read[stream];
    if (!isPattern({ salt, offset }, bytes)) {
      stage.violate(`process ${number}: ${stream} has wrong bytes at ${offset}`);
    }
    this.#read[stream] += bytes.byteLength;
    if (stage.scheduler.steps !== this.#step) this.#atOnce = 0;
    this.#step = stage.scheduler.steps;
    this.#atOnce += bytes.byteLength;
    if (this.#atOnce > AT_ONCE_BYTES) {
      stage.violate(`process ${number}: the client kept ${this.#atOnce} bytes`);
    }
  }

  /** Everything has been read: it must be what the program printed. */
  checkTotals(): void {
    const { stage, story } = this.#parts;
    const { number } = story.plan;
    const child = stage.childOf(number);
    for (const stream of ["stdout", "stderr", "pty"] as const) {
      const [wanted, got] = [child?.handed(stream), this.#read[stream]];
      if (wanted !== got) {
        stage.violate(`process ${number}: ${got} of ${wanted} bytes on ${stream}`);
      }
    }
  }
}

/** Reads `events()`. */
export class EventReader {
  readonly #parts: ReaderParts;
  readonly #output: OutputCheck;
  #last = 0;
  #exits = 0;
  #closes = 0;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.#output = new OutputCheck(parts);
  }

  /** Reads to the end. */
  async read(process: RemoteProcess): Promise<void> {
    const { stage, story, dice } = this.#parts;
    for await (const event of process.events()) {
      this.#take(event);
      if (story.plan.readMs > 0) await stage.scheduler.sleep(dice.whole(0, story.plan.readMs));
    }
  }

  /** What must be true when the events ended without an error. */
  checkEnd(): void {
    const { stage, story } = this.#parts;
    if (this.#exits !== 1 || this.#closes !== 1) {
      const { number } = story.plan;
      stage.violate(`process ${number} exited ${this.#exits} and closed ${this.#closes} times`);
    }
    this.#output.checkTotals();
  }

  /** Lost output must be named, from the first number that did not come. */
  checkLoss(error: unknown): void {
    if (!(error instanceof ExecServerError) || error.kind !== "outputLost") return;
    const first = Number(/^Events? (\d+)/.exec(error.message)?.[1]);
    // A slow reader may not have got yet to what came before the loss, but it is never beyond it.
    if (first > this.#last) return;
    const text = `is told that ${first} is lost after it got ${this.#last}`;
    this.#parts.stage.violate(`process ${this.#parts.story.plan.number}: a reader ${text}`);
  }

  #take(event: ProcessEvent): void {
    const { stage, story } = this.#parts;
    const { number } = story.plan;
    if (event.seq !== this.#last + 1) {
      stage.violate(`process ${number}: event ${event.seq} follows ${this.#last}`);
    }
    if (this.#closes > 0) stage.violate(`process ${number}: event ${event.seq} follows the close`);
    this.#last = event.seq;
    if (event.type === "output") this.#output.take(event.stream, event.chunk);
    if (event.type === "exited") this.#exits++;
    if (event.type === "closed") this.#closes++;
  }
}

/** Reads `stdout` and `stderr`. */
export class StreamReader {
  readonly #parts: ReaderParts;
  readonly #output: OutputCheck;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.#output = new OutputCheck(parts);
  }

  /** Reads both to their ends. */
  async read(process: RemoteProcess): Promise<void> {
    const { isTerminal } = this.#parts.story.plan.program;
    const both = [
      this.#drain(process.stdout, isTerminal ? "pty" : "stdout"),
      this.#drain(process.stderr, "stderr"),
    ];
    await Promise.all(both).finally(() => Promise.allSettled(both));
  }

  /** What must be true when the streams ended without an error. */
  checkEnd(): void {
    this.#output.checkTotals();
  }

  /** Streams have no numbers to compare. */
  checkLoss(): void {}

  async #drain(stream: ReadableStream<Uint8Array>, name: OutputStream): Promise<void> {
    const { stage, story, dice } = this.#parts;
    for await (const bytes of stream) {
      this.#output.take(name, bytes);
      if (story.plan.readMs > 0) await stage.scheduler.sleep(dice.whole(0, story.plan.readMs));
    }
  }
}
