/** Holds much memory, starts processes and prints how long each call took. @module */

import { PosixSpawner } from "../server/process/posix/posix_spawner.ts";
import { memoryOf } from "./process_memory.ts";

const WARM_UP = 20;

/** Starts `true` and waits for its end.
 * @returns milliseconds of the call that starts it */
async function startOnce(spawner: PosixSpawner): Promise<number> {
  const closed = Promise.withResolvers<void>();
  const beganAt = performance.now();
  spawner.spawn({
    program: "/bin/true",
    argv: ["/bin/true"],
    cwd: "/",
    env: new Map([["PATH", "/usr/bin:/bin"]]),
    pipeStdin: false,
  }, { output() {}, exited() {}, closed: closed.resolve, writable() {} });
  const tookMs = performance.now() - beganAt;
  await closed.promise;
  return tookMs;
}

async function main(megabytes: number, count: number): Promise<void> {
  // Written to, or it would not be resident.
  const ballast = new Uint8Array(megabytes * 1e6).fill(1);
  const resident = await memoryOf(Deno.pid, "VmRSS");
  if (resident < megabytes) throw new Error(`Only ${resident} MB are resident`);
  using spawner = new PosixSpawner({ isGuarded: false, onError: fail });
  for (let index = 0; index < WARM_UP; index++) await startOnce(spawner);
  const samples: number[] = [];
  for (let index = 0; index < count; index++) samples.push(await startOnce(spawner));
  console.log(samples.join(" "));
  // Read last, so that it is held until here.
  if (ballast[0] !== 1) throw new Error("The memory was lost");
}

function fail(error: unknown): void {
  console.error(error);
  Deno.exit(1);
}

const [megabytes = 0, count = 0] = Deno.args.map(Number);
await main(megabytes, count);
