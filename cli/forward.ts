/** Carries bytes between this program's standard streams and a remote process. @module */

import type { RemoteProcess } from "../client/mod.ts";

/** Somewhere to write, such as `Deno.stdout`. */
export interface Output {
  /** Writes some bytes and returns how many. */
  write(bytes: Uint8Array): Promise<number>;
}

/** Nobody reads this program's output any more. */
export class OutputBroken extends Error {
  override readonly name = "OutputBroken";
}

/**
 * Passes a process's output on until it has closed, no faster than it is taken.
 * @returns the exit code
 * @throws {OutputBroken} when nobody reads any more
 * @throws {ExecServerError} when the process or the connection is lost
 */
export async function forwardOutput(
  process: RemoteProcess,
  outputs: { readonly stdout: Output; readonly stderr: Output },
): Promise<number> {
  for await (const event of process.events()) {
    if (event.type !== "output") continue;
    await writeAll(event.stream === "stderr" ? outputs.stderr : outputs.stdout, event.chunk);
  }
  return (await process.status).exitCode;
}

/**
 * Passes input on to a process until it ends, or until the process takes no more.
 * @returns whether all of it was taken; false when the process, or its server, is gone
 */
export async function forwardInput(
  input: ReadableStream<Uint8Array>,
  process: Pick<RemoteProcess, "write">,
): Promise<boolean> {
  const reader = input.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return true;
    try {
      await process.write(value);
    } catch {
      // As with a pipe whose reader is gone: how the command ended is told by its exit.
      return false;
    }
  }
}

/**
 * Whether this program's standard input has anything to give. What reads /dev/null gives nothing,
 * and a command that looks at its input should see the same.
 */
export function hasInput(): boolean {
  try {
    const stdin = Deno.statSync("/dev/stdin");
    return !(stdin.isCharDevice && stdin.rdev === Deno.statSync("/dev/null").rdev);
  } catch {
    // Standard input is closed.
    return false;
  }
}

async function writeAll(output: Output, bytes: Uint8Array): Promise<void> {
  try {
    let rest = bytes;
    while (rest.byteLength > 0) rest = rest.subarray(await output.write(rest));
  } catch (error) {
    throw new OutputBroken("Cannot write the command's output", { cause: error });
  }
}
