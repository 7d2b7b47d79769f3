/** One connection through the fault proxy, and what is done to it. @module */
import { pause } from "./deadline.ts";
import { type FrameFaults, FrameRepeater } from "./fault_proxy_frames.ts";

/** Which way bytes go. */
export type Direction = "toServer" | "toClient";

/** Both ways. */
export const directions: readonly Direction[] = ["toServer", "toClient"];

/** Something that happens once so many bytes have passed in a direction. */
export interface Turn {
  /** Counted before repetitions. */
  readonly afterBytes: number;
  /**
   * `cut` ends the connection on both sides; `freeze` lets nothing through any more in either
   * direction and tells nobody. What a function does, the bytes do not wait for.
   */
  readonly then: "cut" | "freeze" | (() => void);
}

/** What is done to one connection. */
export interface LinkFaults {
  /** On the way to the server. */
  readonly toServer?: readonly Turn[];
  /** On the way to the client. */
  readonly toClient?: readonly Turn[];
  /** Every piece is passed on so many milliseconds late. */
  readonly delayMs?: number;
  /** What happens to the server's messages. */
  readonly frames?: FrameFaults;
}

/** A TCP or Unix socket. */
export type Socket = Deno.TcpConn | Deno.UnixConn;

/** Where a link's bytes come from and go to. */
export interface LinkEnds {
  readonly client: Socket;
  readonly server: Socket;
}

/** How often something was done to connections. */
export interface FaultCounts {
  cuts: number;
  freezes: number;
  repetitions: number;
}

const PIECE_BYTES = 64 * 1024;

/** Passes bytes between one client and its server. */
export class FaultLink {
  /** Bytes that have come from either side, also those that were not passed on. */
  readonly passed: Record<Direction, number> = { toServer: 0, toClient: 0 };
  readonly #ends: LinkEnds;
  readonly #faults: LinkFaults;
  readonly #counts: FaultCounts;
  readonly #repeater: FrameRepeater | undefined;
  readonly #gates = new Map<Direction, PromiseWithResolvers<void>>();
  #isStuck = false;
  #isClosed = false;

  /** Takes over two connections. */
  constructor(ends: LinkEnds, faults: LinkFaults, counts: FaultCounts) {
    this.#ends = ends;
    this.#faults = faults;
    this.#counts = counts;
    this.#repeater = faults.frames && new FrameRepeater(faults.frames);
  }

  /** Passes bytes until the end. */
  async run(): Promise<void> {
    await Promise.all(directions.map((direction) => this.#pass(direction)));
  }

  /** Lets nothing through any more in a direction. */
  freeze(direction: Direction): void {
    if (!this.#gates.has(direction)) this.#gates.set(direction, Promise.withResolvers());
  }

  /** Stays frozen until it is closed, whatever its ends do. */
  stick(): void {
    this.#isStuck = true;
  }

  /** Lets everything through again, unless it is stuck. */
  thaw(): void {
    if (!this.#isStuck) this.#openGates();
  }

  /** Ends both sides, unless it is stuck. */
  cut(): void {
    if (!this.#isStuck) this.close();
  }

  /** Ends both sides. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#ends.client.close();
    this.#ends.server.close();
    this.#openGates();
  }

  #openGates(): void {
    for (const { resolve } of this.#gates.values()) resolve();
    this.#gates.clear();
  }

  async #pass(direction: Direction): Promise<void> {
    const { client, server } = this.#ends;
    const [from, to] = direction === "toServer" ? [client, server] : [server, client];
    const turns = [...this.#faults[direction] ?? []].sort((a, b) => a.afterBytes - b.afterBytes);
    const buffer = new Uint8Array(PIECE_BYTES);
    try {
      for (;;) {
        let isCut = this.#takeTurns(turns, this.passed[direction]);
        if (isCut) break;
        // Never beyond the next turn: what comes behind it must not be read before it is taken.
        const room = (turns[0]?.afterBytes ?? Infinity) - this.passed[direction];
        const count = await from.read(buffer.subarray(0, Math.min(room, PIECE_BYTES)));
        if (count === null) break;
        this.passed[direction] += count;
        if (this.#faults.delayMs !== undefined) await pause(this.#faults.delayMs);
        await this.#gates.get(direction)?.promise;
        isCut = await this.#deliver(to, direction, buffer.subarray(0, count));
        if (isCut) break;
      }
    } catch {
      // One side is gone; then so is the other.
    }
    this.cut();
  }

  /** Does what is due; true when that was a cut. */
  #takeTurns(turns: Turn[], passed: number): boolean {
    while (turns[0] !== undefined && turns[0].afterBytes <= passed) {
      const { then } = turns[0];
      turns.shift();
      if (then === "cut") {
        this.#noteCut();
        return true;
      }
      if (then === "freeze") this.#freezeForEver();
      else then();
    }
    return false;
  }

  #noteCut(): void {
    if (!this.#isClosed && !this.#isStuck) this.#counts.cuts++;
  }

  #freezeForEver(): void {
    if (this.#isClosed || this.#isStuck) return;
    this.#counts.freezes++;
    for (const direction of directions) this.freeze(direction);
    this.stick();
  }

  /** Passes bytes on; true when nothing may follow. */
  async #deliver(
    to: Socket,
    direction: Direction,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<boolean> {
    const repeater = direction === "toClient" ? this.#repeater : undefined;
    if (repeater === undefined) {
      await writeAll(to, bytes);
      return false;
    }
    const before = repeater.repeated;
    for (const part of repeater.pass(bytes)) await writeAll(to, part);
    this.#counts.repetitions += repeater.repeated - before;
    if (repeater.isOver) this.#noteCut();
    return repeater.isOver;
  }
}

async function writeAll(to: Socket, bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  while (rest.byteLength > 0) rest = rest.subarray(await to.write(rest));
}
