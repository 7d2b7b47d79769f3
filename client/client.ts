/** One session at a server: typed calls, its files, and the processes it runs. @module */

import type { Clock } from "../protocol/clock.ts";
import type { EnvironmentInfo } from "../protocol/methods/environment.ts";
import type { Params, RequestName, Result } from "../protocol/methods/mod.ts";
import type { ReadParams } from "../protocol/methods/process.ts";
import type { StartParams } from "../protocol/methods/process_start.ts";
import { parsePathUri, type PathUri } from "../protocol/path_uri.ts";
import { type KnownCapabilities, knownCapabilities, requireCapability } from "./capabilities.ts";
import type { CallOptions } from "./caller.ts";
import { untilAborted, within } from "./deadline.ts";
import { ExecServerError } from "./errors.ts";
import type { FileSystem } from "./fs/file_system.ts";
import { RemoteFileSystem } from "./fs/remote_file_system.ts";
import type { FileSubscriptions } from "./fs/subscriptions.ts";
import { RemoteProcess } from "./process.ts";
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

/** A connection to a server whose handshake is done. */
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
    this.fs = new RemoteFileSystem({ caller: session, capabilities, subscriptions });
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
      const read = (params: ReadParams) => this.#session.call("process/read", params);
      // Its first output may have gone to a connection that was lost before the answer.
      if (generation !== this.#session.generation) await feed.catchUp(read);
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
      argv: [...argv],
      cwd: parsePathUri(String(place)),
      env: { ...env },
      tty,
      // A connection that is lost then costs no output, however much is printed meanwhile.
      ...(this.capabilities.processAcks ? { awaitAcks: true } : {}),
      ...rest,
    };
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
