/** The first program inside a sandbox: makes the last arrangements and becomes the command. @module */

import type { Architecture } from "../seccomp/syscalls.ts";
import { ArmAssembler } from "./aarch64_assembler.ts";
import type { Assembler } from "./assembler.ts";
import { type Limit, resourceNumbers } from "./limit.ts";
import { listenAsTold } from "./stub_listeners.ts";
import { giveUp, ROOM_BYTES, stubRegisters, textBytes, writeReport } from "./stub_report.ts";
import { X86Assembler } from "./x86_64_assembler.ts";

/** What a stub does before it becomes the command. */
export interface StubOptions {
  readonly architecture: Architecture;
  /** Set in this order. */
  readonly limits: readonly Limit[];
  /** Makes a session whose controlling terminal is the one on descriptor 0. */
  readonly terminal: boolean;
  /** A seccomp filter for the command, where nobody before the stub installs it. */
  readonly filter?: Uint8Array | undefined;
  /**
   * A socket that came with the stub: it is told there where to listen, and gives the listeners
   * away there. Source of the conversation: `stub_listeners.ts`.
   */
  readonly listensBy?: number | undefined;
}

const { room, candidate, command, environment, error, other } = stubRegisters;

const ENOENT = 2;
const EACCES = 13;
const ENODEV = 19;
const ENOTDIR = 20;
const ETIMEDOUT = 110;
const ESTALE = 116;
// Where the C library's search goes on; a missing interpreter of a script is one of them.
const notHere = [ENOENT, ENOTDIR, ENODEV, ETIMEDOUT, ESTALE] as const;

const FIRST_CLOSED = 3;
// How far an old kernel's descriptors are closed, one by one.
const LAST_CLOSED = 1023;
const ANY_DESCRIPTOR = 0xffff_ffff;
const TIOCSCTTY = 0x540e;
const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_SET_MODE_FILTER = 1;
const FILTER_INSTRUCTION_BYTES = 8;

/**
 * The code of a stub. `stubArguments` says what it is called with.
 *
 * It ends with one sentence on standard error and status 127 when no candidate exists, 126 when one
 * cannot be executed, or when an arrangement fails that the command must not run without.
 */
export function stubProgram(options: StubOptions): Uint8Array<ArrayBuffer> {
  const to = options.architecture === "x86_64" ? new X86Assembler() : new ArmAssembler();
  findArguments(to);
  if (options.listensBy !== undefined) listenAsTold(to, options.listensBy);
  closeDescriptors(to);
  options.limits.forEach((limit, index) => setLimit(to, limit, `limit ${index}`));
  if (options.terminal) takeTerminal(to);
  if (options.filter !== undefined) installFilter(to, options.filter);
  execute(to);
  writeReport(to);
  return to.finish();
}

/** The kernel leaves on the stack: the count, the arguments, a null, the environment. */
function findArguments(to: Assembler): void {
  to.stackPointer(candidate);
  to.load(other, { base: candidate, offset: 0 });
  to.copy(environment, candidate);
  to.addPointers(environment, other);
  to.add(environment, 16);
  to.add(candidate, 16);
  to.reserveStack(ROOM_BYTES);
  to.stackPointer(room);
  // The command begins after the empty string.
  to.copy(command, candidate);
  to.label("next argument");
  to.load(other, { base: command, offset: 0 });
  to.branch(other, "equal", 0, "no command");
  to.loadByte(other, { base: other, offset: 0 });
  to.add(command, 8);
  to.branch(other, "notEqual", 0, "next argument");
  to.load(other, { base: command, offset: 0 });
  to.branch(other, "equal", 0, "no command");
}

function closeDescriptors(to: Assembler): void {
  to.systemCall("close_range", FIRST_CLOSED, ANY_DESCRIPTOR, 0);
  to.branch("result", "equal", 0, "closed");
  to.set(other, BigInt(FIRST_CLOSED));
  to.label("close one");
  to.systemCall("close", other);
  to.add(other, 1);
  to.branch(other, "less", LAST_CLOSED + 1, "close one");
  to.label("closed");
}

/** Never above what holds already: raising a limit is not a sandbox's business. */
function setLimit(to: Assembler, { resource, soft, hard, required }: Limit, name: string): void {
  const number = resourceNumbers[resource];
  const failed = required === true ? `${name} failed` : `${name} done`;
  const [softPlace, hardPlace] = [{ base: room, offset: 0 }, { base: room, offset: 8 }] as const;
  to.systemCall("prlimit64", 0, number, 0, softPlace);
  to.branch("result", "less", 0, failed);
  to.set(error, hard);
  to.load(other, hardPlace);
  to.branch(error, "above", other, `${name} hard`);
  to.copy(other, error);
  to.label(`${name} hard`);
  to.store(other, hardPlace);
  to.set(error, soft);
  to.branch(error, "above", other, `${name} soft`);
  to.copy(other, error);
  to.label(`${name} soft`);
  to.store(other, softPlace);
  to.systemCall("prlimit64", 0, number, softPlace, 0);
  if (required === true) {
    to.branch("result", "equal", 0, `${name} done`);
    to.label(failed);
    giveUp(to, `: limit "${resource}" cannot be set`, name);
  }
  to.label(`${name} done`);
}

function takeTerminal(to: Assembler): void {
  // Fails where there is such a session already, which is as good; what follows tells.
  to.systemCall("setsid");
  to.systemCall("ioctl", 0, TIOCSCTTY, 0);
  to.branch("result", "equal", 0, "terminal taken");
  giveUp(to, ": descriptor 0 cannot be its terminal", "terminal");
  to.label("terminal taken");
}

function installFilter(to: Assembler, filter: Uint8Array): void {
  to.systemCall("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  to.branch("result", "notEqual", 0, "no filter");
  // struct sock_fprog: the number of instructions, and where they are.
  to.set(other, BigInt(filter.length / FILTER_INSTRUCTION_BYTES));
  to.store(other, { base: room, offset: 0 });
  to.addressOf(other, "filter");
  to.store(other, { base: room, offset: 8 });
  to.systemCall("seccomp", SECCOMP_SET_MODE_FILTER, 0, { base: room, offset: 0 });
  to.branch("result", "equal", 0, "filtered");
  to.label("no filter");
  giveUp(to, ": the seccomp filter cannot be installed", "filter refused");
  to.data("filter", filter);
  to.label("filtered");
}

/** As the C library's search does, except that nothing is handed to a shell. */
function execute(to: Assembler): void {
  to.set(error, 0n);
  to.label("try");
  to.load(other, { base: candidate, offset: 0 });
  to.loadByte(other, { base: other, offset: 0 });
  to.branch(other, "equal", 0, "no more candidates");
  to.load(other, { base: candidate, offset: 0 });
  to.add(candidate, 8);
  to.systemCall("execve", other, command, environment);
  for (const number of notHere) to.branch("result", "equal", -number, "try");
  to.branch("result", "notEqual", -EACCES, "cannot execute");
  // Another candidate may do; when none does, this is what went wrong.
  to.set(error, BigInt(EACCES));
  to.jump("try");
  to.label("no more candidates");
  to.branch(error, "equal", 0, "not found");
  to.addressOf(other, "cannot execute text");
  to.jump("report");
  to.label("not found");
  to.addressOf(other, "not found text");
  to.jump("report");
  to.data("not found text", textBytes(": not found\0"));
  to.label("cannot execute");
  giveUp(to, ": cannot be executed", "cannot execute");
}
