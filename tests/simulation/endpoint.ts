/** One end of a simulated connection, as a transport. @module */
import { limits } from "../../protocol/limits.ts";
import { End } from "../../protocol/transport/end.ts";
import { type Base64Text, joinBase64, type Transport } from "../../protocol/transport/transport.ts";
import type { Direction } from "./direction.ts";
import type { Scheduler } from "./scheduler.ts";

/** What an end is made of. */
export interface EndpointParts {
  /** Names the other end in errors. */
  readonly peer: string;
  readonly scheduler: Scheduler;
  /** What this end sends. */
  readonly out: Direction;
  /** What it receives. */
  readonly into: Direction;
}

/** Behaves as a socket: ends when the end of its input is read, when a write fails, or by itself. */
export class Endpoint implements Transport {
  readonly peer: string;
  readonly malformedPrefix = "failed to parse message: ";
  readonly #parts: EndpointParts;
  readonly #end = new End();
  /** Why writing will fail, once that is known to this end's system. */
  #breakage: string | undefined;
  #wake: (() => void) | undefined;
  #drainers: { readonly atMost: number; readonly resolve: () => void }[] = [];
  /** Told when this end has ended. */
  onEnd: () => void = () => {};

  constructor(parts: EndpointParts) {
    this.peer = parts.peer;
    this.#parts = parts;
    parts.into.onReadable = () => this.#wakeUp();
    parts.out.onTaken = () => this.#release();
  }

  get queuedBytes(): number {
    return this.#end.reached ? 0 : this.#parts.out.queued;
  }

  get closed(): Promise<string> {
    return this.#end.promise;
  }

  get hasEnded(): boolean {
    return this.#end.reached;
  }

  get receivedBytes(): number {
    return this.#parts.into.arrived;
  }

  async receive(): Promise<string | undefined> {
    while (!this.#end.reached) {
      const item = this.#parts.into.take();
      if (typeof item === "string") return item;
      const ending = item?.reason ?? this.#breakage;
      if (ending !== undefined) this.close(ending);
      else await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return undefined;
  }

  receiveParts(): Promise<string | undefined> {
    return this.receive();
  }

  send(text: string): void {
    if (this.#end.reached) return;
    this.#parts.out.put(text);
    if (this.#breakage !== undefined) this.#failToWrite(this.#breakage);
  }

  sendBase64(text: Base64Text): void {
    this.send(joinBase64(text));
    text.release?.();
  }

  drained(): Promise<void> {
    return this.#drainedTo(limits.sendLowWaterBytes);
  }

  close(reason: string): void {
    if (!this.#end.reach(reason)) return;
    const { out, into, scheduler } = this.#parts;
    scheduler.note(() => `end towards ${this.peer}: ${reason}`);
    out.dropQueue();
    // A socket that is closed with something unread takes back what was on its way.
    const ending = { reason: "the other side closed the connection" };
    if (into.hasUnread) out.reset(ending);
    else out.put(ending);
    into.dropInbox();
    this.#release();
    this.#wakeUp();
    this.onEnd();
  }

  async finish(reason: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#parts.scheduler.after(limits.finishMs, resolve);
    await Promise.race([this.#drainedTo(0), promise]);
    timer.cancel();
    this.close(reason);
  }

  /** The connection is known to be dead on this end: at once, or where it is read or written next. */
  break(reason: string, isAtOnce: boolean): void {
    if (isAtOnce) return this.close(reason);
    this.#breakage = reason;
    if (!this.#parts.into.hasUnread && this.#wake !== undefined) this.close(reason);
  }

  #failToWrite(reason: string): void {
    this.#parts.scheduler.plan(0, "a write fails", () => this.close(reason));
  }

  #drainedTo(atMost: number): Promise<void> {
    if (this.queuedBytes <= atMost) return Promise.resolve();
    return new Promise((resolve) => this.#drainers.push({ atMost, resolve }));
  }

  #release(): void {
    const waiting = this.#drainers;
    if (waiting.length === 0) return;
    this.#drainers = waiting.filter(({ atMost }) => this.queuedBytes > atMost);
    for (const { atMost, resolve } of waiting) if (this.queuedBytes <= atMost) resolve();
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
