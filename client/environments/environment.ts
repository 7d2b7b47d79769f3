/** One place to work in: its processes and files, over a connection that is made when needed. @module */

import type { EnvironmentInfo } from "../../protocol/methods/environment.ts";
import type { KnownCapabilities } from "../capabilities.ts";
import type { CallOptions } from "../caller.ts";
import type { ExecServerClient, StartRequest } from "../client.ts";
import { untilAborted } from "../deadline.ts";
import { closedError, reasonOf } from "../errors.ts";
import type { FileSystem } from "../fs/file_system.ts";
import { LazyFileSystem } from "../fs/lazy_file_system.ts";
import type { RemoteProcess } from "../process.ts";

/** Runs commands. */
export interface EnvironmentExec {
  /** Starts a process; as `ExecServerClient.start`, after connecting where that is needed. */
  start(request: StartRequest, options?: CallOptions): Promise<RemoteProcess>;
}

/**
 * How an environment is: connected; not connected, because nobody asked yet or because the attempt
 * is under way; or not connected any more, or in vain, with the reason.
 */
export type ConnectionStatus = "ready" | "pending" | { readonly disconnected: string };

/** Makes a client; the signal aborts when the environment is closed. */
export type ClientSource = (signal: AbortSignal) => Promise<ExecServerClient>;

/**
 * A place to work in. It connects at the first use, once for all who ask meanwhile. A failed attempt
 * is not remembered, and after a connection has ended for good the next use makes a new one, with a
 * new session: what ran in the old one does not come back.
 *
 * ```ts
 * import { EnvironmentManager } from "exec-server-client/environments";
 *
 * await using manager = new EnvironmentManager({
 *   defaultId: undefined,
 *   includesLocal: false,
 *   environments: [],
 * });
 * const devbox = manager.upsert("devbox", { url: "ws://127.0.0.1:4500" });
 * console.log(devbox.status);
 * if ((await devbox.capabilities()).fsHash) console.log(await devbox.fs.hash("file:///etc/passwd"));
 * console.log((await devbox.info()).shell.path, devbox.status);
 * ```
 */
export class Environment implements AsyncDisposable {
  /** Its name. */
  readonly id: string;
  /** Its processes. */
  readonly exec: EnvironmentExec;
  /** Its files. */
  readonly fs: FileSystem;
  readonly #source: ClientSource;
  readonly #ending = new AbortController();
  #attempt: Promise<ExecServerClient> | undefined;
  #status: ConnectionStatus = "pending";

  /** Made by `EnvironmentManager`. */
  constructor(id: string, source: ClientSource) {
    this.id = id;
    this.#source = source;
    this.exec = {
      start: async (request, options = {}) =>
        await (await this.client(options)).start(request, options),
    };
    this.fs = new LazyFileSystem(async () => (await this.client()).fs);
  }

  /** How it is, without asking it. */
  get status(): ConnectionStatus {
    return this.#status;
  }

  /**
   * The connection of the moment, made when there is none. It belongs to the environment: do not
   * close it. Aborting gives up waiting, not the attempt, which others may wait for.
   * @throws {ExecServerError} as connecting does; `closed` after the environment was closed
   */
  async client(options: Pick<CallOptions, "signal"> = {}): Promise<ExecServerClient> {
    if (this.#ending.signal.aborted) throw closedError();
    this.#attempt ??= this.#begin();
    return await untilAborted(this.#attempt, options.signal);
  }

  /**
   * What its machine is like; `fresh` asks the server instead of its greeting.
   * @throws {ExecServerError}
   */
  async info(options: CallOptions & { readonly fresh?: boolean } = {}): Promise<EnvironmentInfo> {
    const { fresh = false, ...rest } = options;
    const client = await this.client(rest);
    return fresh ? await client.call("environment/info", {}, rest) : client.environmentInfo;
  }

  /**
   * What its server can do.
   * @throws {ExecServerError}
   */
  async capabilities(options: Pick<CallOptions, "signal"> = {}): Promise<KnownCapabilities> {
    return (await this.client(options)).capabilities;
  }

  /** Gives up connecting, or closes the connection. Later uses fail with kind `closed`. */
  async close(): Promise<void> {
    this.#ending.abort(closedError());
    const client = await this.#attempt?.catch(() => undefined);
    await client?.close();
  }

  /** Closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #begin(): Promise<ExecServerClient> {
    this.#status = "pending";
    const attempt = this.#connect();
    attempt.then(
      (client) => {
        this.#status = "ready";
        void client.closed.then((error) => this.#forget(error));
      },
      (error: unknown) => this.#forget(error),
    );
    return attempt;
  }

  async #connect(): Promise<ExecServerClient> {
    return await this.#source(this.#ending.signal);
  }

  #forget(reason: unknown): void {
    this.#attempt = undefined;
    this.#status = { disconnected: reasonOf(reason) };
  }
}
