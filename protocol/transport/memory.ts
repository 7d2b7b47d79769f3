/** Two transports joined back to back, for tests and for embedding. @module */

import { limits } from "../limits.ts";
import { End } from "./end.ts";
import { type Base64Text, joinBase64, type Transport } from "./transport.ts";

/** What one side sends, the other receives; closing one closes both. */
export function memoryPair(): [Transport, Transport] {
  const end = new End();
  const forth = new Mailbox();
  const back = new Mailbox();
  end.promise.then(() => {
    forth.end();
    back.end();
  });
  return [new MemoryTransport(forth, back, end), new MemoryTransport(back, forth, end)];
}

/** Texts on their way in one direction. */
class Mailbox {
  readonly #texts: string[] = [];
  #reader: ((text: string | undefined) => void) | undefined;
  #drainers: (() => void)[] = [];
  #isEnded = false;
  #queuedBytes = 0;

  get queuedBytes(): number {
    return this.#isEnded ? 0 : this.#queuedBytes;
  }

  put(text: string): void {
    if (this.#isEnded) return;
    if (this.#reader !== undefined) {
      this.#reader(text);
      this.#reader = undefined;
      return;
    }
    this.#texts.push(text);
    this.#queuedBytes += text.length;
  }

  take(): Promise<string | undefined> {
    const text = this.#texts.shift();
    if (text !== undefined) {
      this.#queuedBytes -= text.length;
      if (this.#queuedBytes <= limits.sendLowWaterBytes) this.#release();
      return Promise.resolve(text);
    }
    if (this.#isEnded) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#reader = resolve);
  }

  drained(): Promise<void> {
    if (this.#isEnded || this.#queuedBytes <= limits.sendLowWaterBytes) return Promise.resolve();
    return new Promise((resolve) => this.#drainers.push(resolve));
  }

  end(): void {
    this.#isEnded = true;
    this.#reader?.(undefined);
    this.#reader = undefined;
    this.#release();
  }

  #release(): void {
    for (const resolve of this.#drainers.splice(0)) resolve();
  }
}

class MemoryTransport implements Transport {
  readonly peer = "exec-server memory";
  readonly malformedPrefix = "failed to parse JSON-RPC message from exec-server memory: ";
  readonly #out: Mailbox;
  readonly #in: Mailbox;
  readonly #end: End;

  constructor(out: Mailbox, into: Mailbox, end: End) {
    this.#out = out;
    this.#in = into;
    this.#end = end;
  }

  get queuedBytes(): number {
    return this.#out.queuedBytes;
  }

  get closed(): Promise<string> {
    return this.#end.promise;
  }

  receive(): Promise<string | undefined> {
    return this.#in.take();
  }

  receiveParts(): Promise<string | undefined> {
    return this.receive();
  }

  send(text: string): void {
    this.#out.put(text);
  }

  sendBase64(text: Base64Text): void {
    this.#out.put(joinBase64(text));
    text.release?.();
  }

  drained(): Promise<void> {
    return this.#out.drained();
  }

  close(reason: string): void {
    this.#end.reach(reason);
  }

  finish(reason: string): Promise<void> {
    // What was sent before can still be received: a mailbox ends after its texts.
    this.close(reason);
    return Promise.resolve();
  }
}
