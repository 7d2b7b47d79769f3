/** The program that enters a control group and then becomes another program. @module */

import type { Architecture } from "../seccomp/syscalls.ts";
import { ArmAssembler } from "./aarch64_assembler.ts";
import type { Assembler } from "./assembler.ts";
import { elfImage } from "./elf.ts";
import { giveUp, ROOM_BYTES, stubRegisters, textBytes, writeReport } from "./stub_report.ts";
import { X86Assembler } from "./x86_64_assembler.ts";

const { room, candidate, command, environment, error, other } = stubRegisters;
// Nothing has gone wrong while it is in use.
const descriptor = error;

const O_WRONLY = 1;
const O_CLOEXEC = 0o2000000;
const POINTER_BYTES = 8;

/**
 * The executable of the launcher, about a kibibyte. It is static, so nothing in the environment
 * makes it load anything, and it leaves descriptors and environment as they are.
 *
 * It ends with one sentence on standard error and status 126 when it may not enter the group, or
 * the program cannot be executed.
 */
export function groupLauncher(architecture: Architecture): Uint8Array<ArrayBuffer> {
  const to = architecture === "x86_64" ? new X86Assembler() : new ArmAssembler();
  findArguments(to);
  enterGroup(to);
  to.load(other, { base: candidate, offset: POINTER_BYTES });
  to.systemCall("execve", other, command, environment);
  giveUp(to, ": cannot be executed", "execute");
  writeReport(to);
  return elfImage(to.finish(), { architecture });
}

/**
 * The arguments of a launcher after its own name.
 * @param options `members`: the absolute path of the group's `cgroup.procs`; `program`: a path;
 * `argv`: what the program sees as its arguments, its own name first
 */
export function groupLauncherArguments(
  { members, program, argv }: {
    readonly members: string;
    readonly program: string;
    readonly argv: readonly string[];
  },
): readonly string[] {
  const [arg0 = program, ...args] = argv;
  return [members, program, arg0, ...args];
}

/** The kernel leaves on the stack: the count, the arguments, a null, the environment. */
function findArguments(to: Assembler): void {
  to.stackPointer(candidate);
  to.load(other, { base: candidate, offset: 0 });
  to.copy(environment, candidate);
  to.addPointers(environment, other);
  to.add(environment, 2 * POINTER_BYTES);
  to.add(candidate, 2 * POINTER_BYTES);
  to.copy(command, candidate);
  to.add(command, 2 * POINTER_BYTES);
  to.reserveStack(ROOM_BYTES);
  to.stackPointer(room);
}

function enterGroup(to: Assembler): void {
  to.load(other, { base: candidate, offset: 0 });
  // The path is absolute, so the first argument is not looked at.
  to.systemCall("openat", 0, other, O_WRONLY | O_CLOEXEC, 0);
  to.branch("result", "less", 0, "stays outside");
  to.copy(descriptor, "result");
  // To the kernel, 0 is whoever writes it.
  to.jump("write");
  to.data("itself", textBytes("0"));
  to.label("write");
  to.addressOf(other, "itself");
  to.store(other, { base: room, offset: 0 });
  to.set(other, 1n);
  to.store(other, { base: room, offset: POINTER_BYTES });
  to.systemCall("writev", descriptor, { base: room, offset: 0 }, 1);
  to.branch("result", "less", 0, "stays outside");
  to.jump("inside");
  to.label("stays outside");
  giveUp(to, ": cannot enter its control group", "enter");
  to.label("inside");
}
