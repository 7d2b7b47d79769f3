/** One session at a server: typed calls, its files, and the processes it runs. @module */

import type { Clock } from "../protocol/clock.ts";
import type { EnvironmentInfo } from "../protocol/methods/environment.ts";
import type { Params, RequestName, Result } from "../protocol/methods/mod.ts";
import type { ListResult } from "../protocol/methods/process_list.ts";
import type { StartParams } from "../protocol/methods/process_start.ts";
import { parsePathUri, type PathUri, PathUriError } from "../protocol/path_uri.ts";
import { type KnownCapabilities, knownCapabilities, requireCapability } from "./capabilities.ts";
import type { CallOptions } from "./caller.ts";
import { untilAborted, within } from "./deadline.ts";
import { ExecServerError, reasonOf } from "./errors.ts";
import type { FileSystem } from "./fs/file_system.ts";
import { fileSystemOf } from "./fs/file_system_of.ts";
import type { FileSubscriptions } from "./fs/subscriptions.ts";
import { type AttachOptions, ObservedProcess, type ProcessTarget } from "./observed_process.ts";
import { RemoteProcess } from "./process.ts";
import type { ProcessFeed } from "./process_feed.ts";
import type { ProcessRegistry } from "./process_registry.ts";
import type { Session, SessionState } from "./session.ts";

/** What to start: `process/start` with defaults for what is usually the same. */
export interface StartRequest
  extends Omit<StartParams, "processId" | "cwd" | "env" | "tty" | "argv"> {
  /** The program and its arguments; at least the program. */
  readonly argv: readonly string[];
  /** Unique in the session; a random one by default. */
  readonly processId?: string;
  /** Where the program starts, as a `file:` URL; the server's own directory by default. */
  readonly cwd?: PathUri | URL;
  /** The whole environment, or what to lay over the result of `envPolicy`; empty by default. */
  readonly env?: Readonly<Record<string, string>>;
  /** Run in a terminal; false by default. */
  readonly tty?: boolean;
}

/** What a client is made of. */
export interface ClientParts {
  /** From the answer to `initialize`. */
  readonly sessionId: string;
  /** From the same answer, or from `environment/info`. */
  readonly environmentInfo: EnvironmentInfo;
  /** Where calls go. */
  readonly session: Session;
  /** Where notifications about processes go. */
  readonly processes: ProcessRegistry;
  /** Where notifications about files go. */
  readonly subscriptions: FileSubscriptions;
  /** Where time comes from. */
  readonly clock: Clock;
}

// Long enough for an answer from a far server, short enough to wait for at the end of a program.
const CLEAN_UP_MS = 2000;

/**
 * A session at a server. It outlives connections where another one can be made.
 *
 * ```ts
 * import { connectWebSocket } from "exec-server-client";
 *
 * const client = await connectWebSocket({ url: "ws://127.0.0.1:4500" });
 * client.onState((state) => console.log(state));
 * console.log(client.environmentInfo.shell.path, client.capabilities.processResize);
 * const home = await client.call("fs/canonicalize", { path: "file:///tmp/" });
 * console.log(home.path);
 * await client.close();
 * console.log((await client.closed).kind);
 * ```
 */
export class ExecServerClient implements AsyncDisposable {
  /** Names the session, and is the secret that resumes it. */
  readonly sessionId: string;
  /** What the server's machine is like. */
  readonly environmentInfo: EnvironmentInfo;
  /** What the server can do; all false where it does not say. */
  readonly capabilities: KnownCapabilities;
  /** The files of the server's machine. */
  readonly fs: FileSystem;
  readonly #session: Session;
  readonly #processes: ProcessRegistry;
  readonly #clock: Clock;

  /** Made by `connectTransport` and its siblings. */
  constructor(parts: ClientParts) {
    this.sessionId = parts.sessionId;
    this.environmentInfo = parts.environmentInfo;
    this.capabilities = knownCapabilities(parts.environmentInfo.capabilities);
    const { session, subscriptions } = parts;
    const { capabilities } = this;
    this.fs = fileSystemOf({ caller: session, capabilities, subscriptions });
    this.#session = session;
    this.#processes = parts.processes;
    this.#clock = parts.clock;
  }

  /**
   * Settles once the session is over for this client, with the error that every unfinished and
   * later call fails with. Never rejects.
   */
  get closed(): Promise<ExecServerError> {
    return this.#session.ended;
  }

  /** Whether calls go out at once, wait for a lost connection to be recovered, or fail for ever. */
  get state(): SessionState {
    return this.#session.state;
  }

  /** Told of every change of `state`, until the returned function is called. */
  onState(listener: (state: SessionState) => void): () => void {
    return this.#session.onState(listener);
  }

  /**
   * Makes any call of the protocol.
   * @throws {ExecServerError} `server` when it is refused, `disconnected` when the connection ends
   */
  call<M extends RequestName>(
    method: M,
    params: Params<M>,
    options: CallOptions = {},
  ): Promise<Result<M>> {
    return this.#session.call(method, params, options);
  }

  /**
   * Starts a process. Aborting ends it, also when it had been started already.
   * @throws {ExecServerError} `server` when it cannot be started, `processIdInUse`, `disconnected`,
   * `notSupported` when it asks for an extension that the server does not announce
   * @throws {PathUriError} when `cwd` is no `file:` URL
   */
  async start(request: StartRequest, options: CallOptions = {}): Promise<RemoteProcess> {
    options.signal?.throwIfAborted();
    this.#requireExtensions(request);
    const params = this.#startParams(request);
    // Registered before it is sent: its first output may overtake the answer.
    const feed = this.#processes.open(params.processId);
    feed.isAcknowledged = params.awaitAcks ?? false;
    // Not given to the call: what was sent may take effect, so its answer must be seen.
    const { generation } = this.#session;
    const answer = this.#session.call("process/start", params);
    try {
      const started = await untilAborted(answer, options.signal);
      feed.isStarted = true;
      // Its first output may have gone to a connection that was lost before the answer.
      if (generation !== this.#session.generation) await feed.catchUp();
      this.#endOnAbort(feed, options.signal);
      return new RemoteProcess({
        caller: this.#session,
        feed,
        started,
        capabilities: this.capabilities,
        terminate: (params) => this.#processes.terminate(params),
      });
    } catch (error) {
      this.#processes.abandon(feed, answer);
      throw error;
    }
  }

  /**
   * Lists the processes of all sessions that have the same owner as this one, or of one session.
   * @param options `sessionId` is the secret of that session
   * @throws {ExecServerError} `notSupported` without `processList`, `server`, `disconnected`
   */
  async processes(
    options: CallOptions & { readonly sessionId?: string } = {},
  ): Promise<ListResult> {
    requireCapability(this.capabilities, "processList", "Cannot list processes");
    const { sessionId, ...how } = options;
    return await this.#session.call("process/list", { sessionId }, how);
  }

  /**
   * Follows a process that another session runs, without any say in it.
   * @throws {ExecServerError} `notSupported` without `processAttach`, `server` when there is no such
   * process or `afterSeq` lies beyond its last event, `processIdInUse`, `disconnected`
   */
  async attach(target: ProcessTarget, options: AttachOptions = {}): Promise<ObservedProcess> {
    const { afterSeq, signal, processId = crypto.randomUUID() } = options;
    signal?.throwIfAborted();
    const action = `Cannot attach to process "${target.processId}"`;
    requireCapability(this.capabilities, "processAttach", action);
    const follow = afterSeq === undefined ? {} : { afterSeq };
    const feed = this.#processes.open(processId, { ...follow, toleratesGaps: true });
    const { generation } = this.#session;
    const params = { processId, target: targetOf(target), ...follow };
    const answer = this.#session.call("process/attach", params);
    try {
      const attached = await untilAborted(answer, signal);
      feed.isStarted = true;
      // As for a start: events may have gone to a connection that was lost before the answer.
      if (generation !== this.#session.generation) await feed.catchUp();
      const parts = { processes: this.#processes, session: this.#session };
      return new ObservedProcess({ feed, target, attached, ...parts });
    } catch (error) {
      this.#processes.abandon(feed, answer);
      throw error;
    }
  }

  /**
   * Ends the connection, after what tidies up has been answered, and settles when it is gone.
   * Processes that still run are kept by the server for a while, for a client that resumes.
   */
  async close(): Promise<void> {
    const limits = { limitMs: CLEAN_UP_MS, clock: this.#clock, onLate: () => {} };
    await within(this.#processes.cleanedUp(), limits);
    await this.#session.close();
  }

  /** Closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #endOnAbort({ processId, status }: ProcessFeed, signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const end = () => void this.#processes.terminate({ processId }).catch(() => {});
    const forget = () => signal.removeEventListener("abort", end);
    signal.addEventListener("abort", end, { once: true });
    status.then(forget, forget);
    if (signal.aborted) end();
  }

  /** A server that does not know an extension would start the process as if nothing had been said. */
  #requireExtensions({ terminalSize, timeoutMs, idleTimeoutMs }: StartRequest): void {
    const place = "Cannot start a process";
    if (isGiven(terminalSize)) {
      const action = `${place} in a terminal of another size than 24 × 80`;
      requireCapability(this.capabilities, "processResize", action);
    }
    if (isGiven(timeoutMs) || isGiven(idleTimeoutMs)) {
      requireCapability(this.capabilities, "processTimeouts", `${place} with a timeout`);
    }
  }

  #startParams(request: StartRequest): StartParams {
    const { processId = crypto.randomUUID(), cwd, env = {}, tty = false, argv, ...rest } = request;
    const place = cwd ?? this.environmentInfo.cwd;
    if (place === undefined || place === null) {
      throw new ExecServerError("notSupported", "The server does not tell its directory: name one");
    }
    return {
      processId,
      argv: wordsOf(argv),
      cwd: directoryOf(place),
      env: { ...env },
      tty,
      // A connection that is lost then costs no output, however much is printed meanwhile.
      ...(this.capabilities.processAcks ? { awaitAcks: true } : {}),
      ...rest,
    };
  }
}

/** Just what the server needs: what a list tells of a process is more. */
function targetOf(target: ProcessTarget): ProcessTarget {
  const { processId } = target;
  return "session" in target
    ? { session: target.session, processId }
    : { sessionId: target.sessionId, processId };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Plain JavaScript may give a text, which would be taken for one-letter words. */
function wordsOf(argv: readonly string[]): string[] {
  // Copied first: `every` would pass over what an array leaves open.
  const words = Array.isArray(argv) ? Array.from<unknown>(argv) : [undefined];
  if (words.every((word) => typeof word === "string")) return words;
  throw new TypeError("Cannot start a process: argv must be an array of strings");
}

function directoryOf(cwd: PathUri | URL): PathUri {
  try {
    return parsePathUri(String(cwd));
  } catch (error) {
    const text = `Cannot start a process: cwd must be a file: URL: ${reasonOf(error)}`;
    throw new PathUriError(text, true);
  }
}
