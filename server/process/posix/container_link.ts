/** What ties us to a program that runs another one in a sandbox: files for it, reports from it. @module */

import { type ContainerRequest, FIRST_PASSED } from "../spawner.ts";
import { openPipe } from "./child_streams.ts";
import { cString, descriptorFlags, loadLibc } from "./libc.ts";

const O_WRONLY = 1;

/** Descriptors of one sandbox. */
export interface ContainerLink {
  /** Where we read its reports. */
  readonly report: number;
  /** Our ends. */
  readonly ours: readonly number[];
  /** The child's ends; ours to close once it has them. */
  readonly theirs: readonly number[];
  /** How many descriptors the child gets. */
  readonly count: number;
  /** Tells `posix_spawn` what they are to be. */
  readonly arrange: (actions: Uint8Array<ArrayBuffer>) => void;
}

/** @throws {SpawnError} when the system has no more descriptors */
export function openContainerLink({ files, places }: ContainerRequest): ContainerLink {
  const { readEnd, writeEnd } = openPipe([]);
  const count = files.length + 1 + places.length;
  const { libc } = loadLibc();
  // Beyond the child's own numbers, or arranging one of them could close another.
  const raised = places.map((place) =>
    libc.fcntl(place, descriptorFlags.F_DUPFD_CLOEXEC, FIRST_PASSED + count)
  );
  return {
    report: readEnd,
    ours: [readEnd],
    theirs: [writeEnd, ...raised.filter((place) => place >= 0)],
    count,
    arrange(actions) {
      files.forEach((file, at) => open(actions, at, { file, flags: descriptorFlags.O_RDONLY }));
      open(actions, files.length, { file: writeEnd, flags: O_WRONLY });
      // Without descriptors left there is a number that cannot be duplicated: the start fails.
      raised.forEach((place, at) => {
        const number = FIRST_PASSED + files.length + 1 + at;
        libc.posix_spawn_file_actions_adddup2(actions, place, number);
      });
    },
  };
}

/**
 * Opened anew rather than duplicated: each child reads from the beginning. By way of our own list
 * of descriptors: in the child's the number may stand for something else by then.
 */
function open(
  actions: Uint8Array<ArrayBuffer>,
  at: number,
  { file, flags }: { file: number; flags: number },
): void {
  const path = cString(`/proc/${Deno.pid}/fd/${file}`);
  loadLibc().libc.posix_spawn_file_actions_addopen(actions, FIRST_PASSED + at, path, flags, 0);
}
