/**
 * Starts programs with `posix_spawn`: a session of their own without the cost of a fork.
 *
 * `Deno.Command` can make a session only through fork, which stops the event loop for a time that
 * grows with memory (20 ms at 600 MB) and drops root's supplementary groups.
 * @module
 */

import { SpawnError, type SpawnRequest } from "../spawner.ts";
import { cString, cStringArray, descriptorFlags, errnos, type Libc, loadLibc } from "./libc.ts";
import { findProgram } from "./find_program.ts";

/** Descriptors of a started child, on our side. */
export interface Spawned {
  readonly pid: number;
  /** Write end of standard input; undefined when it is at its end. */
  readonly stdin: number | undefined;
  readonly stdout: number;
  readonly stderr: number;
}

// Larger than glibc's structures (80 and 336 bytes on x86-64), which only it looks into.
const ACTIONS_BYTES = 256;
const ATTRIBUTES_BYTES = 512;
const SIGNAL_SET_BYTES = 128;
const SETSIGDEF = 0x04;
const SETSIGMASK = 0x08;
const SETSID = 0x80;
// Fewer wake-ups per megabyte than the default of 64 KiB; refused, the default stays.
const PIPE_BYTES = 256 * 1024;

/**
 * Starts a program with pipes on its standard streams.
 * @throws {SpawnError} with the system's words, and which path they are about
 */
export function posixSpawn(request: SpawnRequest): Spawned {
  requireNoZeroBytes(request);
  const program = findProgram(request);
  const { libc } = loadLibc();
  const pipes: number[] = [];
  const actions = new Uint8Array(ACTIONS_BYTES);
  libc.posix_spawn_file_actions_init(actions);
  try {
    const stdin = request.pipeStdin ? openPipe(libc, pipes) : undefined;
    const stdout = openPipe(libc, pipes);
    const stderr = openPipe(libc, pipes);
    const cwd = cString(request.cwd);
    const devNull = cString("/dev/null");
    if (stdin === undefined) {
      libc.posix_spawn_file_actions_addopen(actions, 0, devNull, descriptorFlags.O_RDONLY, 0);
    } else {
      libc.posix_spawn_file_actions_adddup2(actions, stdin.readEnd, 0);
    }
    libc.posix_spawn_file_actions_adddup2(actions, stdout.writeEnd, 1);
    libc.posix_spawn_file_actions_adddup2(actions, stderr.writeEnd, 2);
    libc.posix_spawn_file_actions_addchdir_np(actions, cwd);
    libc.posix_spawn_file_actions_addclosefrom_np?.(actions, 3);
    const pid = callSpawn(request, program, actions);
    const ours = [stdin?.writeEnd, stdout.readEnd, stderr.readEnd];
    for (const end of pipes) if (!ours.includes(end)) libc.close(end);
    for (const end of ours) {
      if (end !== undefined) {
        libc.fcntl(end, descriptorFlags.F_SETFL, descriptorFlags.O_NONBLOCK);
      }
    }
    return { pid, stdin: stdin?.writeEnd, stdout: stdout.readEnd, stderr: stderr.readEnd };
  } catch (error) {
    for (const end of pipes) libc.close(end);
    throw error;
  } finally {
    libc.posix_spawn_file_actions_destroy(actions);
  }
}

function callSpawn(
  request: SpawnRequest,
  program: string,
  actions: Uint8Array<ArrayBuffer>,
): number {
  const { libc } = loadLibc();
  const argv = cStringArray([request.arg0, ...request.argv.slice(1)]);
  const env = cStringArray(Array.from(request.env, ([name, value]) => `${name}=${value}`));
  const pid = new Int32Array(1);
  const failure = libc.posix_spawn(
    pid,
    cString(program),
    actions,
    spawnAttributes(libc),
    argv.pointers,
    env.pointers,
  );
  if (failure !== 0) throw new SpawnError(explain(failure, request, program));
  return pid[0] ?? 0;
}

let attributes: Uint8Array<ArrayBuffer> | undefined;

/** The same for every child: a new session, and every signal as if nobody had touched it. */
function spawnAttributes(libc: Libc): Uint8Array<ArrayBuffer> {
  if (attributes !== undefined) return attributes;
  const made = new Uint8Array(ATTRIBUTES_BYTES);
  const all = new Uint8Array(SIGNAL_SET_BYTES);
  const none = new Uint8Array(SIGNAL_SET_BYTES);
  libc.sigfillset(all);
  libc.sigemptyset(none);
  libc.posix_spawnattr_init(made);
  libc.posix_spawnattr_setsigdefault(made, all);
  libc.posix_spawnattr_setsigmask(made, none);
  libc.posix_spawnattr_setflags(made, SETSID | SETSIGDEF | SETSIGMASK);
  attributes = made;
  return made;
}

interface Pipe {
  readonly readEnd: number;
  readonly writeEnd: number;
}

function openPipe(libc: Libc, opened: number[]): Pipe {
  const ends = new Int32Array(2);
  if (libc.pipe2(ends, descriptorFlags.O_CLOEXEC) !== 0) {
    const { errno, describe } = loadLibc();
    throw new SpawnError(`${describe(errno())}: cannot open a pipe for the process`);
  }
  const [readEnd = -1, writeEnd = -1] = ends;
  opened.push(readEnd, writeEnd);
  libc.fcntl(readEnd, descriptorFlags.F_SETPIPE_SZ, PIPE_BYTES);
  return { readEnd, writeEnd };
}

function requireNoZeroBytes(request: SpawnRequest): void {
  const places: [string, Iterable<string>][] = [
    ["argv", request.argv],
    ["arg0", [request.arg0]],
    ["env", Array.from(request.env, ([name, value]) => name + value)],
  ];
  for (const [place, texts] of places) {
    for (const text of texts) {
      if (text.includes("\0")) {
        // deno-lint-ignore house/error-message -- the reference's words.
        throw new SpawnError(`nul byte found in provided data; at \`${place}\``);
      }
    }
  }
}

/** Adds to the system's words which of the two paths they are about; they alone do not tell. */
function explain(errno: number, request: SpawnRequest, program: string): string {
  const words = loadLibc().describe(errno);
  const cwdFault = faultOfDirectory(request.cwd);
  if (cwdFault !== undefined) return `${words}: cwd "${request.cwd}" ${cwdFault}`;
  switch (errno) {
    case errnos.ENOENT:
      return `${words}: program "${program}" does not exist, or its interpreter does not`;
    case errnos.EACCES:
      return `${words}: program "${program}" may not be executed`;
    case errnos.E2BIG:
      return `${words}: arguments and environment are too large`;
    default:
      return `${words}: cannot start program "${program}"`;
  }
}

function faultOfDirectory(path: string): string | undefined {
  try {
    if (!Deno.statSync(path).isDirectory) return "is not a directory";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "does not exist";
    if (!(error instanceof Deno.errors.PermissionDenied)) return "cannot be inspected";
  }
  const X_OK = 1;
  return loadLibc().libc.access(cString(path), X_OK) === 0 ? undefined : "may not be entered";
}
