/**
 * Starts programs with `posix_spawn`: a session of their own without the cost of a fork.
 *
 * `Deno.Command` can make a session only through fork, which stops the event loop for a time that
 * grows with memory (20 ms at 600 MB) and drops root's supplementary groups.
 * @module
 */

import { requireNoZeroBytes } from "../no_zero_bytes.ts";
import { FIRST_PASSED, type SpawnRequest } from "../spawner.ts";
import { type ChildStreams, closeAll, openPipes, openTerminal, ourEnds } from "./child_streams.ts";
import { type ContainerLink, openContainerLink } from "./container_link.ts";
import { findProgram } from "./find_program.ts";
import { cString, cStringArray, descriptorFlags, type Libc, loadLibc } from "./libc.ts";
import type { Platform } from "./platform.ts";
import { startError } from "./spawn_failure.ts";
import { launchInTerminal } from "./terminal_launcher.ts";
import { platform } from "./this_platform.ts";

/** A started child and our ends of its streams. */
export interface Spawned {
  readonly pid: number;
  readonly streams: ChildStreams;
  /** Where a sandbox reports to; undefined without one. */
  readonly report: number | undefined;
  /** Whether it is a sandbox from which the machine's network can be reached. */
  readonly sharesNetwork: boolean;
}

/** What a start may be varied by. */
export interface SpawnVariation {
  /** Runs the very call that makes the process, for what the process is to inherit. */
  readonly around?: <T>(call: () => T) => T;
  /** For tests: behave as on this system as far as the kernel allows. */
  readonly system?: Platform;
}

/**
 * Starts a program.
 * @throws {SpawnError} with the system's words, and which path they are about
 */
export function posixSpawn(
  request: SpawnRequest,
  { around = (call) => call(), system = platform }: SpawnVariation = {},
): Spawned {
  requireNoZeroBytes(request);
  const program = findProgram(request, system);
  const { terminal, pipeStdin, container } = request;
  const isPassedOn = container !== undefined;
  const streams = terminal === undefined
    ? openPipes(pipeStdin)
    : openTerminal(terminal, { system, isPassedOn });
  let link: ContainerLink | undefined;
  try {
    link = container === undefined ? undefined : openContainerLink(container);
    const pid = callSpawn(request, { program, streams, link, around });
    closeAll([...streams.theirs, ...(link?.theirs ?? [])]);
    const { libc } = loadLibc();
    for (const descriptor of [...ourEnds(streams), ...(link?.ours ?? [])]) {
      libc.fcntl(descriptor, descriptorFlags.F_SETFL, descriptorFlags.O_NONBLOCK);
    }
    const sharesNetwork = container?.sharesNetwork ?? false;
    return { pid, streams, report: link?.report, sharesNetwork };
  } catch (error) {
    const opened = [...streams.theirs, ...ourEnds(streams)];
    closeAll([...opened, ...(link?.theirs ?? []), ...(link?.ours ?? [])]);
    throw error;
  }
}

function callSpawn(
  request: SpawnRequest,
  { program, streams, link, around }: {
    program: string;
    streams: ChildStreams;
    link: ContainerLink | undefined;
    around: <T>(call: () => T) => T;
  },
): number {
  const { libc } = loadLibc();
  const actions = new Uint8Array(platform.spawn.actionsBytes);
  const launch = launchInTerminal(request, { program, terminal: streams.openBySelf });
  const argv = cStringArray(launch.argv);
  const env = cStringArray(Array.from(request.env, ([name, value]) => `${name}=${value}`));
  const path = cString(launch.program);
  const attributes = spawnAttributes(libc);
  const pid = new Int32Array(1);
  libc.posix_spawn_file_actions_init(actions);
  streams.arrange(actions);
  libc.posix_spawn_file_actions_addchdir_np(actions, cString(request.cwd));
  link?.arrange(actions);
  const passed = link?.count ?? 0;
  libc.posix_spawn_file_actions_addclosefrom_np?.(actions, FIRST_PASSED + passed);
  const failure = around(() =>
    libc.posix_spawn(pid, path, actions, attributes, argv.pointers, env.pointers)
  );
  libc.posix_spawn_file_actions_destroy(actions);
  if (failure !== 0) throw startError(failure, request, program);
  return pid[0] ?? 0;
}

let attributes: Uint8Array<ArrayBuffer> | undefined;

/** The same for every child: a new session, and every signal as if nobody had touched it. */
function spawnAttributes(libc: Libc): Uint8Array<ArrayBuffer> {
  if (attributes !== undefined) return attributes;
  const made = new Uint8Array(platform.spawn.attributesBytes);
  const all = new Uint8Array(platform.spawn.signalSetBytes);
  const none = new Uint8Array(platform.spawn.signalSetBytes);
  libc.sigfillset(all);
  libc.sigemptyset(none);
  libc.posix_spawnattr_init(made);
  libc.posix_spawnattr_setsigdefault(made, all);
  libc.posix_spawnattr_setsigmask(made, none);
  libc.posix_spawnattr_setflags(made, platform.spawn.flags);
  attributes = made;
  return made;
}
