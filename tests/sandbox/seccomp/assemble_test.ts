/** Filters of any rules: long ones, several per call, and the kernel's limit. @module */

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { assemble } from "../../../sandbox/seccomp/assemble.ts";
import type { Condition, Rule } from "../../../sandbox/seccomp/rules.ts";
import { type Architecture, syscallNumber } from "../../../sandbox/seccomp/syscalls.ts";
import { verdictOf } from "./bpf_interpreter.ts";

const reason = "A test says so";
const AUDIT_X86_64 = 0xc000_003e;

function verdict(rules: readonly Rule[], args: readonly bigint[], syscall: Rule["syscall"]) {
  const number = syscallNumber(syscall, "x86_64") ?? 0;
  return verdictOf(assemble(rules, "x86_64"), { audit: AUDIT_X86_64, number, args });
}

Deno.test("assemble() leads around a call's rules that are further than a short jump", () => {
  const many = Array.from({ length: 200 }, (_, index): Rule => ({
    syscall: "ioctl",
    when: [{ argument: 1, is: 1000 + index }],
    error: "EPERM",
    reason,
  }));
  const rules: Rule[] = [...many, { syscall: "mount", when: [], error: "ENOSYS", reason }];
  assertEquals(verdict(rules, [0n, 1000n], "ioctl"), "EPERM");
  assertEquals(verdict(rules, [0n, 1199n], "ioctl"), "EPERM");
  assertEquals(verdict(rules, [0n, 1200n], "ioctl"), "allow");
  assertEquals(verdict(rules, [0n, 1000n], "mount"), "ENOSYS");
  assertEquals(verdict(rules, [0n, 1000n], "bind"), "allow");
});

Deno.test("assemble() leads around conditions that are further than a short jump", () => {
  const impossible = Array.from({ length: 150 }, (): Condition => ({ argument: 2, isNot: 7 }));
  for (const first of [{ argument: 0, is: 1 }, { argument: 0, isNot: 2 }] as const) {
    const rules: Rule[] = [{
      syscall: "socket",
      when: [{ argument: 0, isPointer: true }, first, ...impossible],
      error: "EPERM",
      reason,
    }];
    assertEquals(verdict(rules, [1n, 0n, 0n], "socket"), "EPERM");
    assertEquals(verdict(rules, [1n, 0n, 7n], "socket"), "allow");
    assertEquals(verdict(rules, [2n, 0n, 0n], "socket"), "allow");
    assertEquals(verdict(rules, [0n, 0n, 0n], "socket"), "allow");
  }
});

Deno.test("assemble() refuses more instructions than the kernel takes", () => {
  const rule: Rule = { syscall: "ioctl", when: [{ argument: 1, is: 1 }], error: "EPERM", reason };
  assertThrows(
    () => assemble(Array.from({ length: 2000 }, () => rule), "aarch64"),
    RangeError,
    "the limit is 4096",
  );
});

Deno.test("assemble() decides as the rules read, whatever they are", () => {
  const number = fc.constantFrom(0, 1, 2, 0x10, 0xff00_0000, 0xffff_ffff);
  const argument = fc.nat(5);
  const mask = fc.constantFrom(undefined, 1, 0xf, 0xf000_0000);
  const condition: fc.Arbitrary<Condition> = fc.oneof(
    fc.record({ argument, is: number }),
    fc.record({ argument, isNot: number }),
    fc.record({ argument, mask, is: number }).map(withoutUndefined),
    fc.record({ argument, mask, isNot: number }).map(withoutUndefined),
    fc.record({ argument, isPointer: fc.constant(true as const) }),
  );
  const rule: fc.Arbitrary<Rule> = fc.record({
    syscall: fc.constantFrom("ioctl", "socket", "chmod"),
    when: fc.array(condition, { maxLength: 3 }),
    error: fc.constantFrom("EPERM", "ENOSYS"),
    reason: fc.constant(reason),
  });
  const half = fc.constantFrom(0n, 1n, 2n, 0x10n, 0x11n, 0xff00_0001n, 0xffff_ffffn);
  const word = fc.tuple(half, half).map(([high, low]) => high << 32n | low);
  const args = fc.array(word, { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 6 }), args, (rules, values) => {
      for (const architecture of ["x86_64", "aarch64"] satisfies Architecture[]) {
        for (const syscall of ["ioctl", "socket", "chmod", "mount"] as const) {
          const number = syscallNumber(syscall, architecture);
          if (number === undefined) continue;
          const audit = architecture === "x86_64" ? AUDIT_X86_64 : 0xc000_00b7;
          const first = rules.find((it) =>
            it.syscall === syscall && it.when.every((each) => holds(each, values))
          );
          assertEquals(
            verdictOf(assemble(rules, architecture), { audit, number, args: values }),
            first?.error ?? "allow",
          );
        }
      }
    }),
    { numRuns: 300 },
  );
});

/** What a condition says, read a second way. */
function holds(condition: Condition, args: readonly bigint[]): boolean {
  const word = args[condition.argument] ?? 0n;
  if ("isPointer" in condition) return word !== 0n;
  const low = Number(BigInt(condition.mask ?? 0xffff_ffff) & word & 0xffff_ffffn);
  return "is" in condition ? low === condition.is : low !== condition.isNot;
}

function withoutUndefined<T extends { mask: number | undefined }>(
  { mask, ...rest }: T,
): Omit<T, "mask"> & { mask?: number } {
  return mask === undefined ? rest : { ...rest, mask };
}
