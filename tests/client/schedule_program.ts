/** The programs of schedules, and what they must print, byte by byte. @module */
import { assertEquals } from "@std/assert";
import type { ProcessEvent, StartRequest } from "../../client/mod.ts";
import type { OutputStream } from "../../protocol/methods/process.ts";
import type { Program } from "./schedule_plan.ts";

/** As much as any program prints or is sent. */
const MOST_PRINTED_BYTES = 8 * 1024 * 1024;

let printed: Uint8Array<ArrayBuffer> | undefined;

/** What programs print and are sent: bytes that do not repeat. */
export function printedBytes(): Uint8Array<ArrayBuffer> {
  if (printed !== undefined) return printed;
  const words = new Uint32Array(MOST_PRINTED_BYTES / 4);
  let word = 2_463_534_242;
  for (let at = 0; at < words.length; at++) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    words[at] = word;
  }
  return printed = new Uint8Array(words.buffer);
}

/** What a program is sent. */
export function inputOf(program: Program): Uint8Array<ArrayBuffer> {
  return printedBytes().subarray(0, program.kind === "print" ? 0 : program.size);
}

/** Where programs find and leave what they need. */
export interface ProgramFiles {
  /** The bytes to print. */
  readonly printed: string;
  /** Where it notes that it was started. */
  readonly note: string;
}

/** How a program is started. */
export function startRequestOf(
  program: Program,
  { printed, note }: ProgramFiles,
): Omit<StartRequest, "processId"> {
  const { size, exitCode } = program;
  const noting = 'echo started >> "$0"';
  const env = { PATH: "/usr/bin:/bin" };
  const argv = (script: string) => [
    "/bin/sh",
    "-c",
    `${noting}; ${script}; exit ${exitCode}`,
    note,
    printed,
  ];
  switch (program.kind) {
    case "copy":
      return { argv: argv(`head -c ${size}`), env, pipeStdin: size > 0 };
    case "print": {
      // The error stream takes its bytes from the other end, so that they are told apart.
      const both = `head -c ${size} "$1" & tail -c ${program.errorSize} "$1" >&2; wait`;
      return { argv: argv(both), env };
    }
    case "terminal":
      // Nothing may be typed before the terminal passes everything on unchanged.
      return { argv: argv(`stty raw -echo; printf '#'; head -c ${size}`), env, tty: true };
  }
}

/** Compares the events of a process, as they come, with what they must be. */
export class OutputCheck {
  readonly #program: Program;
  readonly #expected: ReadonlyMap<OutputStream, Uint8Array>;
  readonly #taken = new Map<OutputStream, number>();
  #lastSeq = 0;
  #ends: string[] = [];

  constructor(program: Program) {
    this.#program = program;
    this.#expected = expectedOf(program);
  }

  /**
   * Takes the next event.
   * @throws {Error} when it is not the one that must come
   */
  take(event: ProcessEvent): void {
    assertEquals(event.seq, ++this.#lastSeq, "the number of an event");
    if (event.type !== "output") {
      this.#ends.push(event.type === "exited" ? `exited ${event.exitCode}` : event.type);
      return;
    }
    const { stream, chunk } = event;
    const at = this.#taken.get(stream) ?? 0;
    const expected = this.#expected.get(stream)?.subarray(at, at + chunk.byteLength);
    if (expected === undefined || !isEqual(expected, chunk)) {
      throw new Error(`Wrong output on ${stream} within ${chunk.byteLength} bytes after ${at}`);
    }
    this.#taken.set(stream, at + chunk.byteLength);
  }

  /**
   * Looks whether everything has come.
   * @throws {Error} when something is missing, or the program did not end as it must
   */
  finish(): void {
    for (const [stream, bytes] of this.#expected) {
      assertEquals(this.#taken.get(stream) ?? 0, bytes.byteLength, `bytes of ${stream}`);
    }
    assertEquals(this.#ends, [`exited ${this.#program.exitCode}`, "closed"]);
  }
}

function expectedOf(program: Program): ReadonlyMap<OutputStream, Uint8Array> {
  const bytes = printedBytes();
  const { size } = program;
  switch (program.kind) {
    case "copy":
      return new Map([["stdout", bytes.subarray(0, size)]]);
    case "print":
      return new Map([
        ["stdout", bytes.subarray(0, size)],
        ["stderr", bytes.subarray(bytes.byteLength - program.errorSize)],
      ]);
    case "terminal":
      return new Map([["pty", new Uint8Array([0x23, ...bytes.subarray(0, size)])]]);
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && one.every((byte, at) => byte === other[at]);
}
