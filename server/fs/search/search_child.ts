/** The program that searches for the server: started, fed, read with back-pressure, ended. @module */

import { RpcError } from "../../../protocol/errors.ts";
import { decode } from "../../../protocol/schema.ts";
import type { Machine } from "../../machine.ts";
import { ownProgram } from "../../own_program.ts";
import { type Child, type ExitStatus, SpawnError, StdinBroken } from "../../process/spawner.ts";
import {
  MOST_LINE_BYTES,
  type SearchReport,
  searchReport,
  type SearchRequest,
} from "./search_request.ts";

/** Takes a report; a promise asks for no more before it settles. */
export type TakeReport = (report: SearchReport) => Promise<void> | undefined;

/**
 * Most memory of the program, in KiB, as the system counts it. The runtime asks for 1 GiB of it, for
 * code it never has, so that about 450 MiB are left.
 */
const MOST_KIB = 1536 * 1024;

/** Sets the limit, then becomes the program. */
const LIMITED = `ulimit -d ${MOST_KIB} 2>/dev/null; exec "$0" "$@"`;

const MOST_TROUBLE = 4096;

/** One running program. */
export class SearchChild {
  /** Settles when the program has ended. Never rejects. */
  readonly closed: Promise<void>;
  readonly #child: Child;
  readonly #take: TakeReport;
  readonly #decoder = new TextDecoder();
  readonly #end = Promise.withResolvers<"complete" | "limit">();
  readonly #closed = Promise.withResolvers<void>();
  #request: Uint8Array<ArrayBuffer>;
  #text = "";
  #trouble = "";
  #isBusy = false;
  #isOver = false;
  #isClosed = false;
  #exit: ExitStatus | undefined;

  /**
   * Starts it.
   * @throws {RpcError} when it cannot be started
   */
  constructor({ spawner, env }: Machine, request: SearchRequest, take: TakeReport) {
    this.#take = take;
    this.#request = new TextEncoder().encode(`${JSON.stringify(request)}\n`);
    this.closed = this.#closed.promise;
    const { program, args } = ownProgram(["search-helper"]);
    const shell = "/bin/sh";
    const argv = [shell, "-c", LIMITED, program, ...args];
    try {
      const start = { program: shell, argv, cwd: "/", env, pipeStdin: true };
      this.#child = spawner.spawn(start, {
        output: (stream, bytes) => this.#read(stream === "stdout", bytes),
        writable: () => this.#feed(),
        exited: (status) => this.#exit = status,
        closed: () => this.#onClosed(),
      });
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      throw new RpcError("fileFailed", `Cannot search: ${error.message}`, { cause: error });
    }
    this.#feed();
  }

  /**
   * Settles with how the search ended.
   * @throws {RpcError} when it was refused, or the program failed
   */
  get end(): Promise<"complete" | "limit"> {
    return this.#end.promise;
  }

  /** Ends it at once; nothing more is reported. */
  kill(): void {
    this.#isOver = true;
    this.#child.kill();
  }

  /** Its input stays open afterwards: when that ends, so does the program. */
  #feed(): void {
    if (this.#request.byteLength === 0) return;
    try {
      const taken = this.#child.write(this.#request);
      this.#request = this.#request.subarray(taken);
    } catch (error) {
      // It has ended already, and `closed` will tell.
      if (!(error instanceof StdinBroken)) throw error;
    }
  }

  #read(isReport: boolean, bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#isOver) return;
    if (isReport) {
      this.#text += this.#decoder.decode(bytes, { stream: true });
      this.#takeLines();
    } else if (this.#trouble.length < MOST_TROUBLE) {
      this.#trouble += new TextDecoder().decode(bytes);
    }
  }

  #takeLines(): void {
    while (!this.#isBusy && !this.#isOver) {
      const end = this.#text.indexOf("\n");
      if (end < 0) break;
      const line = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 1);
      this.#takeLine(line);
    }
    if (this.#text.length <= MOST_LINE_BYTES || this.#isBusy) return;
    this.#fail("it wrote a line that is too long");
  }

  #takeLine(line: string): void {
    try {
      const report = decode(searchReport, JSON.parse(line));
      const { refusal, end } = report;
      if (refusal !== undefined) throw new RpcError(refusal.key, refusal.message);
      const room = this.#take(report);
      if (end !== undefined) this.#finish(() => this.#end.resolve(end));
      else if (room !== undefined) void this.#wait(room);
    } catch (error) {
      this.#finish(() => this.#end.reject(error));
    }
  }

  async #wait(room: Promise<void>): Promise<void> {
    this.#isBusy = true;
    this.#child.pauseOutput();
    await room;
    this.#isBusy = false;
    this.#takeLines();
    if (this.#isBusy || this.#isOver) return;
    if (this.#isClosed) this.#failClosed();
    else this.#child.resumeOutput();
  }

  #fail(reason: string): void {
    const error = new RpcError("fileFailed", `The search failed: ${reason}`);
    this.#finish(() => this.#end.reject(error));
  }

  /** Its answer is known, and what it does from here on is of no use. */
  #finish(settle: () => void): void {
    settle();
    this.kill();
  }

  #onClosed(): void {
    this.#isClosed = true;
    this.#closed.resolve();
    // Lines that wait for the client to read were written in time.
    if (!this.#isOver && !this.#isBusy) this.#failClosed();
  }

  #failClosed(): void {
    this.#fail(wordsFor(this.#exit, this.#trouble));
  }
}

function wordsFor(exit: ExitStatus | undefined, trouble: string): string {
  if (trouble.includes("out of memory")) return "it needs too much memory";
  const line = trouble.split("\n").find((text) => text.trim() !== "") ?? "it said nothing";
  return `its program ended by ${
    exit?.signal ? `signal ${exit.signal}` : `status ${exit?.code ?? 0}`
  }: ${line.slice(0, 200)}`;
}
