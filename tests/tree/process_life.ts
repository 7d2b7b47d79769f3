/** The life of any process, as the kernel tells it: no child of ours, no polling. @module */
import { PATIENCE_MS } from "../support/deadline.ts";

const SYS_PIDFD_OPEN = 434;
const POLLIN = 1;
const libc = Deno.dlopen("libc.so.6", {
  syscall: { parameters: ["i64", "i64", "i64"], result: "i64" },
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32" },
  poll_waiting: {
    name: "poll",
    parameters: ["buffer", "u64", "i32"],
    result: "i32",
    nonblocking: true,
  },
  close: { parameters: ["i32"], result: "i32" },
}).symbols;

/** Holds on to one process, so that a later one with the same number cannot be mistaken for it. */
export class ProcessLife implements Disposable {
  /** Its number. */
  readonly pid: number;
  readonly #descriptor: number;

  /** @throws {Error} when there is no such process */
  constructor(pid: number) {
    this.pid = pid;
    this.#descriptor = Number(libc.syscall(BigInt(SYS_PIDFD_OPEN), BigInt(pid), 0n));
    if (this.#descriptor < 0) throw new Error(`Cannot watch process ${pid}: it is gone`);
  }

  /** Whether it has ended. */
  get isOver(): boolean {
    return libc.poll(this.#request(), 1n, 0) > 0;
  }

  /** Waits for its end.
   * @throws {Error} when it lives on */
  async over(): Promise<void> {
    if (await libc.poll_waiting(this.#request(), 1n, PATIENCE_MS) > 0) return;
    throw new Error(`Process ${this.pid} lives on: ${await describeProcess(this.pid)}`);
  }

  /** Lets go. */
  [Symbol.dispose](): void {
    libc.close(this.#descriptor);
  }

  #request(): Uint8Array<ArrayBuffer> {
    const request = new DataView(new ArrayBuffer(8));
    request.setInt32(0, this.#descriptor, true);
    request.setInt16(4, POLLIN, true);
    return new Uint8Array(request.buffer);
  }
}

/** Holds on to processes; those that have ended already are left out. */
export function livesOf(pids: readonly number[]): readonly ProcessLife[] {
  return pids.flatMap((pid) => {
    try {
      return [new ProcessLife(pid)];
    } catch {
      // What never stays the same is something else by now.
      return [];
    }
  });
}

/** What the kernel says about a process. */
export interface ProcessFacts {
  /** One letter: `R`, `S`, `T` for stopped, `Z` for ended but not reaped. */
  readonly state: string;
  /** Who is told of its end. */
  readonly parent: number;
  /** Its process group. */
  readonly group: number;
}

/** Reads them.
 * @returns undefined when it is gone */
export async function processFacts(pid: number): Promise<ProcessFacts | undefined> {
  try {
    const text = await Deno.readTextFile(`/proc/${pid}/stat`);
    // The name in brackets may contain anything.
    const [state = "", parent, group] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state, parent: Number(parent), group: Number(group) };
  } catch {
    // It ended while it was looked at.
    return undefined;
  }
}

/** Ids of all processes. */
export async function processIds(): Promise<readonly number[]> {
  const pids: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (/^\d+$/.test(name)) pids.push(Number(name));
  }
  return pids;
}

async function describeProcess(pid: number): Promise<string> {
  const { state, group } = await processFacts(pid) ?? { state: "gone", group: 0 };
  const line = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
  return `${line.replaceAll("\0", " ")} (${state}, group ${group})`;
}
