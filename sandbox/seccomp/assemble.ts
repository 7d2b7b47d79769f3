/** Turns rules into the bytes of a seccomp filter, a program of classic BPF. @module */

import type { Condition, Rule } from "./rules.ts";
import { type Architecture, syscallNumber } from "./syscalls.ts";

/** An instruction: struct sock_filter of `<linux/filter.h>`. */
interface Instruction {
  readonly code: number;
  /** How many instructions to skip when a test holds. */
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly value: number;
}

type Block = readonly Instruction[];

// Codes of `<linux/bpf_common.h>`, put together: operation, size and source.
const LOAD = 0x20;
const AND = 0x54;
const JUMP = 0x05;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_AT_LEAST = 0x35;
const RETURN = 0x06;

// What the filter sees: struct seccomp_data of `<linux/seccomp.h>`.
const NUMBER_OFFSET = 0;
const ARCHITECTURE_OFFSET = 4;
const ARGUMENTS_OFFSET = 16;

const ALLOW = 0x7fff_0000;
const KILL_PROCESS = 0x8000_0000;
const FAIL = 0x0005_0000;
const errnos = { EPERM: 1, ENOSYS: 38 } as const;

// AUDIT_ARCH_* of `<linux/audit.h>`.
const auditArchitectures = { x86_64: 0xc000_003e, aarch64: 0xc000_00b7 } as const;
const X32_BIT = 0x4000_0000;
// What a debugger writes to skip a call.
const NO_CALL = 0xffff_ffff;

const BYTES_PER_INSTRUCTION = 8;
const MAX_INSTRUCTIONS = 4096;
const MAX_CONDITIONAL_JUMP = 255;

/**
 * The filter: a call that a rule matches fails as the rule says, every other call is allowed.
 *
 * A call made for another architecture ends the process: its numbers mean something else. So does
 * one of x32, which is x86-64 with other numbers.
 * @returns little-endian `struct sock_filter[]`, as seccomp(2) and `bwrap --seccomp` take it
 * @throws {RangeError} when the rules need more instructions than the kernel takes (4096)
 */
export function assemble(rules: readonly Rule[], architecture: Architecture): Uint8Array {
  const calls = callsOf(rules, architecture);
  const program = [
    load(ARCHITECTURE_OFFSET),
    ...unlessEqual(auditArchitectures[architecture], [give(KILL_PROCESS)]),
    load(NUMBER_OFFSET),
    ...(architecture === "x86_64" ? refuseX32 : []),
    ...calls.flatMap(({ number, refusals }) => ifEqual(number, refusals)),
    give(ALLOW),
  ];
  if (program.length > MAX_INSTRUCTIONS) {
    throw new RangeError(
      `Cannot assemble a filter of ${program.length} instructions: the limit is ${MAX_INSTRUCTIONS}`,
    );
  }
  return encode(program);
}

/** The rules call by call. A block of refusals always returns, so that none falls into the next. */
function callsOf(
  rules: readonly Rule[],
  architecture: Architecture,
): readonly { readonly number: number; readonly refusals: Block }[] {
  const bySyscall = [...Map.groupBy(rules, (rule) => rule.syscall)];
  // What depends on arguments comes first: only of other calls can the kernel remember the answer.
  const depending = bySyscall.filter(([, group]) => dependsOnArguments(group));
  const constant = bySyscall.filter(([, group]) => !dependsOnArguments(group));
  return [...depending, ...constant].flatMap(([syscall, group]) => {
    const number = syscallNumber(syscall, architecture);
    if (number === undefined) return [];
    return [{ number, refusals: [...group.flatMap(refusal), give(ALLOW)] }];
  });
}

function dependsOnArguments(group: readonly Rule[]): boolean {
  return group.every((rule) => rule.when.length > 0);
}

function refusal(rule: Rule): Block {
  const refuse: Block = [give(FAIL | errnos[rule.error])];
  return rule.when.reduceRight((inner: Block, condition) => test(condition, inner), refuse);
}

/** `then` where the condition holds; what follows it, otherwise. */
function test(condition: Condition, then: Block): Block {
  const low = ARGUMENTS_OFFSET + 8 * condition.argument;
  if ("isPointer" in condition) {
    const highSet = unlessEqual(0, then);
    // A set low half is enough: the jump leads over the look at the high one, to `then`.
    const toThen = 1 + highSet.length - then.length;
    return [load(low), jumpIfEqual(0, 0, toThen), load(low + 4), ...highSet];
  }
  const masked = condition.mask === undefined
    ? [load(low)]
    : [load(low), plain(AND, condition.mask)];
  const compared = "is" in condition
    ? ifEqual(condition.is, then)
    : unlessEqual(condition.isNot, then);
  return [...masked, ...compared];
}

/** `then` when the loaded word is `value`. A conditional jump reaches 255 instructions only. */
function ifEqual(value: number, then: Block): Block {
  if (then.length <= MAX_CONDITIONAL_JUMP) return [jumpIfEqual(value, 0, then.length), ...then];
  return [jumpIfEqual(value, 1, 0), plain(JUMP, then.length), ...then];
}

function unlessEqual(value: number, then: Block): Block {
  if (then.length <= MAX_CONDITIONAL_JUMP) return [jumpIfEqual(value, then.length, 0), ...then];
  return [jumpIfEqual(value, 0, 1), plain(JUMP, then.length), ...then];
}

const refuseX32: Block = [
  { code: JUMP_IF_AT_LEAST, jumpTrue: 0, jumpFalse: 2, value: X32_BIT },
  ...unlessEqual(NO_CALL, [give(KILL_PROCESS)]),
];

function jumpIfEqual(value: number, jumpTrue: number, jumpFalse: number): Instruction {
  return { code: JUMP_IF_EQUAL, jumpTrue, jumpFalse, value };
}

function load(offset: number): Instruction {
  return plain(LOAD, offset);
}

function give(verdict: number): Instruction {
  return plain(RETURN, verdict);
}

function plain(code: number, value: number): Instruction {
  return { code, jumpTrue: 0, jumpFalse: 0, value };
}

function encode(program: Block): Uint8Array {
  const bytes = new Uint8Array(program.length * BYTES_PER_INSTRUCTION);
  const view = new DataView(bytes.buffer);
  program.forEach(({ code, jumpTrue, jumpFalse, value }, index) => {
    const at = index * BYTES_PER_INSTRUCTION;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, jumpTrue);
    view.setUint8(at + 3, jumpFalse);
    view.setUint32(at + 4, value >>> 0, true);
  });
  return bytes;
}
