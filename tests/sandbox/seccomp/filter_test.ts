/** What the filters refuse: a table for both architectures and every mode. @module */

import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { seccompFilter } from "../../../sandbox/seccomp/filter.ts";
import { rulesFor, type SeccompMode } from "../../../sandbox/seccomp/rules.ts";
import {
  type Architecture,
  type Syscall,
  syscallNumber,
} from "../../../sandbox/seccomp/syscalls.ts";
import { type Verdict, verdictOf } from "./bpf_interpreter.ts";

const modes: readonly SeccompMode[] = ["isolated", "managed", "managedUnix", "strict", "host"];
const architectures: readonly Architecture[] = ["x86_64", "aarch64"];
const audits = { x86_64: 0xc000_003e, aarch64: 0xc000_00b7 } as const;
const AUDIT_I386 = 0x4000_0003;
const AUDIT_ARM = 0x4000_0028;

// What a register may hold above an int.
const GARBAGE = 0xdead_beef_0000_0000n;
const CLONE_NEWUSER = 0x1000_0000n;
const AT_FDCWD = 0xffff_ff9cn;

/** The verdict in every mode, and the modes where it is another one. */
type Decision = readonly [Verdict, Partial<Record<SeccompMode, Verdict>>?];
type Row = readonly [Syscall, readonly bigint[], ...Decision];

const everywhere = ["EPERM"] as const;
const nowhere = ["allow"] as const;

function deniedExcept(...modes: readonly SeccompMode[]): Decision {
  return ["EPERM", Object.fromEntries(modes.map((mode) => [mode, "allow"]))];
}

function allowedExcept(...modes: readonly SeccompMode[]): Decision {
  return ["allow", Object.fromEntries(modes.map((mode) => [mode, "EPERM"]))];
}

const sockets: readonly Row[] = [
  ["socket", [2n, 1n, 0n], ...allowedExcept("strict")],
  ["socket", [10n, 1n, 6n], ...allowedExcept("strict")],
  ["socket", [2n, 2n, 0n], ...allowedExcept("strict")],
  // SOCK_NONBLOCK and SOCK_CLOEXEC are flags beside the type.
  ["socket", [2n, 0o2004001n, 0n], ...allowedExcept("strict")],
  ["socket", [GARBAGE | 2n, GARBAGE | 1n, 0n], ...allowedExcept("strict")],
  // Raw; reliable datagrams; SCTP; DCCP; SOCK_PACKET, by which AF_INET becomes AF_PACKET.
  ...[3n, 4n, 5n, 6n, 10n].flatMap((type): Row[] => [
    ["socket", [2n, type, 0n], ...deniedExcept("host")],
    ["socket", [10n, GARBAGE | 0o2000000n | type, 0n], ...deniedExcept("host")],
  ]),
  ...[1n, 2n, 3n, 5n].map((type): Row => [
    "socket",
    [1n, type, 0n],
    ...deniedExcept("managedUnix", "host"),
  ]),
  ["socket", [GARBAGE | 1n, 1n, 0n], ...deniedExcept("managedUnix", "host")],
  // Netlink, packet, key, TIPC, bluetooth, alg, CAN, XDP.
  ...[16n, 17n, 15n, 30n, 31n, 38n, 29n, 44n].map((family): Row => [
    "socket",
    [family, 1n, 0n],
    ...deniedExcept("host"),
  ]),
  ["socket", [40n, 1n, 0n], ...everywhere],
  ["socket", [GARBAGE | 40n, 2n, 0n], ...everywhere],
  ["socketpair", [1n, 1n, 0n], ...nowhere],
  ["socketpair", [1n, 5n, 0n], ...nowhere],
  ["socketpair", [GARBAGE | 1n, GARBAGE | 0o2004001n, 0n], ...nowhere],
  ["socketpair", [1n, 2n, 0n], ...deniedExcept("managedUnix", "host")],
  // The kernel makes a datagram pair of it.
  ["socketpair", [1n, 3n, 0n], ...deniedExcept("managedUnix", "host")],
  ["socketpair", [1n, GARBAGE | 0o2000002n, 0n], ...deniedExcept("managedUnix", "host")],
  ["socketpair", [30n, 1n, 0n], ...deniedExcept("host")],
  ["socketpair", [40n, 1n, 0n], ...everywhere],
  ...(["connect", "accept", "accept4", "bind", "listen", "sendmmsg", "recvmmsg"] as const).map(
    (syscall): Row => [syscall, [3n, 1n, 2n], ...allowedExcept("strict")],
  ),
  ["sendto", [3n, 0x1000n, 1n, 0n, 0n, 0n], ...nowhere],
  ["sendto", [3n, 0x1000n, 1n, 0n, 0n, 16n], ...nowhere],
  ["sendto", [3n, 0x1000n, 1n, 0n, 0x7fff_0000_1000n, 16n], ...allowedExcept("strict")],
  ["sendto", [3n, 0x1000n, 1n, 0n, 0x1000n, 16n], ...allowedExcept("strict")],
  // An address whose low half is 0 is an address all the same.
  ["sendto", [3n, 0x1000n, 1n, 0n, 0x7f00_0000_0000n, 16n], ...allowedExcept("strict")],
];

const files: readonly Row[] = [
  ["fchmod", [3n, 0o755n], ...nowhere],
  ["fchmod", [3n, 0o1777n], ...nowhere],
  ["fchmod", [3n, 0o4755n], ...everywhere],
  ["fchmod", [3n, GARBAGE | 0o2755n], ...everywhere],
  ["fchmod", [3n, GARBAGE | 0o755n], ...nowhere],
  ["fchmodat", [AT_FDCWD, 0x1000n, 0o6755n], ...everywhere],
  ["fchmodat", [AT_FDCWD, 0x1000n, 0o644n], ...nowhere],
  ["fchmodat2", [AT_FDCWD, 0x1000n, 0o4755n, 0n], ...everywhere],
  ["chmod", [0x1000n, 0o4755n], ...everywhere],
  ["chmod", [0x1000n, 0o777n], ...nowhere],
  ["open", [0x1000n, 0o101n, 0o4755n], ...everywhere],
  ["open", [0x1000n, 0n, 0o6000n], ...nowhere],
  ["creat", [0x1000n, 0o4755n], ...everywhere],
  ["creat", [0x1000n, 0o644n], ...nowhere],
  ["openat", [AT_FDCWD, 0x1000n, 0o101n, 0o644n], ...nowhere],
  ["openat", [AT_FDCWD, 0x1000n, 0o101n, 0o4755n], ...everywhere],
  // O_TMPFILE, to be given a name by link.
  ["openat", [AT_FDCWD, 0x1000n, 0o20200002n, 0o2755n], ...everywhere],
  // Nothing is created, so that the register of the mode holds anything.
  ["openat", [AT_FDCWD, 0x1000n, 0o2000000n, 0x7fff_ffff_ffffn], ...nowhere],
  ["openat2", [AT_FDCWD, 0x1000n, 0x2000n, 24n], "ENOSYS"],
  ["mknodat", [AT_FDCWD, 0x1000n, 0o010644n, 0n], ...nowhere],
  ["mknodat", [AT_FDCWD, 0x1000n, 0o104755n, 0n], ...everywhere],
  ["mknodat", [AT_FDCWD, 0x1000n, 0o020666n, 0x103n], ...everywhere],
  ["mknodat", [AT_FDCWD, 0x1000n, GARBAGE | 0o060666n, 0x800n], ...everywhere],
  ["mknod", [0x1000n, 0o020666n, 0n], ...everywhere],
  ["open_by_handle_at", [3n, 0x1000n, 0n], ...everywhere],
];

const system: readonly Row[] = [
  ["ioctl", [0n, 0x5401n, 0x1000n], ...nowhere],
  ["ioctl", [0n, 0x540en, 0n], ...nowhere],
  ["ioctl", [0n, 0x5412n, 0x1000n], ...everywhere],
  ["ioctl", [0n, GARBAGE | 0x5412n, 0x1000n], ...everywhere],
  ["ioctl", [GARBAGE, GARBAGE | 0x541cn, 0x1000n], ...everywhere],
  // fork(), and a thread as pthread_create makes it.
  ["clone", [0x0120_0011n], ...nowhere],
  ["clone", [0x003d_0f00n], ...nowhere],
  // What is a time namespace elsewhere is part of the exit signal here.
  ["clone", [0x91n], ...nowhere],
  ...[17n, 25n, 26n, 27n, 28n, 29n, 30n].flatMap((bit): Row[] => [
    ["clone", [GARBAGE | 1n << bit | 0x11n], ...everywhere],
    ["unshare", [GARBAGE | 1n << bit], ...everywhere],
  ]),
  ["clone", [CLONE_NEWUSER | 0x2000_0000n], ...everywhere],
  ["unshare", [0x80n], ...everywhere],
  // CLONE_FS, CLONE_FILES, CLONE_SYSVSEM: nothing new is made.
  ["unshare", [0x200n | 0x400n | 0x4_0000n], ...nowhere],
  ["clone3", [0x1000n, 88n], "ENOSYS"],
  ...(["ptrace", "process_vm_readv", "process_vm_writev"] as const).map((syscall): Row => [
    syscall,
    [0n],
    ...deniedExcept("host"),
  ]),
  // What the program that starts the command needs.
  ...([
    "prlimit64",
    "close_range",
    "close",
    "setsid",
    "execve",
    "writev",
    "exit_group",
    "prctl",
  ] as const).map((syscall): Row => [syscall, [3n], ...nowhere]),
  ["seccomp", [1n, 0n, 0x1000n], ...nowhere],
];

for (const architecture of architectures) {
  for (const mode of modes) {
    Deno.test(`the ${mode} filter for ${architecture} decides as its table says`, () => {
      const wrong: string[] = [];
      for (const [syscall, args, usual, exceptions] of [...sockets, ...files, ...system]) {
        const number = syscallNumber(syscall, architecture);
        if (number === undefined) continue;
        const filter = seccompFilter(mode, architecture);
        const verdict = verdictOf(filter, { audit: audits[architecture], number, args });
        const expected = exceptions?.[mode] ?? usual;
        if (verdict === expected) continue;
        const call = args.map((value) => `0x${value.toString(16)}`).join(", ");
        wrong.push(`${syscall}(${call}): ${verdict}, not ${expected}`);
      }
      assertEquals(wrong, []);
    });
  }

  Deno.test(`every rule without conditions holds for ${architecture}, whatever the arguments`, () => {
    for (const mode of modes) {
      for (const { syscall, when, error } of rulesFor(mode)) {
        const number = syscallNumber(syscall, architecture);
        if (number === undefined || when.length > 0) continue;
        fc.assert(
          fc.property(words, (args) => {
            const call = { audit: audits[architecture], number, args };
            assertEquals(verdictOf(seccompFilter(mode, architecture), call), error, syscall);
          }),
          { numRuns: 5 },
        );
      }
    }
  });

  Deno.test(`a call without a rule is allowed on ${architecture}, whatever the arguments`, () => {
    fc.assert(
      fc.property(fc.constantFrom(...modes), fc.nat(0x3fff_ffff), words, (mode, any, args) => {
        const ruled = rulesFor(mode).map(({ syscall }) => syscallNumber(syscall, architecture));
        for (const number of [any, any % 512].filter((it) => !ruled.includes(it))) {
          const call = { audit: audits[architecture], number, args };
          assertEquals(verdictOf(seccompFilter(mode, architecture), call), "allow");
        }
      }),
    );
  });

  Deno.test(`a call made for another architecture than ${architecture} ends the process`, () => {
    const foreign = [AUDIT_I386, AUDIT_ARM, ...Object.values(audits), 0]
      .filter((audit) => audit !== audits[architecture]);
    for (const mode of modes) {
      for (const audit of foreign) {
        const call = { audit, number: 20, args: [] };
        assertEquals(verdictOf(seccompFilter(mode, architecture), call), "kill");
      }
    }
  });
}

Deno.test("a call of x32 ends the process, one that a debugger skips does not", () => {
  for (const mode of modes) {
    const filter = seccompFilter(mode, "x86_64");
    const verdictFor = (number: number) =>
      verdictOf(filter, { audit: audits.x86_64, number, args: [] });
    assertEquals(verdictFor(0x4000_0000), "kill");
    assertEquals(verdictFor(0x4000_0029), "kill");
    assertEquals(verdictFor(0xffff_fffe), "kill");
    assertEquals(verdictFor(0xffff_ffff), "allow");
    assertEquals(verdictFor(0x3fff_ffff), "allow");
  }
});

Deno.test("seccompFilter() assembles each filter once", () => {
  assertStrictEquals(seccompFilter("host", "aarch64"), seccompFilter("host", "aarch64"));
});

const words = fc.array(fc.bigInt(0n, 0xffff_ffff_ffff_ffffn), { minLength: 6, maxLength: 6 });
