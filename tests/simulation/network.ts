/** Simulated connections between one client and one server, and what goes wrong with them. @module */
import { ExecServerError } from "../../client/mod.ts";
import { limits } from "../../protocol/limits.ts";
import type { Dice } from "./dice.ts";
import { type Conditions, Direction } from "./direction.ts";
import { Endpoint } from "./endpoint.ts";
import type { Scheduler } from "./scheduler.ts";

/** Which ends learn that a connection was cut; the others believe in it for long. */
export type Noticed = "both" | "client" | "server" | "nobody";

/** Where a text is going. */
export type Destination = "client" | "server";

/** Replaces a text that arrives, by itself, another, none or several. */
export type Tamper = (to: Destination, text: string) => readonly string[];

/** What a network is made of. */
export interface NetworkParts {
  readonly scheduler: Scheduler;
  readonly dice: Dice;
  readonly conditions: Conditions;
  readonly tamper: Tamper;
  /** Probability that an attempt to connect is refused. */
  readonly refusals: number;
  /** Told when a message arrives anywhere. */
  readonly onArrival: () => void;
}

interface Link {
  readonly name: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly directions: readonly Direction[];
}

/** So many attempts at most lead nowhere until they time out: more could use up a recovery. */
const MAX_HANGS = 2;

/** All connections there are, and were. */
export class Network {
  /** Serves the server's end of a new connection; undefined while no server is there. */
  accept: ((transport: Endpoint) => void) | undefined;
  /** Connections that were cut. */
  cuts = 0;
  /** Times that nothing arrived for a while. */
  stalls = 0;
  /** Most characters that ever waited at a client's or a server's end. */
  readonly longestQueue: Record<Destination, number> = { client: 0, server: 0 };
  readonly #parts: NetworkParts;
  #links: Link[] = [];
  #made = 0;
  #hangs = 0;
  #isOut = false;

  constructor(parts: NetworkParts) {
    this.#parts = parts;
  }

  /** Time that attempts to connect waited for nothing. */
  get hangMs(): number {
    return this.#hangs * limits.connectMs;
  }

  /** Connections made. */
  get made(): number {
    return this.#made;
  }

  /**
   * Opens a connection to the server.
   * @throws {ExecServerError} `connect`, `connectTimeout`, or the signal's reason
   */
  async connect(signal?: AbortSignal): Promise<Endpoint> {
    const { scheduler, dice, conditions, refusals } = this.#parts;
    const isRefused = dice.chance(refusals);
    const isHanging = isRefused && this.#hangs < MAX_HANGS && dice.chance(0.2);
    if (isHanging) this.#hangs++;
    const delayMs = isHanging ? limits.connectMs : dice.whole(0, conditions.mostMs);
    await aborted(signal, (done) => scheduler.plan(delayMs, "an attempt to connect", done));
    if (isHanging) throw new ExecServerError("connectTimeout", "The simulated network was silent");
    if (isRefused || this.#isOut || this.accept === undefined) {
      throw new ExecServerError("connect", "The simulated network refused");
    }
    const link = this.#link();
    this.accept(link.server);
    return link.client;
  }

  /** Cuts every connection. */
  cut(noticed: Noticed): void {
    const { scheduler, dice } = this.#parts;
    for (const link of this.#links) {
      this.cuts++;
      scheduler.note(() => `connection ${link.name} is cut, noticed by ${noticed}`);
      for (const direction of link.directions) direction.cut();
      for (const [side, end] of [["client", link.client], ["server", link.server]] as const) {
        if (noticed !== "both" && noticed !== side) continue;
        const isAtOnce = dice.chance(0.5);
        const tell = () => end.break("the simulated network cut the connection", isAtOnce);
        scheduler.plan(dice.whole(0, 20), `the ${side} notices the cut`, tell);
      }
    }
  }

  /** Holds back everything that is on its way, or will be, on the connections there are. */
  stall(durationMs: number): void {
    this.stalls++;
    this.#parts.scheduler.note(() => `nothing arrives for ${durationMs} ms`);
    for (const { directions } of this.#links) {
      for (const direction of directions) direction.stall(durationMs);
    }
  }

  /** Refuses new connections for a while. */
  outage(durationMs: number): void {
    this.#isOut = true;
    this.#parts.scheduler.plan(durationMs, "the outage ends", () => this.#isOut = false);
  }

  /** Ends the server's end of every connection, as the end of its program does. */
  endServer(): void {
    for (const { server } of this.#links) server.close("the server has ended");
  }

  #link(): Link {
    const { scheduler } = this.#parts;
    const name = ++this.#made;
    const [forth, back] = [this.#direction(name, "server"), this.#direction(name, "client")];
    const parts = { scheduler, peer: "exec-server simulated" };
    const client = new Endpoint({ ...parts, out: forth, into: back });
    const server = new Endpoint({ ...parts, peer: "simulated client", out: back, into: forth });
    const link = { name, client, server, directions: [forth, back] };
    client.onEnd = server.onEnd = () => this.#forget(link);
    this.#links.push(link);
    return link;
  }

  #direction(link: number, to: Destination): Direction {
    const { scheduler, dice, conditions, tamper, onArrival } = this.#parts;
    return new Direction({
      name: `connection ${link}, to the ${to}`,
      scheduler,
      dice: dice.fork(),
      conditions,
      // A client's requests are never repeated by a network; what the server says may be.
      duplicates: to === "client" ? conditions.duplicates : 0,
      tamper: (text) => tamper(to, text),
      onArrival,
      onQueue: (length) => {
        const from = to === "client" ? "server" : "client";
        this.longestQueue[from] = Math.max(this.longestQueue[from], length);
      },
    });
  }

  #forget(link: Link): void {
    if (!link.client.hasEnded || !link.server.hasEnded) return;
    this.#links = this.#links.filter((other) => other !== link);
  }
}

/** Waits for what `begin` begins, or until the signal aborts. */
function aborted(signal: AbortSignal | undefined, begin: (done: () => void) => void) {
  return new Promise<void>((resolve, reject) => {
    signal?.throwIfAborted();
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    begin(resolve);
  });
}
