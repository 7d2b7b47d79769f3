/** A TCP proxy on loopback that does to connections what networks do. @module */

/** Which way bytes go. */
export type Direction = "toServer" | "toClient";

/** Says how many of the next bytes may pass before the connection is cut; undefined: all. */
export type CutPlan = (direction: Direction, connection: number) => number | undefined;

const BOTH: readonly Direction[] = ["toServer", "toClient"];

interface Link {
  readonly client: Deno.TcpConn;
  readonly server: Deno.TcpConn;
}

/** Passes bytes between clients and one server, until it is told otherwise. */
export class FaultProxy implements AsyncDisposable {
  /** What clients connect to instead of the server's own URL. */
  readonly url: string;
  readonly #listener: Deno.TcpListener;
  readonly #target: { readonly hostname: string; readonly port: number };
  readonly #links = new Set<Link>();
  /** Links that stay frozen until the end. */
  readonly #stuck = new Set<Link>();
  readonly #thawLast: PromiseWithResolvers<void>[] = [];
  readonly #running: Promise<void>[] = [];
  readonly #waiters: { readonly count: number; readonly resolve: () => void }[] = [];
  #accepted = 0;
  #isRefusing = false;
  readonly #frozen = new Map<Direction, PromiseWithResolvers<void>>();
  /** Decides about each new connection's bytes. */
  plan: CutPlan = () => undefined;

  /** @param url the server, such as `ws://127.0.0.1:4000` */
  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#target = { hostname, port: Number(port) };
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { addr } = this.#listener;
    this.url = `ws://127.0.0.1:${addr.transport === "tcp" ? addr.port : 0}`;
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

  /** Ends every connection at once, on both sides. */
  cut(): void {
    for (const link of [...this.#links]) this.#close(link);
  }

  /** Ends new connections as soon as they come, or no longer. */
  refuse(isRefusing: boolean): void {
    this.#isRefusing = isRefusing;
  }

  /** Lets nothing through any more, and tells nobody: a half-open link. */
  freeze(...directions: readonly Direction[]): void {
    const which = directions.length === 0 ? BOTH : directions;
    for (const direction of which) this.#frozen.set(direction, Promise.withResolvers());
  }

  /** Lets new connections through; those that are frozen stay so, whatever their ends do. */
  thawNew(): void {
    for (const link of this.#links) this.#stuck.add(link);
    this.#links.clear();
    for (const frozen of this.#frozen.values()) this.#thawLast.push(frozen);
    this.#frozen.clear();
  }

  /** Lets everything through again. */
  thaw(): void {
    for (const { resolve } of this.#frozen.values()) resolve();
    this.#frozen.clear();
  }

  /** Ends everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.thaw();
    for (const link of this.#stuck) this.#links.add(link);
    this.cut();
    for (const { resolve } of this.#thawLast) resolve();
    await Promise.all(this.#running);
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const number = ++this.#accepted;
      for (const { count, resolve } of this.#waiters) if (number >= count) resolve();
      if (this.#isRefusing) client.close();
      else this.#running.push(this.#serve(client, number));
    }
  }

  async #serve(client: Deno.TcpConn, number: number): Promise<void> {
    const server = await Deno.connect(this.#target);
    client.setNoDelay(true);
    server.setNoDelay(true);
    const link = { client, server };
    this.#links.add(link);
    await Promise.all([
      this.#pass(link, "toServer", this.plan("toServer", number)),
      this.#pass(link, "toClient", this.plan("toClient", number)),
    ]);
    this.#close(link);
  }

  async #pass(
    link: Link,
    direction: Direction,
    allowed: number = Infinity,
  ): Promise<void> {
    const { client, server } = link;
    const [from, to] = direction === "toServer" ? [client, server] : [server, client];
    const buffer = new Uint8Array(64 * 1024);
    let left = allowed;
    try {
      for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
        await this.#frozen.get(direction)?.promise;
        let rest = buffer.subarray(0, Math.min(count, left));
        left -= rest.byteLength;
        while (rest.byteLength > 0) rest = rest.subarray(await to.write(rest));
        if (left === 0) break;
      }
    } catch {
      // One side is gone; then so is the other.
    }
    this.#close(link);
  }

  #close(link: Link): void {
    if (!this.#links.delete(link)) return;
    link.client.close();
    link.server.close();
  }
}
