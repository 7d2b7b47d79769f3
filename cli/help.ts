/** `help`: what the program can do, on one screen per subject. @module */

import { UsageError } from "./usage_error.ts";

const OVERVIEW =
  `exec-server runs commands for a program somewhere else: a coding agent, a script, you.

Usage:
  exec-server [--listen WHERE]       serve, until told to stop
  exec-server exec -- COMMAND...     run one command through a server
  exec-server shell                  work in a terminal at a server
  exec-server cp SOURCE... TARGET    copy files between here and a server
  exec-server cat PATH...            print files of a server
  exec-server ls [PATH...]           list directories of a server
  exec-server ps                     list the processes of a server
  exec-server attach [SESSION/]ID    follow a process that somebody else started
  exec-server logs [SESSION/]ID      print what a server keeps of a process's output
  exec-server env ACTION             give servers names
  exec-server doctor                 say what works on this machine, and why not
  exec-server version                say which version this is
  exec-server help [SUBCOMMAND]      say more about one of them, or about serve

Try it; nothing has to be running:
  exec-server exec -- uname -a

Serve here, run from there:
  exec-server --listen ws://127.0.0.1:4000
  exec-server exec --url ws://127.0.0.1:4000 -- ls -l
  exec-server shell --url ws://127.0.0.1:4000`;

const SERVE = `exec-server [--listen WHERE] [FLAGS]

Serves until a signal ends it, or until standard input ends when it listens there.

  --listen WHERE            ws://IP:PORT (port 0: any free one), unix:///PATH, or stdio;
                            ws://127.0.0.1:0 when left out
  --concurrent-requests N   most requests of one connection at work at once; 1: one by one
  --spawner NAME            posix (the default on Linux) or command, the portable one
  --ignore-interrupts       leave Ctrl-C to the program that started this one
  --sandbox-memory SIZE     most memory of each sandboxed command, such as 512M or 4G
  --sandbox-processes N     most processes and threads of each; the two of its sandbox count

It prints one line, the address it listens on. Without authentication it serves loopback only.

Limits of sandboxed commands need cgroup v2, and a control group that is this server's own, such as
'systemd-run --user --scope -p Delegate=yes exec-server ...' gives it; else it does not start.

Examples:
  exec-server --listen ws://127.0.0.1:4000
  exec-server --listen unix:///run/user/1000/exec-server.sock
  ssh devbox exec-server --listen stdio`;

const SANDBOX_FLAGS = `
What it may do; anything when left out:
  --sandbox PROFILE   read-only, workspace-write (the command's directory and temporary ones),
                      danger-full-access, or FILE.json: the \`sandbox\` of the wire, or an object
                      with its \`permissions\`; the first two are without a network
  --sandbox-network   with the network
  --writable DIR      this directory may be written, too; may be repeated
`;

const EXEC = `exec-server exec [FLAGS] [--] COMMAND [ARGUMENT...]

Runs a command through a server, as if it ran here: standard input, output and errors are passed
on, Ctrl-C interrupts it (twice within 2 seconds ends it), and its exit status becomes this one's.

Which server (a child of its own when none is named):
  --on NAME           an environment; see 'exec-server help env'
  --url URL           ws://HOST:PORT, wss://HOST or unix:///PATH
  --stdio 'COMMAND'   start this server and speak over its standard input and output
  --token-file FILE   bearer token for --url; or put it in EXEC_SERVER_TOKEN
  --recover-for TIME  how long to try to get a lost connection back, such as 5m; ever: no limit;
                      45s when left out

How the command runs:
  --cwd DIRECTORY     where; by default here, or where the server of --url or --stdio is
  --env NAME=VALUE    set a variable; may be repeated
  --clear-env         begin with no variables at all
  -n, --no-stdin      give it no standard input
  -t, --tty           in a terminal, as 'exec-server shell' does; see its help for the rest
  --escape CHARACTER  what detaches from that terminal
  --timeout DURATION  end it after so long, such as 500ms, 90s, 5m or 1.5h
  --idle-timeout DURATION  end it after so long without output or input
${SANDBOX_FLAGS}
Exit status: the command's own; 128 + n when signal n ended it, but 1 in a terminal; 127 when there
is no such program, 126 when it cannot be executed, 125 when exec-server itself failed, 124 when a
timeout ended it, 2 for a mistake in the flags.

Examples:
  exec-server exec -- make -j8
  exec-server exec --sandbox workspace-write -- npm test
  tar c src | exec-server exec --url ws://127.0.0.1:4000 --cwd /tmp -- tar x
  exec-server exec --stdio 'ssh devbox exec-server --listen stdio' -- hostname`;

const SHELL = `exec-server shell [FLAGS] [[--] COMMAND [ARGUMENT...]]

Opens a terminal at a server and joins it to this one: the login shell of the server's user, or
COMMAND. All keys go there, Ctrl-C too; the size follows, and TERM, COLORTERM and LANG go along.

Which server (a child of its own when none is named):
  --on NAME           an environment; see 'exec-server help env'
  --url URL           ws://HOST:PORT, wss://HOST or unix:///PATH
  --stdio 'COMMAND'   start this server and speak over its standard input and output
  --token-file FILE   bearer token for --url; or put it in EXEC_SERVER_TOKEN
  --recover-for TIME  how long to try to get a lost connection back, such as 5m; ever: no limit;
                      45s when left out

How it runs:
  --cwd DIRECTORY     where; by default here, or where the server of --url or --stdio is
  --env NAME=VALUE    set a variable; may be repeated
  --escape CHARACTER  what begins an escape sequence: ~ when left out; none for none at all
${SANDBOX_FLAGS}
Escape sequences, at the beginning of a line:
  ~.  detach: leave at once. The server of --url ends what runs after 80 seconds, because nothing
      can take it over again yet; any other server ends it, and itself, at once
  ~~  type ~
  ~?  say which there are

When standard input is no terminal, the one at the server has 24 lines of 80 columns, and there are
no escape sequences; where the input ends, Ctrl-D is typed.

Exit status: that of the shell or COMMAND, 1 when a signal ended it; else as 'exec-server help exec'
says, and 125 after detaching.`;

const SERVER_FLAGS = `Which server (a child of its own when none is named):
  --on NAME           an environment; see 'exec-server help env'
  --url URL           ws://HOST:PORT, wss://HOST or unix:///PATH
  --stdio 'COMMAND'   start this server and speak over its standard input and output
  --token-file FILE   bearer token for --url; or put it in EXEC_SERVER_TOKEN
  --recover-for TIME  how long to try to get a lost connection back, such as 5m; ever: no limit;
                      45s when left out`;

const CP = `exec-server cp [FLAGS] SOURCE... TARGET

Copies files, and trees with -r, between this machine and a server's. One side is written with the
server in front of its path:
  ws://HOST:PORT:PATH    at that server; unix:///SOCKET:PATH likewise
  NAME:PATH              at that environment; see 'exec-server help env'
  :PATH                  at the server that the flags name
  PATH                   here; ./a:b when there is a colon in the name
A TARGET that is a directory takes the copy in. Permissions are kept; links in a tree stay links.
Set-id bits are dropped, and names here that are not UTF-8 cannot be seen.

A file is carried into a hidden one beside its new place, compared by SHA-256, and then moved there
in one step: whatever happens, the target has all of it or what was there before. (A server that
lacks the means is asked to copy the hidden file, and its size is compared.)

  -r, --recursive     copy directories too
  --resume            keep what has been copied of a large file when it breaks off, and go on from
                      there the next time

${SERVER_FLAGS}

On a terminal it shows how far it has come. Exit status: 0, 1 when something could not be copied,
125 when there is no server or it was lost.`;

const CAT = `exec-server cat [FLAGS] PATH...

Prints files of a server's machine one after the other, byte for byte.

${SERVER_FLAGS}

Relative paths count from the server's directory, or from here when the server is a child of its
own. Exit status: 0, 1 when a file could not be read, 125 when there is no server or it was lost.`;

const LS = `exec-server ls [FLAGS] [PATH...]

Lists directories of a server's machine, by name.

  -l, --long          kind, permissions, links, owner, group, size, time, and what a link says
  -a, --all           names that begin with a dot, too

${SERVER_FLAGS}

Exit status: 0, 1 when something could not be listed, 125 when there is no server or it was lost.`;

const RUNNING_FLAGS = `Which server; it must run already:
  --on NAME           an environment; see 'exec-server help env'
  --url URL           ws://HOST:PORT, wss://HOST or unix:///PATH
  --stdio 'COMMAND'   start this program and speak over its standard input and output
  --token-file FILE   bearer token for --url; or put it in EXEC_SERVER_TOKEN
  --recover-for TIME  how long to try to get a lost connection back, such as 5m; ever: no limit;
                      45s when left out`;

const PS = `exec-server ps [FLAGS]

Lists the processes of a server, also those that others started: session, id, state with the exit
status, age, process id of the system, command. What has ended is listed for 80 seconds.

  --json              all that is known, as an array

${RUNNING_FLAGS}

Exit status: 0, 125 when there is no server, it was lost, or cannot list its processes.`;

const ATTACH = `exec-server attach [FLAGS] [SESSION/]ID

Follows a process that somebody else started: prints what the server keeps of its output, then what
comes, until it ends. It gets no input and no signals from here; Ctrl-C detaches and leaves it
alone. What is missing, because it is no longer kept or came faster than it could be carried here,
is said on standard error. SESSION is needed where several have a process ID; 'exec-server ps' tells.

${RUNNING_FLAGS}

Exit status: the process's own; 125 when there is no such process or server, or it was lost.`;

const LOGS = `exec-server logs [FLAGS] [SESSION/]ID

Prints what a server keeps of a process's output, the last MiB: each stream to its own. What is
missing is said on standard error, with the numbers of its events.

  -f, --follow        go on with what comes, until the process has ended
  --since SEQ         only what comes after the event with this number

${RUNNING_FLAGS}

Exit status: 0; 125 when there is no such process, event or server, or it was lost.`;

const ENV = `exec-server env ACTION

Gives servers names: what has one is an environment. Other subcommands reach it by --on NAME, and cp
by NAME:PATH. The name local is this machine's own.

  list [--json]         which there are, and how they are reached; connects to none
  add ID HOW [FLAGS]    name a server, where HOW is one of
      --url URL             ws://, wss://, unix:///PATH, or ssh:// as follows
      --ssh [USER@]HOST     started by ssh; also HOST:PORT, and HOST/PATH/OF/exec-server
      --program 'COMMAND'   started here, spoken to over its standard input and output
    and FLAGS are
      --token-file FILE     bearer token for wss://, loopback or unix://; kept in the file
      --default             make it the default
  test [ID]             connect, and say what answers; by default to the default one
  default ID            choose the default: an ID, local, or none
  remove ID             forget it

They are kept in environments.toml in $EXEC_SERVER_HOME (~/.config/exec-server), which can be edited
by hand too. The same file in $CODEX_HOME (~/.codex) is read as well and never written; where both
name an environment or a default, ours wins. Only without either file, EXEC_SERVER_URL counts, then
CODEX_EXEC_SERVER_URL: a URL, for the environment remote, or none.

Exit status: 0, 1 when it could not be done, 2 for a mistake in the flags.

Examples:
  exec-server env add box --ssh me@devbox --default
  exec-server env test box
  exec-server exec --on box -- uname -a`;

const DOCTOR = `exec-server doctor [--json]
exec-server doctor --explain PATH --sandbox PROFILE [FLAGS]
exec-server doctor --print-sandbox --sandbox PROFILE [FLAGS]

Looks at this machine as a server would, makes one sandbox, and says in a line each what works (ok),
what could be better (warn) and what does not work (missing), and what to do about it.

  --json              the same as JSON: ok, and checks with name, state, text and remedy

With a sandbox, as 'exec-server exec' takes it, it makes none, and tells of what would be made:
  --explain PATH      which rule decides about a path, and why
  --print-sandbox     the arguments that bubblewrap would get, one per line
  --sandbox PROFILE   which sandbox; --sandbox-network and --writable DIR go along
  --cwd DIRECTORY     where the command would start; by default here

Exit status: 0, 1 when something is missing or the sandbox would be refused, 2 for a mistake in the
flags. About another machine, ask there: exec-server exec --on NAME -- exec-server doctor`;

const VERSION_HELP = `exec-server version

Prints the version of this program, of the wire protocol it speaks, and of the Deno inside.`;

const subjects: ReadonlyMap<string, string> = new Map([
  ["serve", SERVE],
  ["exec", EXEC],
  ["shell", SHELL],
  ["cp", CP],
  ["cat", CAT],
  ["ls", LS],
  ["ps", PS],
  ["attach", ATTACH],
  ["logs", LOGS],
  ["env", ENV],
  ["doctor", DOCTOR],
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
