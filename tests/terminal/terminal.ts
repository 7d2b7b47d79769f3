/** A program in a terminal, as a test drives it: type, look, resize, wait. @module */
import * as v from "valibot";
import { joinBytes } from "../support/byte_wire.ts";
import type { Peer } from "../support/peer.ts";
import { startParams } from "../support/process_calls.ts";
import { nextEvent } from "../support/process_events.ts";
import type { ScreenSize } from "./screen.ts";

/** What a test may say about a start besides the program. */
export interface TerminalFields {
  readonly processId?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly arg0?: string;
  readonly pipeStdin?: boolean;
  readonly terminalSize?: ScreenSize;
}

const status = v.object({ status: v.string() });
let written = 0;

/** A started program with a terminal. */
export class Terminal {
  /** The client's name for it. */
  readonly processId: string;
  readonly #peer: Peer;
  readonly #decoder = new TextDecoder();
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  #text = "";
  /** How much of the text `until` has passed. */
  #seen = 0;
  #lastSeq = 0;
  #exitCode: number | undefined;
  #isClosed = false;

  /** Takes over a started process; `startTerminal` is the way to make one. */
  constructor(peer: Peer, processId: string) {
    this.#peer = peer;
    this.processId = processId;
  }

  /** All it printed so far. */
  get text(): string {
    return this.#text;
  }

  /** All it printed so far. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return joinBytes(this.#pieces);
  }

  /** Types.
   * @returns what became of it: `accepted`, unless the process is gone */
  async type(input: string | Uint8Array): Promise<string> {
    const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
    const chunk = bytes.toBase64();
    return await this.#control("process/write", { chunk, writeId: `t${++written}` });
  }

  /** Waits until it prints `wanted`, after whatever was waited for before.
   * @returns what it printed before that, since the last wait */
  async until(wanted: string | RegExp): Promise<string> {
    for (;;) {
      const rest = this.#text.slice(this.#seen);
      const found = typeof wanted === "string" ? toMatch(rest, wanted) : wanted.exec(rest);
      if (found !== null) {
        this.#seen += found.index + found[0].length;
        return rest.slice(0, found.index);
      }
      if (this.#isClosed) {
        throw new Error(`It ended without ${wanted}, having printed ${JSON.stringify(this.#text)}`);
      }
      await this.#take(`${wanted} after ${JSON.stringify(rest.slice(-400))}`);
    }
  }

  /** Waits for more output; at the end it returns nothing.
   * @returns the bytes of the next event, if they are output */
  async more(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.#isClosed) throw new Error("It has ended: nothing more will come");
    return await this.#take("more output");
  }

  /** Changes the terminal's size. */
  resize(size: ScreenSize): Promise<string> {
    return this.#control("process/resize", { ...size });
  }

  /** Closes its standard input. */
  closeStdin(): Promise<string> {
    return this.#control("process/closeStdin", {});
  }

  /** Waits for its end and the end of its output.
   * @returns the exit code */
  async end(): Promise<number> {
    while (!this.#isClosed) await this.#take("its end");
    if (this.#exitCode === undefined) throw new Error("It closed without an exit");
    return this.#exitCode;
  }

  /** Waits for its end, while its output may go on.
   * @returns the exit code */
  async exit(): Promise<number> {
    while (this.#exitCode === undefined) await this.#take("its exit");
    return this.#exitCode;
  }

  async #take(label: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const event = await nextEvent(this.#peer, this.processId).catch((cause) => {
      throw new Error(`Waited in vain for ${label}`, { cause });
    });
    this.#lastSeq++;
    if (event.seq !== this.#lastSeq) throw new Error(`Got ${event.seq} after ${this.#lastSeq - 1}`);
    switch (event.kind) {
      case "exited":
        this.#exitCode = event.exitCode;
        return undefined;
      case "closed":
        this.#isClosed = true;
        return undefined;
      case "output": {
        if (event.stream !== "pty") throw new Error(`Got output of ${event.stream}`);
        const bytes = Uint8Array.fromBase64(event.chunk);
        this.#pieces.push(bytes);
        this.#text += this.#decoder.decode(bytes, { stream: true });
        return bytes;
      }
    }
  }

  async #control(method: string, fields: Readonly<Record<string, unknown>>): Promise<string> {
    const params = { processId: this.processId, ...fields };
    return v.parse(status, await this.#peer.call(method, params)).status;
  }
}

/** Starts a program in a terminal. */
export async function startTerminal(
  peer: Peer,
  argv: readonly string[],
  fields: TerminalFields = {},
): Promise<Terminal> {
  const params = { ...startParams(peer, argv), ...fields, tty: true };
  await peer.call("process/start", params);
  return new Terminal(peer, params.processId);
}

/** Starts a shell script in a terminal. */
export function startScript(
  peer: Peer,
  script: string,
  fields: TerminalFields = {},
): Promise<Terminal> {
  return startTerminal(peer, ["/bin/sh", "-c", script], fields);
}

function toMatch(text: string, wanted: string): { index: number; readonly 0: string } | null {
  const index = text.indexOf(wanted);
  return index < 0 ? null : { index, 0: wanted };
}
