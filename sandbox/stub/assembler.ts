/** The few operations a stub is written in; each architecture puts them into machine code. @module */

import type { Syscall } from "../seccomp/syscalls.ts";

/** A register that no system call changes. */
export type Kept = "kept0" | "kept1" | "kept2" | "kept3" | "kept4" | "kept5";

/** One of those, or what the last system call returned: a value, or the negative error number. */
export type Register = Kept | "result";

/** A place in memory; `offset` is in bytes, not negative, a multiple of 8 where 8 bytes are moved. */
export interface Memory {
  readonly base: Kept;
  readonly offset: number;
}

/** An argument of a system call: a constant, a register, or the address of a place. */
export type Operand = number | Kept | { readonly addressOf: string } | Memory;

/** How two values compare. `less` is about signed numbers, `above` about unsigned ones. */
export type Comparison = "equal" | "notEqual" | "less" | "above";

/** Writes machine code, operation by operation. Values have 64 bits. */
export interface Assembler {
  /** Names this place in the code. */
  label(name: string): void;
  /** Goes on at `label`. */
  jump(label: string): void;
  /** Goes on at `label` when the comparison holds. @param right a constant of -4095 to 4095 */
  branch(left: Register, comparison: Comparison, right: number | Kept, label: string): void;

  /** Sets a register. @param value 0 to 2^64-1 */
  set(register: Kept, value: bigint): void;
  /** Copies a register. */
  copy(to: Kept, from: Register): void;
  /** Adds a constant of -4095 to 4095. */
  add(register: Kept, value: number): void;
  /** Adds 8 times the other register: a step of that many pointers. */
  addPointers(register: Kept, count: Kept): void;
  /** Changes the sign. */
  negate(register: Kept): void;

  /** Copies the stack pointer. */
  stackPointer(to: Kept): void;
  /** Makes room on the stack. @param bytes a multiple of 16, at most 4080 */
  reserveStack(bytes: number): void;
  /** Reads 8 bytes. */
  load(to: Kept, from: Memory): void;
  /** Reads a byte; the rest of the register becomes 0. */
  loadByte(to: Kept, from: Memory): void;
  /** Writes 8 bytes. */
  store(from: Kept, to: Memory): void;
  /** Writes the low byte. */
  storeByte(from: Kept, to: Memory): void;
  /** The address of what `label` names. */
  addressOf(to: Kept, label: string): void;

  /** Calls the kernel. */
  systemCall(syscall: Syscall, ...operands: readonly Operand[]): void;
  /** Places bytes that are not code, aligned to 8 bytes, under a name. */
  data(label: string, bytes: Uint8Array): void;
  /** The finished code; it runs from its first byte, at any address. */
  finish(): Uint8Array<ArrayBuffer>;
}
