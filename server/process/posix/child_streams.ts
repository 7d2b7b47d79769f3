/** The streams between us and a child: pipes, or one terminal. @module */

import type { OutputStream } from "../../../protocol/methods/process.ts";
import type { TerminalSize } from "../../../protocol/methods/process_start.ts";
import { cString, descriptorFlags, type Libc, loadLibc, loadLinuxLibc } from "./libc.ts";
import type { Platform } from "./platform.ts";
import { systemError } from "./spawn_failure.ts";
import { isMacos, platform } from "./this_platform.ts";

/** Descriptors of one child's streams. */
export interface ChildStreams {
  /** Where we write its input; undefined when that is at its end. */
  readonly stdin: number | undefined;
  /** Where we read its output. */
  readonly outputs: ReadonlyMap<number, OutputStream>;
  /** Our side of its terminal; one of `outputs`. */
  readonly terminal: number | undefined;
  /** The child's ends; ours to close once it has them. */
  readonly theirs: readonly number[];
  /** Tells `posix_spawn` what the child's descriptors 0, 1 and 2 are to be. */
  readonly arrange: (actions: Uint8Array<ArrayBuffer>) => void;
  /** Path of the terminal where it must be opened by the program itself to be its session's. */
  readonly openBySelf?: string;
}

// Fewer wake-ups per megabyte than the default of 64 KiB; refused, the default stays.
const PIPE_BYTES = 256 * 1024;
// Linux only: elsewhere a pipe grows by itself.
const F_SETPIPE_SZ = 1031;
const FD_CLOEXEC = 1;
const NAME_BYTES = 64;
const nothing = cString("/dev/null");

/**
 * Opens pipes.
 * @throws {SpawnError} when the system has no more descriptors
 */
export function openPipes(pipeStdin: boolean): ChildStreams {
  const opened: number[] = [];
  try {
    const stdin = pipeStdin ? openPipe(opened) : undefined;
    const stdout = openPipe(opened);
    const stderr = openPipe(opened);
    const ours = [stdin?.writeEnd, stdout.readEnd, stderr.readEnd];
    return {
      stdin: stdin?.writeEnd,
      outputs: new Map([[stdout.readEnd, "stdout"], [stderr.readEnd, "stderr"]]),
      terminal: undefined,
      theirs: opened.filter((descriptor) => !ours.includes(descriptor)),
      arrange(actions) {
        const { libc } = loadLibc();
        if (stdin === undefined) openNothing(libc, actions);
        else libc.posix_spawn_file_actions_adddup2(actions, stdin.readEnd, 0);
        libc.posix_spawn_file_actions_adddup2(actions, stdout.writeEnd, 1);
        libc.posix_spawn_file_actions_adddup2(actions, stderr.writeEnd, 2);
      },
    };
  } catch (error) {
    closeAll(opened);
    throw error;
  }
}

/** How a terminal comes to a child. */
export interface TerminalUse {
  /** For tests: behave as on this one as far as the kernel allows. */
  readonly system?: Platform;
  /** Whether the child leaves it to a program of its own to make it its session's terminal. */
  readonly isPassedOn?: boolean;
}

/**
 * Opens a terminal in its usual mode: echo, line editing, signals by key.
 * @throws {SpawnError} when the system has no more of them
 */
export function openTerminal(
  size: TerminalSize,
  { system = platform, isPassedOn = false }: TerminalUse = {},
): ChildStreams {
  const { libc } = loadLibc();
  const { O_RDWR, O_NOCTTY, O_CLOEXEC, F_DUPFD_CLOEXEC } = descriptorFlags;
  const opened: number[] = [];
  try {
    const ours = require(libc.posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), opened);
    const name = new Uint8Array(NAME_BYTES);
    if (libc.grantpt(ours) !== 0 || libc.unlockpt(ours) !== 0) throw noTerminal();
    if (libc.ptsname_r(ours, name, NAME_BYTES) !== 0) throw noTerminal();
    const child = system.opensBeforeSession
      ? heldSide(name, opened)
      : openedSide(name, isPassedOn ? O_RDWR | O_NOCTTY : O_RDWR);
    setTerminalSize(ours, size);
    // A second number for the same thing, because reading and writing are watched apart.
    const stdin = require(libc.fcntl(ours, F_DUPFD_CLOEXEC, 0), opened);
    return { stdin, outputs: new Map([[ours, "pty"]]), terminal: ours, ...child };
  } catch (error) {
    closeAll(opened);
    throw error;
  }
}

type ChildSide = Pick<ChildStreams, "theirs" | "arrange" | "openBySelf">;

/**
 * Opened by the child, the leader of a new session, it becomes that session's terminal, unless the
 * flags say otherwise.
 */
function openedSide(name: Uint8Array<ArrayBuffer>, flags: number): ChildSide {
  return {
    theirs: [],
    arrange(actions) {
      const { libc } = loadLibc();
      libc.posix_spawn_file_actions_addopen(actions, 0, name, flags, 0);
      libc.posix_spawn_file_actions_adddup2(actions, 0, 1);
      libc.posix_spawn_file_actions_adddup2(actions, 0, 2);
    },
  };
}

/** Opened by us, for a child that has no session yet when it would open it, and for its size. */
function heldSide(name: Uint8Array<ArrayBuffer>, opened: number[]): ChildSide {
  const { O_RDWR, O_NOCTTY, O_CLOEXEC } = descriptorFlags;
  const side = require(loadLibc().libc.open(name, O_RDWR | O_NOCTTY | O_CLOEXEC), opened);
  return {
    theirs: [side],
    arrange(actions) {
      const { libc } = loadLibc();
      for (let i = 0; i < 3; i++) libc.posix_spawn_file_actions_adddup2(actions, side, i);
    },
    openBySelf: new TextDecoder().decode(name.subarray(0, name.indexOf(0))),
  };
}

/** Tells a terminal its size; its foreground job gets SIGWINCH when that changes something. */
export function setTerminalSize(terminal: number, { rows, cols }: TerminalSize): void {
  const winsize = new Uint16Array([rows, cols, 0, 0]);
  loadLibc().libc.ioctl(terminal, platform.resizeRequest, winsize);
}

/** Closes descriptors. */
export function closeAll(descriptors: Iterable<number>): void {
  const { libc } = loadLibc();
  for (const descriptor of descriptors) libc.close(descriptor);
}

/** Our ends of a child's streams, each once. */
export function ourEnds({ stdin, outputs }: ChildStreams): number[] {
  return [...outputs.keys(), ...(stdin === undefined ? [] : [stdin])];
}

interface Pipe {
  readonly readEnd: number;
  readonly writeEnd: number;
}

/** A pipe whose ends no child inherits unasked. @throws {SpawnError} when there are no more */
export function openPipe(opened: number[]): Pipe {
  const ends = new Int32Array(2);
  if ((isMacos ? pipeInSteps(ends) : pipeAtOnce(ends)) !== 0) {
    throw systemError("cannot open a pipe for the process", "streams");
  }
  const [readEnd = -1, writeEnd = -1] = ends;
  opened.push(readEnd, writeEnd);
  return { readEnd, writeEnd };
}

function pipeAtOnce(ends: Int32Array<ArrayBuffer>): number {
  const { pipe2, fcntl } = loadLinuxLibc();
  const result = pipe2(ends, descriptorFlags.O_CLOEXEC);
  if (result === 0) fcntl(ends[0] ?? -1, F_SETPIPE_SZ, PIPE_BYTES);
  return result;
}

/** For systems that cannot mark a new pipe as ours alone in the call that makes it. */
export function pipeInSteps(ends: Int32Array<ArrayBuffer>): number {
  const { libc } = loadLibc();
  const result = libc.pipe(ends);
  if (result === 0) {
    for (const end of ends) {
      libc.fcntl(end, descriptorFlags.F_SETFD, FD_CLOEXEC);
    }
  }
  return result;
}

/** An input that is at its end. */
function openNothing(libc: Libc, actions: Uint8Array<ArrayBuffer>): void {
  libc.posix_spawn_file_actions_addopen(actions, 0, nothing, descriptorFlags.O_RDONLY, 0);
}

function require(descriptor: number, opened: number[]): number {
  if (descriptor < 0) throw noTerminal();
  opened.push(descriptor);
  return descriptor;
}

function noTerminal(): Error {
  return systemError("cannot open a terminal for the process", "terminal");
}
