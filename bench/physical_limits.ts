/** What this machine allows at best, measured with no server in between. @module */

import { Posix } from "./posix.ts";

/**
 * Times of starting a program that does next to nothing and waiting for its end, in milliseconds;
 * undefined where not possible.
 */
export function spawnTimes(
  count: number,
  argv: readonly string[] = ["true"],
): readonly number[] | undefined {
  using posix = Posix.open();
  if (posix === undefined) return undefined;
  const samples: number[] = [];
  for (let index = 0; index < count; index++) {
    const beganAt = performance.now();
    posix.wait(posix.spawn(argv));
    samples.push(performance.now() - beganAt);
  }
  return samples;
}

/**
 * How many `true` can be started and waited for in a second.
 *
 * @param inFlight how many run at once
 * @param forMs how long to measure
 */
export function spawnRate(inFlight: number, forMs: number): number | undefined {
  using posix = Posix.open();
  if (posix === undefined) return undefined;
  const running: number[] = [];
  const beganAt = performance.now();
  let ended = 0;
  while (performance.now() - beganAt < forMs) {
    while (running.length < inFlight) running.push(posix.spawn(["true"]));
    posix.wait(running.shift() ?? 0);
    ended++;
  }
  const rate = ended / (performance.now() - beganAt) * 1000;
  for (const pid of running) posix.wait(pid);
  return rate;
}

/** Times from a byte written to `cat` until it came back over plain pipes, in milliseconds. */
export function pipeEchoTimes(count: number): readonly number[] | undefined {
  using posix = Posix.open();
  if (posix === undefined) return undefined;
  const toCat = posix.pipe();
  const fromCat = posix.pipe();
  const pid = posix.spawn(["cat"], {
    stdin: toCat.readEnd,
    stdout: fromCat.writeEnd,
    close: [toCat.readEnd, toCat.writeEnd, fromCat.readEnd, fromCat.writeEnd],
  });
  posix.close(toCat.readEnd);
  posix.close(fromCat.writeEnd);
  const samples: number[] = [];
  for (let index = 0; index < count; index++) {
    const beganAt = performance.now();
    posix.exchangeByte(toCat.writeEnd, fromCat.readEnd);
    samples.push(performance.now() - beganAt);
  }
  posix.close(toCat.writeEnd);
  posix.wait(pid);
  posix.close(fromCat.readEnd);
  return samples;
}

/**
 * Megabytes (10^6) per second that the output of a command brings through a plain pipe.
 *
 * @param script shell text of the command
 * @param byteCount how many bytes it prints
 * @throws {Error} when the shell fails
 */
export async function plainPipeRate(script: string, byteCount: number): Promise<number> {
  const beganAt = performance.now();
  const { success } = await new Deno.Command("sh", {
    args: ["-c", `{ ${script}; } | cat >/dev/null`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  if (!success) throw new Error(`Cannot measure a plain pipe: "${script}" failed`);
  return byteCount / 1e6 / ((performance.now() - beganAt) / 1000);
}

/**
 * Milliseconds in which `find` lists a folder and all below it, from its spawn to its end.
 *
 * @throws {Error} when it fails
 */
export function findTime(folder: string): number {
  const beganAt = performance.now();
  // Blocking: an awaited end would be noticed later, and this is a lower bound.
  const { success } = new Deno.Command("find", {
    args: [folder],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).outputSync();
  if (!success) throw new Error(`Cannot measure find: it failed in ${folder}`);
  return performance.now() - beganAt;
}

/** Milliseconds in which this Deno runs an empty program: no server on it can start faster. */
export async function emptyProgramTime(): Promise<number> {
  const beganAt = performance.now();
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-config", "data:text/javascript,"],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  if (!success) throw new Error("Cannot measure an empty program: Deno failed to run it");
  return performance.now() - beganAt;
}

const TERMINAL_READER = `
import os, pty, sys, time
began = time.perf_counter()
pid, fd = pty.fork()
if pid == 0:
    os.execvp("sh", ["sh", "-c", sys.argv[1]])
count = 0
try:
    while True:
        count += len(os.read(fd, 65536))
except OSError:
    pass
os.waitpid(pid, 0)
print(count, time.perf_counter() - began)
`;

/**
 * Megabytes (10^6) per second at which a short Python program reads a command's terminal.
 *
 * @param script shell text of the command
 * @param byteCount how many bytes its terminal gives
 * @returns one sample; none where there is no Python
 * @throws {Error} when a byte is missing
 */
export async function terminalReaderRate(
  script: string,
  byteCount: number,
): Promise<readonly number[]> {
  const { success, stdout } = await runPython(script);
  if (!success) return [];
  const [count = 0, seconds = 0] = new TextDecoder().decode(stdout).trim().split(" ").map(Number);
  if (count !== byteCount) throw new Error(`Python read ${count} of ${byteCount} bytes`);
  return [byteCount / 1e6 / seconds];
}

async function runPython(script: string): Promise<{ success: boolean; stdout: Uint8Array }> {
  try {
    return await new Deno.Command("python3", {
      args: ["-c", TERMINAL_READER, script],
      stdin: "null",
      stderr: "null",
    }).output();
  } catch {
    // Not installed: the table has no limit here then.
    return { success: false, stdout: new Uint8Array() };
  }
}
