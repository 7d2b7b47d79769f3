/** Named pipes as events between a test and a child program: no sleeping, no polling. @module */
import { within } from "./deadline.ts";

/** Makes a named pipe.
 * @param path where
 * @returns the same path */
export async function makeFifo(path: string): Promise<string> {
  await run("mkfifo", [path], `the named pipe ${path}`);
  return path;
}

/** Waits until every writer of the pipe is gone. A process that holds the writing end open thus
 * tells by its death, of whatever kind.
 * @param path a named pipe */
export async function writersGone(path: string): Promise<void> {
  await run("cat", [path], `the writers of ${path} to end`);
}

/** Waits until a writer opens the pipe and closes it.
 * @returns what was written */
export function readFifo(path: string): Promise<string> {
  return run("cat", [path], `text in ${path}`);
}

/** Waits until a reader opens the pipe, and writes to it. */
export async function writeFifo(path: string, text: string): Promise<void> {
  const script = 'printf %s "$1" > "$0"';
  await run("sh", ["-c", script, path, text], `a reader of ${path}`);
}

/** Opening a named pipe waits for the other side, and Deno opens files on its only thread: a program
 * of its own waits instead. */
async function run(program: string, args: string[], label: string): Promise<string> {
  const streams = { stdin: "null", stdout: "piped", stderr: "null" } as const;
  const child = new Deno.Command(program, { args, ...streams }).spawn();
  const output = child.output();
  try {
    const { success, stdout } = await within(output, label);
    if (success) return new TextDecoder().decode(stdout);
  } catch (error) {
    child.kill("SIGKILL");
    await output;
    throw error;
  }
  throw new Error(`Cannot get ${label}: ${program} failed`);
}
