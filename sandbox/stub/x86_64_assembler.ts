/** Machine code for x86-64, as Linux is called there. @module */

import { type Syscall, syscallNumber } from "../seccomp/syscalls.ts";
import type { Assembler, Comparison, Kept, Memory, Operand, Register } from "./assembler.ts";
import { CodeBuffer } from "./code_buffer.ts";

const RDX = 2;
const RSP = 4;
const RSI = 6;
const RDI = 7;
// The kernel keeps all but rax, rcx and r11. These are rbx, rbp and r12 to r15.
const registers: Readonly<Record<Register, number>> = {
  result: 0,
  kept0: 3,
  kept1: 5,
  kept2: 12,
  kept3: 13,
  kept4: 14,
  kept5: 15,
};
const argumentRegisters = [RDI, RSI, RDX, 10, 8, 9] as const;

// The second byte of a jump with 32 bits of distance.
const jumps: Readonly<Record<Comparison, number>> = {
  equal: 0x84,
  notEqual: 0x85,
  less: 0x8c,
  above: 0x87,
};

/** For x86-64. Names of instructions in the comments are Intel's. */
export class X86Assembler implements Assembler {
  readonly #code = new CodeBuffer();

  label(name: string): void {
    this.#code.label(name);
  }

  jump(label: string): void {
    this.#code.bytes([0xe9]); // jmp
    this.#distance(label);
  }

  branch(left: Register, comparison: Comparison, right: number | Kept, label: string): void {
    if (typeof right === "number") {
      this.#immediate(7, registers[left], right); // cmp
    } else {
      this.#between(0x39, registers[right], registers[left]); // cmp
    }
    this.#code.bytes([0x0f, jumps[comparison]]);
    this.#distance(label);
  }

  set(register: Kept, value: bigint): void {
    this.#constant(registers[register], value);
  }

  copy(to: Kept, from: Register): void {
    this.#move(registers[to], registers[from]);
  }

  add(register: Kept, value: number): void {
    this.#immediate(0, registers[register], value);
  }

  addPointers(register: Kept, count: Kept): void {
    // lea register, [register + count * 8]
    const [base, index] = [registers[register], registers[count]];
    const prefix = 0x48 | base >> 3 << 2 | index >> 3 << 1 | base >> 3;
    const scaled = 3 << 6 | (index & 7) << 3 | base & 7;
    this.#code.bytes([prefix, 0x8d, 0x44 | (base & 7) << 3, scaled, 0]);
  }

  negate(register: Kept): void {
    this.#between(0xf7, 3, registers[register]); // neg
  }

  stackPointer(to: Kept): void {
    this.#move(registers[to], RSP);
  }

  reserveStack(bytes: number): void {
    this.#immediate(5, RSP, bytes); // sub
  }

  load(to: Kept, from: Memory): void {
    this.#memory([0x8b], registers[to], from); // mov
  }

  loadByte(to: Kept, from: Memory): void {
    this.#memory([0x0f, 0xb6], registers[to], from); // movzx
  }

  store(from: Kept, to: Memory): void {
    this.#memory([0x89], registers[from], to); // mov
  }

  storeByte(from: Kept, to: Memory): void {
    this.#memory([0x88], registers[from], to); // mov
  }

  addressOf(to: Kept, label: string): void {
    this.#address(registers[to], label);
  }

  systemCall(syscall: Syscall, ...operands: readonly Operand[]): void {
    operands.forEach((operand, index) => this.#argument(argumentRegisters[index] ?? 0, operand));
    this.#constant(registers.result, BigInt(syscallNumber(syscall, "x86_64") ?? -1));
    this.#code.bytes([0x0f, 0x05]); // syscall
  }

  data(label: string, bytes: Uint8Array): void {
    this.#code.align(8);
    this.#code.label(label);
    this.#code.bytes(bytes);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#code.finish();
  }

  #argument(register: number, operand: Operand): void {
    if (typeof operand === "number") this.#constant(register, BigInt(operand));
    else if (typeof operand === "string") this.#move(register, registers[operand]);
    else if ("addressOf" in operand) this.#address(register, operand.addressOf);
    else this.#memory([0x8d], register, operand); // lea
  }

  #constant(register: number, value: bigint): void {
    const low = Number(value & 0xffff_ffffn);
    const high = Number(value >> 32n);
    // mov with 32 bits clears the upper half.
    const prefix = (high === 0 ? 0x40 : 0x48) | register >> 3;
    this.#code.bytes([prefix, 0xb8 | register & 7]);
    this.#code.word(low);
    if (high !== 0) this.#code.word(high);
  }

  #move(to: number, from: number): void {
    this.#between(0x89, from, to); // mov
  }

  #address(register: number, label: string): void {
    this.#code.bytes([0x48 | register >> 3 << 2, 0x8d, 5 | (register & 7) << 3]); // lea, from rip
    this.#distance(label);
  }

  /** An operation of two registers; where there is only one, `extension` is part of its code. */
  #between(code: number, extension: number, register: number): void {
    const prefix = 0x48 | extension >> 3 << 2 | register >> 3;
    this.#code.bytes([prefix, code, 0xc0 | (extension & 7) << 3 | register & 7]);
  }

  #immediate(extension: number, register: number, value: number): void {
    this.#between(0x81, extension, register);
    this.#code.word(value);
  }

  #memory(code: readonly number[], register: number, { base, offset }: Memory): void {
    const number = registers[base];
    this.#code.bytes([0x48 | register >> 3 << 2 | number >> 3, ...code]);
    this.#code.bytes([0x80 | (register & 7) << 3 | number & 7]);
    // r12 shares its low bits with rsp, which stand for "more follows".
    if ((number & 7) === RSP) this.#code.bytes([0x24]);
    this.#code.word(offset);
  }

  #distance(label: string): void {
    // Counted from the end of these four bytes.
    this.#code.refer(label, (code, at, distance) => code.setInt32(at, distance - 4, true));
    this.#code.word(0);
  }
}
