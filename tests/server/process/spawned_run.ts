/** A program under any spawner, and what it told. @module */
import type { OutputStream } from "../../../protocol/methods/process.ts";
import type { TerminalSize } from "../../../protocol/methods/process_start.ts";
import type { Child, ExitStatus, Spawner } from "../../../server/process/spawner.ts";
import { joinBytes } from "../../support/byte_wire.ts";
import { within } from "../../support/deadline.ts";

/** What a test may say about a start. */
export interface SpawnFields {
  /** Instead of the script. */
  readonly argv?: readonly string[];
  readonly arg0?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly pipeStdin?: boolean;
  readonly terminal?: TerminalSize;
}

/** A started program. */
export class SpawnedRun {
  /** What controls it. */
  readonly child: Child;
  /** What it told, in order. */
  readonly events: ("output" | "exited" | "closed")[] = [];
  readonly #output = new Map<OutputStream, Uint8Array<ArrayBuffer>[]>();
  readonly #exited = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  #status: ExitStatus | undefined;
  #onEvent: () => void = () => {};
  #onWritable: () => void = () => {};

  /** Starts it.
   * @throws {SpawnError} when it cannot be started */
  constructor(spawner: Spawner, argv: readonly string[], fields: SpawnFields = {}) {
    const [program = "", ...rest] = fields.argv ?? argv;
    this.child = spawner.spawn({
      program,
      argv: [fields.arg0 ?? program, ...rest],
      cwd: fields.cwd ?? "/",
      env: new Map(Object.entries(fields.env ?? { PATH: "/usr/bin:/bin" })),
      pipeStdin: fields.pipeStdin ?? false,
      terminal: fields.terminal,
    }, {
      output: (stream, bytes) => {
        const pieces = this.#output.get(stream) ?? [];
        // Copied, for the bytes are the spawner's.
        this.#output.set(stream, [...pieces, bytes.slice()]);
        this.#note("output");
      },
      exited: (status) => {
        this.#status = status;
        this.#note("exited");
        this.#exited.resolve();
      },
      closed: () => {
        this.#note("closed");
        this.#closed.resolve();
      },
      writable: () => this.#onWritable(),
    });
  }

  /** Its process id. */
  get pid(): number {
    return this.child.pid;
  }

  /** How it ended, once it has. */
  get status(): ExitStatus | undefined {
    return this.#status;
  }

  /** Settles when it has ended. */
  get exited(): Promise<void> {
    return within(this.#exited.promise, "the program to end");
  }

  /** Settles when its output has ended, too. */
  get closed(): Promise<void> {
    return within(this.#closed.promise, "the end of the program's output");
  }

  /** What it printed so far. */
  bytes(stream: OutputStream): Uint8Array<ArrayBuffer> {
    return joinBytes(this.#output.get(stream) ?? []);
  }

  /** What it printed so far. */
  text(stream: OutputStream): string {
    return new TextDecoder().decode(this.bytes(stream));
  }

  /** Waits until what it told satisfies a test. */
  async until(isEnough: (run: SpawnedRun) => boolean): Promise<void> {
    while (!isEnough(this)) {
      const next = new Promise<void>((resolve) => this.#onEvent = resolve);
      await within(next, "more from the program");
    }
  }

  /** Writes everything, as fast as it is taken. */
  async writeAll(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    let taken = 0;
    while (taken < bytes.byteLength) {
      const writable = new Promise<void>((resolve) => this.#onWritable = resolve);
      taken += this.child.write(bytes.subarray(taken));
      if (taken < bytes.byteLength) await within(writable, "room in standard input");
    }
  }

  /** Writes single bytes until that fails.
   * @returns the error */
  async writeUntilBroken(): Promise<unknown> {
    try {
      for (;;) await this.writeAll(new Uint8Array(100_000));
    } catch (error) {
      return error;
    }
  }

  #note(event: "output" | "exited" | "closed"): void {
    this.events.push(event);
    this.#onEvent();
  }
}
