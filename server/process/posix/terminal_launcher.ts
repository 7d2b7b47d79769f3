/**
 * Gives a program its terminal on systems where `posix_spawn` cannot.
 *
 * A session gets its terminal when its leader opens one. macOS opens a child's descriptors before
 * it makes the child a leader, so a leader has to open it once more by itself: a few words of Perl,
 * which every macOS has, do that and then become the program. They leave arguments, environment and
 * working directory as they are.
 * @module
 */

import type { SpawnRequest } from "../spawner.ts";
import { cString, loadLibc } from "./libc.ts";
import { startError } from "./spawn_failure.ts";

const PERL = "/usr/bin/perl";
const X_OK = 1;
const SCRIPT = `
my ($terminal, $program, @arguments) = @ARGV;
open(my $opened, "+<", $terminal) and close($opened);
exec { $program } @arguments;
print STDERR "$program: $!\\n";
exit 127;
`;

/** What to hand to `posix_spawn`. */
export interface Launch {
  /** Path of the program to execute. */
  readonly program: string;
  /** Its arguments, its own name first. */
  readonly argv: readonly string[];
}

/** Whether programs can be launched this way here. */
export function canLaunchInTerminal(): boolean {
  return loadLibc().libc.access(cString(PERL), X_OK) === 0;
}

/**
 * The program as it is, or by way of the launcher.
 * @param options `terminal`: path of the terminal to be opened by the launcher; undefined: none
 * @throws {SpawnError} when the launcher would find no program to become
 */
export function launchInTerminal(
  request: SpawnRequest,
  { program, terminal }: { program: string; terminal: string | undefined },
): Launch {
  if (terminal === undefined) return { program, argv: request.argv };
  const { libc, errno } = loadLibc();
  // The launcher could not tell us by itself; what only fails later ends with status 127.
  if (libc.access(cString(program), X_OK) !== 0) throw startError(errno(), request, program);
  const argv = ["perl", "-e", SCRIPT, "--", terminal, program, ...request.argv];
  return { program: PERL, argv };
}
