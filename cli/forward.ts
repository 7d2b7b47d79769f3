/** Carries bytes between this program's standard streams and a remote process. @module */

import { complain } from "./complain.ts";
import type { ExitStatus, RemoteProcess } from "../client/mod.ts";

/** Somewhere to write, such as `Deno.stdout`. */
export interface Output {
  /** Writes some bytes and returns how many. */
  write(bytes: Uint8Array): Promise<number>;
}

const READ_BYTES = 64 * 1024;
// So much input may be on its way at once.
const WAITING_BYTES = 256 * 1024;

/** Nobody reads this program's output any more. */
export class OutputBroken extends Error {
  override readonly name = "OutputBroken";
}

/**
 * Passes a process's output on until it has closed, no faster than it is taken.
 * @returns how the command ended
 * @throws {OutputBroken} when nobody reads any more
 * @throws {ExecServerError} when the process or the connection is lost
 */
export async function forwardOutput(
  process: RemoteProcess,
  outputs: { readonly stdout: Output; readonly stderr: Output },
): Promise<ExitStatus> {
  try {
    for await (const event of process.events()) {
      if (event.type !== "output") continue;
      await writeAll(event.stream === "stderr" ? outputs.stderr : outputs.stdout, event.chunk);
    }
  } catch (error) {
    // It may run elsewhere, where nobody would end it for us.
    if (error instanceof OutputBroken) process.terminate().catch(() => {});
    throw error;
  }
  return await process.status;
}

/**
 * Passes input on to a process until it ends, or until the process takes no more.
 * @returns whether all of it was taken; false when the process, or its server, is gone
 */
export async function forwardInput(
  input: AsyncIterable<Uint8Array>,
  process: Pick<RemoteProcess, "write">,
): Promise<boolean> {
  let isRefused = false;
  let waiting = 0;
  let last = Promise.resolve();
  for await (const bytes of input) {
    waiting += bytes.byteLength;
    // A key must not wait until the one before it has travelled to and fro.
    last = process.write(bytes).then(() => {
      waiting -= bytes.byteLength;
    }, () => {
      // As with a pipe whose reader is gone: how the command ended is told by its exit.
      isRefused = true;
    });
    if (waiting > WAITING_BYTES) await last;
    if (isRefused) return false;
  }
  await last;
  return !isRefused;
}

/**
 * This program's standard input. It stays open whatever becomes of the reader: what has put a
 * terminal into another state must be able to put it back. The bytes are good until the next ones
 * are asked for.
 */
export async function* standardInput(): AsyncIterableIterator<Uint8Array> {
  const buffer = new Uint8Array(READ_BYTES);
  for (;;) {
    const count = await readSome(buffer);
    if (count === null) return;
    yield buffer.subarray(0, count);
  }
}

async function readSome(buffer: Uint8Array): Promise<number | null> {
  try {
    return await Deno.stdin.read(buffer);
  } catch (error) {
    // A terminal that has been closed ends like this. The command is told that nothing more comes.
    complain(`Cannot read the input: ${error instanceof Error ? error.message : error}`);
    return null;
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

/** Writes all of it.
 * @throws {OutputBroken} when nobody reads any more */
export async function writeAll(output: Output, bytes: Uint8Array): Promise<void> {
  try {
    let rest = bytes;
    while (rest.byteLength > 0) rest = rest.subarray(await output.write(rest));
  } catch (error) {
    throw new OutputBroken("Cannot write the command's output", { cause: error });
  }
}
