/** Helpers that are kept warm: one per sandbox, few at once, ended when they are not used. @module */

import type { Clock, Timer } from "../../../protocol/clock.ts";
import { RpcError } from "../../../protocol/errors.ts";

/** How the pool comes to helpers. */
export interface HelperPoolOptions {
  /** Times idle helpers. */
  readonly clock: Clock;
  /** Most helpers at once, those included that are about to end. */
  readonly most: number;
}

/** What the pool knows of a helper. */
export interface PooledHelper {
  /** Set when it takes no more calls. */
  readonly end: unknown;
  /** Settles when it has ended. Never rejects. */
  readonly closed: Promise<void>;
  /** Ends it; `closed` follows. */
  finish(): void;
}

/** Which helper is wanted. */
export interface HelperWish<H extends PooledHelper> {
  /** The same for sandboxes that are the same, and only then. */
  readonly key: string;
  /** Ends the waiting for a free place. */
  readonly signal: AbortSignal;
  /** How long it stays without work, in milliseconds. */
  readonly idleMs: number;
  /** Starts one. @throws {RpcError} when it cannot be started */
  readonly start: () => H;
}

/** A helper in use. */
export interface HelperUse<H extends PooledHelper> {
  /** The helper. It may end at any time. */
  readonly helper: H;
  /**
   * Counts a file that stays open.
   * @param owner whose file it is
   * @returns takes it back
   * @throws {RpcError} `fileRefused` when this would leave others too few places
   */
  readonly keepOpen: (owner: object) => () => void;
  /** Ends the use. */
  readonly release: () => void;
}

interface Entry<H extends PooledHelper> {
  readonly helper: H;
  readonly idleMs: number;
  /** Calls at work. */
  calls: number;
  /** Open files, by owner. */
  readonly files: Map<object, number>;
  idle: Timer | undefined;
}

/** Owns the helpers of one machine. */
export class HelperPool<H extends PooledHelper> {
  readonly #options: HelperPoolOptions;
  readonly #byKey = new Map<string, Entry<H>>();
  /** All that run; the one that was in use last is the last. */
  readonly #running = new Set<Entry<H>>();
  #waiting: (() => void)[] = [];

  constructor(options: HelperPoolOptions) {
    this.#options = options;
  }

  /**
   * The helper for a sandbox, started when there is none.
   * @returns at once when one is running or may be started
   * @throws {RpcError} `fileRefused` when all places are taken by helpers with open files
   */
  use(wish: HelperWish<H>): HelperUse<H> | Promise<HelperUse<H>> {
    const entry = this.#byKey.get(wish.key);
    if (entry !== undefined && isServing(entry)) return this.#use(entry);
    if (this.#running.size < this.#options.most) return this.#use(this.#start(wish));
    this.#makeRoom();
    return this.#useLater(wish);
  }

  async #useLater(wish: HelperWish<H>): Promise<HelperUse<H>> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    wish.signal.addEventListener("abort", () => resolve(), { once: true });
    if (wish.signal.aborted) resolve();
    await promise;
    this.#waiting = this.#waiting.filter((waiting) => waiting !== resolve);
    if (wish.signal.aborted) throw new RpcError("fileFailed", "The call was given up");
    return await this.use(wish);
  }

  /** Ends the one that has been idle for longest, unless one ends already or soon will. */
  #makeRoom(): void {
    const entries = [...this.#running];
    if (!entries.every(isServing)) return;
    const idle = entries.find(({ calls, files }) => calls + files.size === 0);
    if (idle !== undefined) return idle.helper.finish();
    if (entries.some(({ files }) => files.size === 0)) return;
    throw new RpcError(
      "fileRefused",
      `Cannot use one more sandbox for files: files are open in ${this.#options.most} others; ` +
        "close some, or use fewer policies",
    );
  }

  #start({ key, idleMs, start }: HelperWish<H>): Entry<H> {
    const helper = start();
    const entry: Entry<H> = { helper, idleMs, calls: 0, files: new Map(), idle: undefined };
    this.#byKey.set(key, entry);
    this.#running.add(entry);
    void entry.helper.closed.then(() => {
      this.#running.delete(entry);
      entry.idle?.cancel();
      if (this.#byKey.get(key) === entry) this.#byKey.delete(key);
      this.#wake();
    });
    return entry;
  }

  #use(entry: Entry<H>): HelperUse<H> {
    entry.idle?.cancel();
    entry.idle = undefined;
    entry.calls++;
    const release = () => {
      entry.calls--;
      this.#ended(entry);
    };
    return { helper: entry.helper, keepOpen: (owner) => this.#keepOpen(entry, owner), release };
  }

  #keepOpen(entry: Entry<H>, owner: object): () => void {
    this.#requireShare(entry, owner);
    const { files } = entry;
    files.set(owner, (files.get(owner) ?? 0) + 1);
    return () => {
      const left = (files.get(owner) ?? 0) - 1;
      if (left > 0) files.set(owner, left);
      else files.delete(owner);
      this.#ended(entry);
    };
  }

  /** A place with open files is not free until they are closed, which nobody else can do. */
  #requireShare(entry: Entry<H>, owner: object): void {
    const { most } = this.#options;
    const others = [...this.#running].filter((other) => other !== entry);
    const ofOwner = others.filter(({ files }) => files.has(owner)).length;
    const ofAll = others.filter(({ files }) => files.size > 0).length;
    const share = Math.ceil(most / 2);
    if (!entry.files.has(owner) && ofOwner >= share) throw tooMany(`this client has ${share}`);
    // One place stays for calls that leave nothing open.
    const all = Math.max(1, most - 1);
    if (entry.files.size === 0 && ofAll >= all) throw tooMany(`all clients together have ${all}`);
  }

  #ended(entry: Entry<H>): void {
    if (!isServing(entry) || entry.calls > 0) return;
    this.#running.delete(entry);
    this.#running.add(entry);
    if (this.#waiting.length > 0) return this.#wake();
    if (entry.files.size > 0) return;
    entry.idle = this.#options.clock.after(entry.idleMs, () => entry.helper.finish());
  }

  /** Who waits looks again: for a place, for one that can be made, or for none to hope for. */
  #wake(): void {
    for (const look of this.#waiting.splice(0)) look();
  }
}

function tooMany(whose: string): RpcError {
  return new RpcError(
    "fileRefused",
    `Cannot open a file in one more sandbox: ${whose} with open files; ` +
      "close some, or use fewer policies",
  );
}

function isServing({ helper }: Pick<Entry<PooledHelper>, "helper">): boolean {
  return helper.end === undefined;
}
