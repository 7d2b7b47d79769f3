/** Calls the C library directly, to measure what the machine allows without any server. @module */

import { SEARCH_PATH } from "./commands.ts";

const symbols = {
  posix_spawnp: {
    parameters: ["buffer", "buffer", "buffer", "pointer", "buffer", "buffer"],
    result: "i32",
  },
  posix_spawn_file_actions_init: { parameters: ["buffer"], result: "i32" },
  posix_spawn_file_actions_adddup2: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  posix_spawn_file_actions_addclose: { parameters: ["buffer", "i32"], result: "i32" },
  waitpid: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  pipe: { parameters: ["buffer"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

// Larger than the structure of any supported C library.
const FILE_ACTIONS_BYTES = 512;
const encoder = new TextEncoder();

/** The C library; close it by disposal. */
export class Posix implements Disposable {
  readonly #library: Deno.DynamicLibrary<typeof symbols>;

  constructor(library: Deno.DynamicLibrary<typeof symbols>) {
    this.#library = library;
  }

  /** Opens the C library; undefined where it can't be called. */
  static open(): Posix | undefined {
    const name = Deno.build.os === "darwin" ? "libSystem.dylib" : "libc.so.6";
    try {
      return new Posix(Deno.dlopen(name, symbols));
    } catch {
      // Another C library: the table has no physical limit then, which it shows as a blank.
      return undefined;
    }
  }

  /**
   * Starts a program with `posix_spawnp`.
   *
   * @param argv program and arguments
   * @param standard file descriptors that become 0 and 1 of the child; others are inherited
   * @returns its process id
   * @throws {Error} when it can't be started
   */
  spawn(
    argv: readonly string[],
    standard?: { stdin: number; stdout: number; close: number[] },
  ): number {
    const { symbols: c } = this.#library;
    const actions = new Uint8Array(FILE_ACTIONS_BYTES);
    c.posix_spawn_file_actions_init(actions);
    if (standard !== undefined) {
      c.posix_spawn_file_actions_adddup2(actions, standard.stdin, 0);
      c.posix_spawn_file_actions_adddup2(actions, standard.stdout, 1);
      for (const fd of standard.close) c.posix_spawn_file_actions_addclose(actions, fd);
    }
    const pid = new Int32Array(1);
    const argvList = new StringList(argv);
    const envList = new StringList([`PATH=${SEARCH_PATH}`]);
    const program = encoder.encode(`${argv[0]}\0`);
    const status = c.posix_spawnp(pid, program, actions, null, argvList.pointers, envList.pointers);
    if (status !== 0) throw new Error(`Cannot spawn "${argv[0]}": error number ${status}`);
    return pid[0] ?? 0;
  }

  /** Waits for the end of a child, blocking. */
  wait(pid: number): void {
    this.#library.symbols.waitpid(pid, new Int32Array(1), 0);
  }

  /** A new pipe. */
  pipe(): { readonly readEnd: number; readonly writeEnd: number } {
    const ends = new Int32Array(2);
    if (this.#library.symbols.pipe(ends) !== 0) throw new Error("Cannot open a pipe");
    return { readEnd: ends[0] ?? -1, writeEnd: ends[1] ?? -1 };
  }

  /** Writes one byte and waits until one byte can be read elsewhere, blocking. */
  exchangeByte(writeTo: number, readFrom: number): void {
    const byte = new Uint8Array([120]);
    this.#library.symbols.write(writeTo, byte, 1n);
    if (this.#library.symbols.read(readFrom, byte, 1n) !== 1n) {
      throw new Error("Cannot exchange a byte: the other side is gone");
    }
  }

  /** Closes a file descriptor. */
  close(fd: number): void {
    this.#library.symbols.close(fd);
  }

  /** Closes the library. */
  [Symbol.dispose](): void {
    this.#library.close();
  }
}

/** A null-terminated list of C strings; it keeps the strings alive as long as it lives. */
class StringList {
  readonly pointers: BigUint64Array<ArrayBuffer>;
  readonly #strings: readonly Uint8Array<ArrayBuffer>[];

  constructor(values: readonly string[]) {
    this.#strings = values.map((value) => encoder.encode(`${value}\0`));
    this.pointers = new BigUint64Array(values.length + 1);
    for (const [index, text] of this.#strings.entries()) {
      this.pointers[index] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(text));
    }
  }
}
