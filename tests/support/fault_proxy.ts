/** A proxy on loopback or a Unix socket that does to connections what networks do. @module */
import { fromFileUrl, join } from "@std/path";
import {
  type Direction,
  directions,
  type FaultCounts,
  FaultLink,
  type LinkFaults,
  type Socket,
} from "./fault_proxy_link.ts";

/** Says what is done to a connection; they are counted from 1. */
export type FaultPlan = (connection: number) => LinkFaults;

type Target =
  | { readonly hostname: string; readonly port: number }
  | { readonly transport: "unix"; readonly path: string };

/** Passes bytes between clients and one server, until it is told otherwise. */
export class FaultProxy implements AsyncDisposable {
  /** What clients connect to instead of the server's own URL. */
  readonly url: string;
  /** How often something was done to connections. */
  readonly counts: FaultCounts = { cuts: 0, freezes: 0, repetitions: 0 };
  /** Decides about each new connection. */
  plan: FaultPlan = () => ({});
  readonly #listener: Deno.TcpListener | Deno.UnixListener;
  /** Where the proxy's own Unix socket is. */
  readonly #folder: string | undefined;
  readonly #links: FaultLink[] = [];
  readonly #running: Promise<void>[] = [];
  readonly #waiters: { readonly count: number; readonly resolve: () => void }[] = [];
  readonly #frozen = new Set<Direction>();
  #target: Target;
  #accepted = 0;
  #isRefusing = false;

  /** @param url the server, such as `ws://127.0.0.1:4000` or `unix:///run/exec.sock` */
  constructor(url: string) {
    this.#target = targetOf(url);
    if ("path" in this.#target) {
      this.#folder = Deno.makeTempDirSync({ prefix: "exec-server-proxy-" });
      const path = join(this.#folder, "proxy.sock");
      this.#listener = Deno.listen({ transport: "unix", path });
      this.url = `unix://${path}`;
    } else {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      this.#listener = listener;
      this.url = `ws://127.0.0.1:${listener.addr.port}`;
    }
    this.#running.push(this.#accept());
  }

  /** How many connections there have been. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Settles when there have been so many. */
  connections(count: number): Promise<void> {
    if (this.#accepted >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ count, resolve }));
  }

  /** How many bytes have come from either side of all connections that reached the server. */
  passed(direction: Direction): number {
    return this.#links.reduce((sum, { passed }) => sum + passed[direction], 0);
  }

  /** Takes new connections to another server, such as one that was started again. */
  retarget(url: string): void {
    this.#target = targetOf(url);
  }

  /** Ends every connection at once, on both sides. */
  cut(): void {
    for (const link of this.#links) link.cut();
  }

  /** Ends new connections as soon as they come, or no longer. */
  refuse(isRefusing: boolean): void {
    this.#isRefusing = isRefusing;
  }

  /** Lets nothing through any more, and tells nobody: a half-open link. */
  freeze(...which: readonly Direction[]): void {
    for (const direction of which.length === 0 ? directions : which) {
      this.#frozen.add(direction);
      for (const link of this.#links) link.freeze(direction);
    }
  }

  /** Lets new connections through; those that are frozen stay so, whatever their ends do. */
  thawNew(): void {
    this.#frozen.clear();
    for (const link of this.#links) link.stick();
  }

  /** Lets everything through again. */
  thaw(): void {
    this.#frozen.clear();
    for (const link of this.#links) link.thaw();
  }

  /** Ends everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const link of this.#links) link.close();
    await Promise.all(this.#running);
    if (this.#folder !== undefined) await Deno.remove(this.#folder, { recursive: true });
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      const number = ++this.#accepted;
      for (const { count, resolve } of this.#waiters) if (number >= count) resolve();
      if (this.#isRefusing) connection.close();
      else this.#running.push(this.#serve(connection, number));
    }
  }

  async #serve(client: Socket, number: number): Promise<void> {
    const server = await connect(this.#target);
    // The server is not there, or no longer; its clients see that too.
    if (server === undefined) return client.close();
    if ("setNoDelay" in client) client.setNoDelay(true);
    const link = new FaultLink({ client, server }, this.plan(number), this.counts);
    for (const direction of this.#frozen) link.freeze(direction);
    this.#links.push(link);
    await link.run();
  }
}

function targetOf(url: string): Target {
  const { protocol, hostname, port, pathname } = new URL(url);
  if (protocol !== "unix:") return { hostname, port: Number(port) };
  return { transport: "unix", path: fromFileUrl(`file://${pathname}`) };
}

async function connect(target: Target): Promise<Socket | undefined> {
  try {
    if ("path" in target) return await Deno.connect(target);
    const connection = await Deno.connect(target);
    connection.setNoDelay(true);
    return connection;
  } catch {
    return undefined;
  }
}
