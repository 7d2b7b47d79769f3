/** Machine code for arm64, as Linux is called there. @module */

import { type Syscall, syscallNumber } from "../seccomp/syscalls.ts";
import type { Assembler, Comparison, Kept, Memory, Operand, Register } from "./assembler.ts";
import { CodeBuffer } from "./code_buffer.ts";

// Arguments go into x0 to x5, and the result comes back in x0; the kernel keeps all others.
const registers: Readonly<Record<Register, number>> = {
  result: 0,
  kept0: 19,
  kept1: 20,
  kept2: 21,
  kept3: 22,
  kept4: 23,
  kept5: 24,
};
const NUMBER = 8;
// The stack pointer in some instructions, zero in the others.
const SP = 31;
const ZERO = 31;

const conditions: Readonly<Record<Comparison, number>> = {
  equal: 0,
  notEqual: 1,
  less: 11,
  above: 8,
};

/** For arm64, little-endian. Names of instructions in the comments are Arm's. */
export class ArmAssembler implements Assembler {
  readonly #code = new CodeBuffer();

  label(name: string): void {
    this.#code.label(name);
  }

  jump(label: string): void {
    this.#code.refer(label, or((distance) => distance >> 2 & 0x03ff_ffff));
    this.#code.word(0x1400_0000); // b
  }

  branch(left: Register, comparison: Comparison, right: number | Kept, label: string): void {
    const register = registers[left];
    if (typeof right !== "number") {
      this.#code.word(0xeb00_0000 | registers[right] << 16 | register << 5 | ZERO); // cmp
    } else {
      const code = right < 0 ? 0xb100_0000 : 0xf100_0000; // cmn, cmp
      this.#code.word(code | Math.abs(right) << 10 | register << 5 | ZERO);
    }
    this.#code.refer(label, or((distance) => (distance >> 2 & 0x7_ffff) << 5));
    this.#code.word(0x5400_0000 | conditions[comparison]); // b.cond
  }

  set(register: Kept, value: bigint): void {
    this.#constant(registers[register], value);
  }

  copy(to: Kept, from: Register): void {
    this.#move(registers[to], registers[from]);
  }

  add(register: Kept, value: number): void {
    this.#add(registers[register], registers[register], value);
  }

  addPointers(register: Kept, count: Kept): void {
    const [sum, index] = [registers[register], registers[count]];
    this.#code.word(0x8b00_0000 | index << 16 | 3 << 10 | sum << 5 | sum); // add, lsl #3
  }

  negate(register: Kept): void {
    const number = registers[register];
    this.#code.word(0xcb00_0000 | number << 16 | ZERO << 5 | number); // neg
  }

  stackPointer(to: Kept): void {
    this.#add(registers[to], SP, 0);
  }

  reserveStack(bytes: number): void {
    this.#add(SP, SP, -bytes);
  }

  load(to: Kept, from: Memory): void {
    this.#memory(0xf940_0000, registers[to], from, 8); // ldr
  }

  loadByte(to: Kept, from: Memory): void {
    this.#memory(0x3940_0000, registers[to], from, 1); // ldrb
  }

  store(from: Kept, to: Memory): void {
    this.#memory(0xf900_0000, registers[from], to, 8); // str
  }

  storeByte(from: Kept, to: Memory): void {
    this.#memory(0x3900_0000, registers[from], to, 1); // strb
  }

  addressOf(to: Kept, label: string): void {
    this.#address(registers[to], label);
  }

  systemCall(syscall: Syscall, ...operands: readonly Operand[]): void {
    operands.forEach((operand, index) => this.#argument(index, operand));
    this.#constant(NUMBER, BigInt(syscallNumber(syscall, "aarch64") ?? -1));
    this.#code.word(0xd400_0001); // svc #0
  }

  data(label: string, bytes: Uint8Array): void {
    this.#code.align(8);
    this.#code.label(label);
    this.#code.bytes(bytes);
    // Code may follow.
    this.#code.align(4);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#code.finish();
  }

  #argument(register: number, operand: Operand): void {
    if (typeof operand === "number") this.#constant(register, BigInt(operand));
    else if (typeof operand === "string") this.#move(register, registers[operand]);
    else if ("addressOf" in operand) this.#address(register, operand.addressOf);
    else this.#add(register, registers[operand.base], operand.offset);
  }

  /** 16 bits at a time; the first instruction clears the others. */
  #constant(register: number, value: bigint): void {
    let code = 0xd280_0000; // movz
    for (let quarter = 0; quarter < 4; quarter += 1) {
      const bits = Number(value >> BigInt(16 * quarter) & 0xffffn);
      const isNeeded = bits !== 0 || (quarter === 3 && code === 0xd280_0000);
      if (!isNeeded) continue;
      this.#code.word(code | quarter << 21 | bits << 5 | register);
      code = 0xf280_0000; // movk
    }
  }

  #move(to: number, from: number): void {
    this.#code.word(0xaa00_0000 | from << 16 | ZERO << 5 | to); // mov
  }

  #add(to: number, from: number, value: number): void {
    const code = value < 0 ? 0xd100_0000 : 0x9100_0000; // sub, add
    this.#code.word(code | Math.abs(value) << 10 | from << 5 | to);
  }

  #address(register: number, label: string): void {
    this.#code.refer(
      label,
      or((distance) => (distance & 3) << 29 | (distance >> 2 & 0x7_ffff) << 5),
    );
    this.#code.word(0x1000_0000 | register); // adr
  }

  #memory(code: number, register: number, { base, offset }: Memory, size: number): void {
    this.#code.word(code | offset / size << 10 | registers[base] << 5 | register);
  }
}

/** Puts bits made of the distance into the instruction that is there. */
function or(bits: (distance: number) => number) {
  return (code: DataView, at: number, distance: number) =>
    code.setUint32(at, code.getUint32(at, true) | bits(distance), true);
}
