/** `help`: what the program can do, on one screen per subject. @module */

import { UsageError } from "./usage_error.ts";

const OVERVIEW =
  `exec-server runs commands for a program somewhere else: a coding agent, a script, you.

Usage:
  exec-server [--listen WHERE]       serve, until told to stop
  exec-server exec -- COMMAND...     run one command through a server
  exec-server version                say which version this is
  exec-server help [exec|serve]      say more about one of them

Try it; nothing has to be running:
  exec-server exec -- uname -a

Serve here, run from there:
  exec-server --listen ws://127.0.0.1:4000
  exec-server exec --url ws://127.0.0.1:4000 -- ls -l`;

const SERVE = `exec-server [--listen WHERE] [--concurrent-requests N] [--ignore-interrupts]

Serves until a signal ends it, or until standard input ends when it listens there.

  --listen WHERE            ws://IP:PORT (port 0: any free one), unix:///PATH, or stdio;
                            ws://127.0.0.1:0 when left out
  --concurrent-requests N   most requests of one connection at work at once; 1: one by one
  --ignore-interrupts       leave Ctrl-C to the program that started this one

It prints one line, the address it listens on. Without authentication it serves loopback only.

Examples:
  exec-server --listen ws://127.0.0.1:4000
  exec-server --listen unix:///run/user/1000/exec-server.sock
  ssh devbox exec-server --listen stdio`;

const EXEC = `exec-server exec [FLAGS] [--] COMMAND [ARGUMENT...]

Runs a command through a server, as if it ran here: standard input, output and errors are passed
on, Ctrl-C interrupts it (twice within 2 seconds ends it), and its exit status becomes this one's.

Which server (a child of its own when none is named):
  --url URL           ws://HOST:PORT, wss://HOST or unix:///PATH
  --stdio 'COMMAND'   start this server and speak over its standard input and output
  --token-file FILE   bearer token for --url; or put it in EXEC_SERVER_TOKEN

How the command runs:
  --cwd DIRECTORY     where; by default here, or where the server of --url or --stdio is
  --env NAME=VALUE    set a variable; may be repeated
  --clear-env         begin with no variables at all
  -n, --no-stdin      give it no standard input

Exit status: the command's own; 128 + n when signal n ended it; 127 when there is no such program,
126 when it cannot be executed, 125 when exec-server itself failed, 2 for a mistake in the flags.

Examples:
  exec-server exec -- make -j8
  tar c src | exec-server exec --url ws://127.0.0.1:4000 --cwd /tmp -- tar x
  exec-server exec --stdio 'ssh devbox exec-server --listen stdio' -- hostname`;

const VERSION_HELP = `exec-server version

Prints the version of this program, of the wire protocol it speaks, and of the Deno inside.`;

const subjects: ReadonlyMap<string, string> = new Map([
  ["serve", SERVE],
  ["exec", EXEC],
  ["version", VERSION_HELP],
]);

/**
 * Prints help.
 * @param args nothing, or one subject
 * @returns exit status
 */
export function help(args: readonly string[]): number {
  const [subject] = args;
  const text = subject === undefined ? OVERVIEW : subjects.get(subject);
  if (text === undefined) {
    const known = [...subjects.keys()].join(", ");
    throw new UsageError(`No help on "${subject}": wanted ${known}, or nothing`);
  }
  console.log(text);
  return 0;
}
