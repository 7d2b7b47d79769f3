/** Where survivors live: a directory, and a pipe that all of them hold. @module */
import { fromFileUrl, join } from "@std/path";
import { makeFifo, writersGone } from "../support/fifo.ts";
import { Scratch } from "../support/scratch.ts";
import { processFacts, processIds, type ProcessLife } from "./process_life.ts";
import type { Survivor } from "./survivor.ts";

const fixtures = fromFileUrl(new URL("../fixtures/", import.meta.url));
const STAY = 'echo "up $$"; exec sleep 600';
const signals = "HUP INT QUIT TERM USR1 USR2 PIPE ALRM TSTP TTIN TTOU";
const CLEAN_UP_ROUNDS = 200;

/** A place of its own for some survivors; whatever lives there is killed at the end. */
export class Habitat implements AsyncDisposable {
  /** Settles when nobody holds the pipe any more; from the start on, whoever runs holds it. */
  readonly empty: Promise<void>;
  readonly #scratch: Scratch;
  readonly #lifeline: string;

  /** Takes over a directory with a pipe; `Habitat.create` is the way to make one. */
  constructor(scratch: Scratch, lifeline: string) {
    this.#scratch = scratch;
    this.#lifeline = lifeline;
    this.empty = writersGone(lifeline);
    // Who fails before it gets to wait for this need not hear of it as well.
    this.empty.catch(() => {});
  }

  /** Makes one. */
  static async create(): Promise<Habitat> {
    const scratch = await Scratch.create();
    // Survivors of other users use it, too.
    await Deno.chmod(scratch.path, 0o777);
    return new Habitat(scratch, await makeFifo(join(scratch.path, "lifeline")));
  }

  /** What survivors find in their environment. */
  get env(): Record<string, string> {
    return {
      PATH: "/usr/bin:/bin",
      HOME: this.#scratch.path,
      DIR: this.#scratch.path,
      FIXTURES: fixtures,
      LIFELINE: this.#lifeline,
      STAY,
      DEAF: `trap '' ${signals}; ${STAY}`,
      LOOP: 'echo "up $$"; while :; do sleep 600; done',
    };
  }

  /** The command that starts a survivor. Everything it starts inherits the pipe. */
  command({ script, shell = "/bin/sh", leaderEnds = false }: Survivor): string[] {
    const rest = leaderEnds ? "" : "\nwhile :; do sleep 600; done";
    return [shell, "-c", `exec 9>"$LIFELINE"\n${script}${rest}`];
  }

  /** Ids of the processes that hold the pipe. */
  async inhabitants(): Promise<readonly number[]> {
    const found: number[] = [];
    for (const pid of await processIds()) if (await this.#isInhabitant(pid)) found.push(pid);
    return found;
  }

  /** Kills whatever still lives here.
   * @param others processes that may have let go of the pipe, or whose descriptors are secret */
  async clear(others: readonly ProcessLife[] = []): Promise<void> {
    // Those that cannot be caught end when they see this.
    await Deno.writeTextFile(join(this.#scratch.path, "stop"), "");
    for (const { pid, isOver } of others) if (!isOver) kill(pid);
    for (let round = 0; round < CLEAN_UP_ROUNDS; round++) {
      const pids = await this.inhabitants();
      if (pids.length === 0) return;
      for (const pid of pids) kill(pid);
    }
  }

  /** Kills whatever still lives here, and removes the place. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.clear();
    // Nobody may ever have opened the pipe; this lets go of whoever waits for that.
    (await Deno.open(this.#lifeline, { read: true, write: true })).close();
    await this.empty.catch(() => {});
    await this.#scratch[Symbol.asyncDispose]();
  }

  /** Holds the pipe, and not just to read from it as we do. */
  async #isInhabitant(pid: number): Promise<boolean> {
    try {
      for (const directory of await descriptorsOf(pid)) {
        for await (const { name } of Deno.readDir(`${directory}/fd`)) {
          if (await Deno.readLink(`${directory}/fd/${name}`) !== this.#lifeline) continue;
          const info = await Deno.readTextFile(`${directory}/fdinfo/${name}`);
          if (/^flags:\s+\d*[12]$/m.test(info)) return true;
        }
      }
    } catch {
      // It ended while it was looked at.
    }
    return false;
  }
}

/** Where the descriptors of a process are listed. The first thread may have ended before others. */
async function descriptorsOf(pid: number): Promise<readonly string[]> {
  if ((await processFacts(pid))?.state !== "Z") return [`/proc/${pid}`];
  const threads = await Array.fromAsync(Deno.readDir(`/proc/${pid}/task`));
  return threads.filter(({ name }) => name !== `${pid}`)
    .map(({ name }) => `/proc/${pid}/task/${name}`);
}

function kill(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // It has just ended.
  }
}
