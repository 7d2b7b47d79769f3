/** The streams between us and a child: pipes, or one terminal. @module */

import type { OutputStream } from "../../../protocol/methods/process.ts";
import type { TerminalSize } from "../../../protocol/methods/process_start.ts";
import { cString, descriptorFlags, type Libc, loadLibc } from "./libc.ts";
import { systemError } from "./spawn_failure.ts";

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
}

// Fewer wake-ups per megabyte than the default of 64 KiB; refused, the default stays.
const PIPE_BYTES = 256 * 1024;
const TIOCSWINSZ = 0x5414;
const NAME_BYTES = 64;

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
        if (stdin === undefined) addOpen(libc, actions, "/dev/null", descriptorFlags.O_RDONLY);
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

/**
 * Opens a terminal in its usual mode: echo, line editing, signals by key.
 * @throws {SpawnError} when the system has no more of them
 */
export function openTerminal(size: TerminalSize): ChildStreams {
  const { libc } = loadLibc();
  const { O_RDWR, O_NOCTTY, O_CLOEXEC, F_DUPFD_CLOEXEC } = descriptorFlags;
  const opened: number[] = [];
  try {
    const ours = require(libc.posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), opened);
    const name = new Uint8Array(NAME_BYTES);
    if (libc.grantpt(ours) !== 0 || libc.unlockpt(ours) !== 0) throw noTerminal();
    if (libc.ptsname_r(ours, name, NAME_BYTES) !== 0) throw noTerminal();
    setTerminalSize(ours, size);
    // A second number for the same thing, because reading and writing are watched apart.
    const stdin = require(libc.fcntl(ours, F_DUPFD_CLOEXEC, 0), opened);
    return {
      stdin,
      outputs: new Map([[ours, "pty"]]),
      terminal: ours,
      theirs: [],
      arrange(actions) {
        // Opened by the leader of a new session, it becomes that session's terminal.
        libc.posix_spawn_file_actions_addopen(actions, 0, name, O_RDWR, 0);
        libc.posix_spawn_file_actions_adddup2(actions, 0, 1);
        libc.posix_spawn_file_actions_adddup2(actions, 0, 2);
      },
    };
  } catch (error) {
    closeAll(opened);
    throw error;
  }
}

/** Tells a terminal its size; its foreground job gets SIGWINCH when that changes something. */
export function setTerminalSize(terminal: number, { rows, cols }: TerminalSize): void {
  loadLibc().libc.ioctl(terminal, TIOCSWINSZ, new Uint16Array([rows, cols, 0, 0]));
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

function openPipe(opened: number[]): Pipe {
  const { libc } = loadLibc();
  const ends = new Int32Array(2);
  if (libc.pipe2(ends, descriptorFlags.O_CLOEXEC) !== 0) {
    throw systemError("cannot open a pipe for the process", "streams");
  }
  const [readEnd = -1, writeEnd = -1] = ends;
  opened.push(readEnd, writeEnd);
  libc.fcntl(readEnd, descriptorFlags.F_SETPIPE_SZ, PIPE_BYTES);
  return { readEnd, writeEnd };
}

function addOpen(libc: Libc, actions: Uint8Array<ArrayBuffer>, path: string, flags: number): void {
  // The library copies the path, so it need not outlive this call.
  libc.posix_spawn_file_actions_addopen(actions, 0, cString(path), flags, 0);
}

function require(descriptor: number, opened: number[]): number {
  if (descriptor < 0) throw noTerminal();
  opened.push(descriptor);
  return descriptor;
}

function noTerminal(): Error {
  return systemError("cannot open a terminal for the process", "terminal");
}
