/** A user's terminal: a shell in it runs our program, and the test is the user. @module */
import { startTerminal, type Terminal, type TerminalFields } from "../terminal/terminal.ts";
import type { Peer } from "../support/peer.ts";
import { serverProgram } from "../support/target.ts";

/** How a shell calls our program. */
export async function programWords(): Promise<string> {
  const { program, prefix } = await serverProgram();
  return [program, ...prefix].map(quoted).join(" ");
}

/** A word as a shell takes it literally. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * Opens a terminal in which a shell runs a script. In it `exec_server` is our program, and `mode`
 * prints the state of the terminal.
 * @param peer a session at the server that provides the terminal
 */
export async function openUserTerminal(
  peer: Peer,
  script: string,
  fields: TerminalFields = {},
): Promise<Terminal> {
  const { env: needed } = await serverProgram();
  const env = { PATH: "/usr/bin:/bin", TERM: "xterm", ...needed, ...fields.env };
  const functions = `exec_server() { ${await programWords()} "$@"; }\nmode() { /bin/stty -g; }\n`;
  return await startTerminal(peer, ["/bin/sh", "-c", functions + script], { ...fields, env });
}

/**
 * A script that tells the state of the terminal, runs a command, and tells how that ended and the
 * state again. Its output ends in three lines; see `readEnding`.
 */
export function observed(command: string): string {
  const run = `${command}; status=$?`;
  return `echo "<$(mode)>"; ${run}; echo; echo "<$status>"; echo "<$(mode)>"`;
}

/** What an observed command printed, its status, and whether the terminal is as before. */
export interface Observation {
  readonly output: string;
  readonly status: number;
  readonly isRestored: boolean;
}

/** Waits for the end of an observed command. */
export async function readEnding(terminal: Terminal): Promise<Observation> {
  await terminal.end();
  const found = /^<([^>]*)>\r\n(.*)\r\n<(\d+)>\r\n<([^>]*)>\r\n$/s.exec(terminal.text);
  if (found === null) throw new Error(`It printed ${JSON.stringify(terminal.text)}`);
  const [, before, output = "", status, after] = found;
  return { output, status: Number(status), isRestored: before === after };
}
