/**
 * A small program that outlives the server by a moment: when the server is gone, for whatever
 * reason, it ends everything that bears the server's mark.
 *
 * It waits on a pipe that only the server holds, so a SIGKILL of the server wakes it like a regular
 * end. A shell is enough for that, and costs a megabyte instead of a second copy of this program.
 * @module
 */

import { posixSpawn } from "./posix_spawn.ts";
import { closeAll, ourEnds } from "./child_streams.ts";
import { withMark } from "./tree_mark.ts";

/** Starts the guardian. Its end of the pipe closes with this process; nothing else is to be done. */
export function startGuardian(markPrefix: string): void {
  const { streams } = withMark(undefined, () =>
    posixSpawn({
      program: "/bin/sh",
      // Out of the argument list, where it would fill the screen of whoever lists processes.
      argv: ["exec-server-guardian", "-c", 'eval "$SCRIPT"', markPrefix],
      cwd: "/",
      env: new Map([["SCRIPT", SCRIPT]]),
      pipeStdin: true,
    }));
  closeAll(ourEnds(streams).filter((descriptor) => descriptor !== streams.stdin));
}

// Stops first, for what is stopped makes no new processes; then kills. `read` ends with the pipe.
const SCRIPT = `
exec >/dev/null 2>&1
trap '' HUP INT QUIT TERM PIPE
while read -r line; do :; done
sweep() {
  for directory in /proc/[0-9]*; do
    while read -r line; do
      case $line in
        'Max realtime timeout '*" $0"?????????' '*) kill -"$1" "\${directory#/proc/}" ;;
      esac
    done < "$directory/limits"
  done
}
sweep STOP
sweep STOP
sweep KILL
`;
