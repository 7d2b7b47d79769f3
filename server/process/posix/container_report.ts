/** What bubblewrap tells about the program that it runs: which process it is, and whether it ran. @module */

import { closeAll } from "./child_streams.ts";
import { loadLibc } from "./libc.ts";

/** More than bubblewrap ever tells; only a stranger would write more. */
const MOST_BYTES = 4096;
/** Asks the terminal for the leader of its session, in the numbers of our own process list. */
const TIOCGSID = 0x5429;

/**
 * Reads the reports of one sandbox: JSON texts, one after the other. The first names the first
 * process inside, in the numbers of our own process list; another comes when the program has ended.
 */
export class ContainerReport {
  readonly #descriptor: number;
  #text = "";
  #isClosed = false;

  /** Takes over a descriptor that does not block. */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /**
   * Sends a signal to the program's group.
   * @param terminal the program's terminal, whose session it leads; undefined for pipes: then it is
   * in the group of the first process inside, which no signal from inside or outside ends but SIGKILL
   * @returns false while there is no program yet: what there is would not mind the signal
   */
  signal(signal: number, terminal: number | undefined): boolean {
    if (this.#isClosed) return true;
    const leader = terminal === undefined ? undefined : sessionLeader(terminal);
    const group = leader ?? this.#firstInside();
    if (group === undefined || (leader === undefined && !hasProgram(group))) return false;
    return loadLibc().libc.kill(-group, signal) === 0;
  }

  /** Whether the program has been started; to be asked when bubblewrap has ended by itself. */
  get hasRun(): boolean {
    this.#read();
    return this.#text.includes('"exit-code"');
  }

  /** Ends with bubblewrap. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeAll([this.#descriptor]);
  }

  #firstInside(): number | undefined {
    this.#read();
    const pid = Number(/"child-pid":\s*(\d+)/.exec(this.#text)?.[1]);
    // Never 0 or 1: a signal to such a "group" would meet everybody.
    return pid > 1 ? pid : undefined;
  }

  /** Takes in what is there. */
  #read(): void {
    if (this.#isClosed) return;
    const buffer = new Uint8Array(MOST_BYTES);
    const { libc } = loadLibc();
    for (;;) {
      const count = libc.read(this.#descriptor, buffer, buffer.byteLength);
      if (count <= 0) return;
      this.#text = (this.#text + new TextDecoder().decode(buffer.subarray(0, count)))
        .slice(0, MOST_BYTES);
    }
  }
}

/**
 * The first process inside leads a session before it starts the program, which is its only child at
 * first. Children that it has before that are none of the program's.
 */
function hasProgram(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name, in parentheses, may hold anything. What follows: state, parent, group.
    const [, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(group) === pid &&
      Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`) !== "";
  } catch {
    // It has ended; and not every kernel tells.
    return true;
  }
}

function sessionLeader(terminal: number): number | undefined {
  const answer = new Uint16Array(2);
  if (loadLibc().libc.ioctl(terminal, TIOCGSID, answer) !== 0) return undefined;
  const pid = new Int32Array(answer.buffer)[0] ?? 0;
  return pid > 1 ? pid : undefined;
}
