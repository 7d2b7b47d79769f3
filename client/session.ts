/**
 * One session at a server, over connections that follow each other: calls wait while one is lost,
 * and go on over the next.
 *
 * Connected → Recovering → Connected or Failed. What was lost with a connection is either asked for
 * again, where that is safe, or fails with kind `disconnected`: never is it taken for done.
 * @module
 */

import type { Clock } from "../protocol/clock.ts";
import { errors } from "../protocol/errors.ts";
import type {
  NotificationName,
  NotificationParams,
  Params,
  RequestName,
  Result,
} from "../protocol/methods/mod.ts";
import { backOff } from "./back_off.ts";
import type { Caller, CallOptions } from "./caller.ts";
import type { Connection } from "./connection.ts";
import { untilAborted } from "./deadline.ts";
import { Heartbeat, type HeartbeatTimes } from "./heartbeat.ts";
import { closedError, disconnectedError, ExecServerError, reasonOf } from "./errors.ts";

/** `failed` is for ever: the session is lost, or was closed by this side. */
export type SessionState = "connected" | "recovering" | "failed";

/** What a session is made of. */
export interface SessionParts {
  /** The connection it begins with; its handshake is done. */
  readonly first: Connection;
  /** Opens the next connection and resumes the session; undefined where there can be none. */
  readonly reconnect: ((signal: AbortSignal) => Promise<Connection>) | undefined;
  /** Brings everything up to date over a new connection, before calls go out on it. */
  readonly catchUp: (connection: Connection) => Promise<void>;
  /** Told when calls go out over a new connection. */
  readonly onReconnected: () => void;
  /** Whether a call whose answer was lost may be made again, so long after it was made first. */
  readonly mayRepeat: (method: RequestName, ageMs: number) => boolean;
  /** How long to try, in milliseconds; 0: until it is closed. */
  readonly recoveryMs: number;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Between 0 and 1. */
  readonly random: () => number;
  /** When to take a silent connection for dead; undefined: never. */
  readonly heartbeat: HeartbeatTimes | undefined;
}

/** A call that may have been made before. */
interface Attempt extends CallOptions {
  /** When it was made first, and how its answer was lost. */
  readonly lost?: { readonly madeAtMs: number; readonly error: ExecServerError };
}

/** Makes calls, over whichever connection there is. */
export class Session implements Caller {
  readonly ended: Promise<ExecServerError>;
  readonly #parts: SessionParts;
  readonly #resolveEnded: (error: ExecServerError) => void;
  readonly #listeners = new Set<(state: SessionState) => void>();
  readonly #over = new AbortController();
  #connection: Connection;
  #generation = 1;
  #state: SessionState = "connected";
  #failure: ExecServerError | undefined;
  #recovery: Promise<void> = Promise.resolve();

  /** Begins connected. */
  constructor(parts: SessionParts) {
    const { promise, resolve } = Promise.withResolvers<ExecServerError>();
    this.ended = promise;
    this.#resolveEnded = resolve;
    this.#parts = parts;
    this.#connection = parts.first;
    this.#listen(parts.first);
    this.#watch(parts.first);
  }

  get peer(): string {
    return this.#connection.peer;
  }

  get isEnded(): boolean {
    return this.#failure !== undefined;
  }

  /** What can be done at the moment. */
  get state(): SessionState {
    return this.#state;
  }

  /** How many connections it has had. */
  get generation(): number {
    return this.#generation;
  }

  /** Told of every change of the state, until the returned function is called. */
  onState(listener: (state: SessionState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Waits for work, but only while there is a connection. */
  async whileConnected(work: Promise<unknown>): Promise<void> {
    if (this.#state !== "connected") return;
    let forget = () => {};
    const lost = new Promise((resolve) => forget = this.onState(resolve));
    await Promise.race([work, lost]).finally(forget);
  }

  call<M extends RequestName>(
    method: M,
    params: Params<M>,
    options: Attempt = {},
  ): Promise<Result<M>> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#state === "recovering") return this.#callLater(method, params, options);
    const connection = this.#connection;
    // Nothing has been sent yet, so any call can wait for the next one.
    if (connection.isEnded) return this.#afterLoss(connection, method, params, options);
    const { clock, mayRepeat } = this.#parts;
    const { lost } = options;
    const madeAtMs = lost?.madeAtMs ?? clock.now();
    const isTimely = () => mayRepeat(method, clock.now() - madeAtMs);
    // The wait for a connection may have been too long for it.
    if (lost !== undefined && !isTimely()) return Promise.reject(lost.error);
    let isSent = false;
    const onSent = () => void (isSent = true);
    return connection.call(method, params, { ...options, onSent }).catch((error) => {
      const isLost = error instanceof ExecServerError && error.kind === "disconnected";
      if (!isLost || (isSent && !isTimely())) throw error;
      this.#lose(connection, error);
      const repeated = isSent ? { ...options, lost: { madeAtMs, error } } : options;
      return this.#callLater(method, params, repeated);
    });
  }

  notify<M extends NotificationName>(method: M, params: NotificationParams<M>): void {
    if (this.#state === "connected") this.#connection.notify(method, params);
  }

  /** Ends it from this side, after what was sent has left. The server keeps it for a while. */
  async close(): Promise<void> {
    this.#fail(closedError());
    // Also one that is lost may have something to tidy up: the child it was spoken to.
    await this.#connection.close();
    await this.#recovery;
  }

  async #afterLoss<M extends RequestName>(
    connection: Connection,
    ...call: [method: M, params: Params<M>, options: Attempt]
  ): Promise<Result<M>> {
    this.#lose(connection, await connection.ended);
    return await this.#callLater(...call);
  }

  async #callLater<M extends RequestName>(
    method: M,
    params: Params<M>,
    options: Attempt,
  ): Promise<Result<M>> {
    if (options.whileRecovering === "fail" && this.#state === "recovering") {
      throw new ExecServerError("recovering", `The connection to ${this.peer} is being recovered`);
    }
    await untilAborted(this.#recovery, options.signal);
    // However many have waited with it, none of them is one too many.
    return await this.call(method, params, { ...options, waitsForPlace: true });
  }

  /** Ends a connection that goes silent. Ends itself with its connection. */
  #listen(connection: Connection): void {
    const { heartbeat, clock } = this.#parts;
    if (heartbeat !== undefined) new Heartbeat(connection, { ...heartbeat, clock });
  }

  #watch(connection: Connection): void {
    void connection.ended.then((error) => this.#lose(connection, error));
  }

  /** Only the connection in use can be lost; who reports it second is late. */
  #lose(connection: Connection, error: ExecServerError): void {
    if (connection !== this.#connection || this.#state !== "connected") return;
    if (this.#parts.reconnect === undefined) return this.#fail(error);
    this.#state = "recovering";
    this.#recovery = this.#recover(this.#parts.reconnect, error);
    this.#enter("recovering");
  }

  async #recover(
    reconnect: (signal: AbortSignal) => Promise<Connection>,
    cause: ExecServerError,
  ): Promise<void> {
    const { clock, random, recoveryMs } = this.#parts;
    const attempts = new AbortController();
    const signal = AbortSignal.any([attempts.signal, this.#over.signal]);
    const deadline = recoveryMs === 0
      ? undefined
      : clock.after(recoveryMs, () => attempts.abort(late(cause, recoveryMs)));
    try {
      for (let attempt = 0; !signal.aborted; attempt++) {
        if (await this.#attempt(reconnect, signal)) return;
        await backOff(attempt, { clock, random, signal });
      }
      throw signal.reason;
    } catch (error) {
      this.#fail(error instanceof ExecServerError ? error : disconnectedError(reasonOf(error)));
    } finally {
      deadline?.cancel();
    }
  }

  /**
   * Tries once; false when another attempt may have more luck.
   * @throws {ExecServerError} when none can
   */
  async #attempt(
    reconnect: (signal: AbortSignal) => Promise<Connection>,
    signal: AbortSignal,
  ): Promise<boolean> {
    let connection: Connection | undefined;
    try {
      connection = await reconnect(signal);
      this.#listen(connection);
      await untilAborted(this.#parts.catchUp(connection), signal);
      if (connection.isEnded) return false;
    } catch (error) {
      // Not closed: what it was asked while catching up is unknown, and no process fails by it.
      connection?.abandon("the attempt to recover was given up");
      if (signal.aborted) throw signal.reason;
      if (isPassing(error)) return false;
      throw lostSession(error);
    }
    this.#connection = connection;
    this.#generation++;
    this.#watch(connection);
    this.#enter("connected");
    this.#parts.onReconnected();
    return true;
  }

  #fail(error: ExecServerError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#over.abort(error);
    this.#enter("failed");
    this.#resolveEnded(error);
  }

  #enter(state: SessionState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) tell(listener, state);
  }
}

/** What a listener throws is its program's concern, and must not stop the recovery. */
function tell(listener: (state: SessionState) => void, state: SessionState): void {
  try {
    listener(state);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** Whether an attempt failed in a way that the next one may not. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof ExecServerError)) return false;
  switch (error.kind) {
    case "connect":
    case "connectTimeout":
    case "initializeTimeout":
    case "disconnected":
      return true;
    case "server":
      // The server has not noticed yet that the old connection is gone.
      return error.code === errors.sessionAttached.code;
    default:
      return false;
  }
}

function late(cause: ExecServerError, recoveryMs: number): ExecServerError {
  const text = `${cause.message}; recovery timed out after ${recoveryMs / 1000}s`;
  return new ExecServerError("disconnected", text, { cause });
}

/** The server is there, but the session is not: it was restarted, or away for too long. */
function lostSession(error: unknown): ExecServerError {
  const text = `The session is lost, and how its processes ended is unknown: ${reasonOf(error)}`;
  return new ExecServerError("sessionLost", text, { cause: error });
}
