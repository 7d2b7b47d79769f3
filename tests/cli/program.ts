/** Runs the program as a user would, from source or as the binary that EXEC_SERVER_TARGET names. @module */
import { within } from "../support/deadline.ts";
import { serverProgram, targetName } from "../support/target.ts";

/** How to run it. */
export interface RunOptions {
  /** What to give as standard input; nothing (`/dev/null`) by default. */
  readonly input?: string | Uint8Array;
  /** Further variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where; the directory of the tests by default. */
  readonly cwd?: string;
}

/** How it went. */
export interface RunOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Tests of the command line say nothing about the reference. */
export const ignore = targetName() === "reference";

/** Starts the program with all its streams piped, or standard input empty. */
export async function startProgram(
  args: readonly string[],
  { input, env = {}, cwd }: RunOptions = {},
): Promise<Deno.ChildProcess> {
  const { program, prefix, env: needed } = await serverProgram();
  return new Deno.Command(program, {
    args: [...prefix, ...args],
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin", ...needed, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs the program to its end. */
export async function runProgram(
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunOutcome> {
  const child = await startProgram(args, options);
  const { input } = options;
  if (input !== undefined) void feed(child.stdin, input);
  const { code, stdout, stderr } = await within(child.output(), `exec-server ${args.join(" ")}`);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** A command of a shell script for `exec`. */
export function shell(script: string): string[] {
  return ["--", "/bin/sh", "-c", script];
}

async function feed(stdin: WritableStream<Uint8Array>, input: string | Uint8Array): Promise<void> {
  const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
  // A program that ends before it has read everything breaks the pipe, as it may.
  await new Response(bytes.slice()).body?.pipeTo(stdin).catch(() => {});
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
