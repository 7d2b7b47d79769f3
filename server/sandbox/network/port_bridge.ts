/** Leads connections to a few ports inside a sandbox to the same ports of this machine. @module */

import type { LoopbackEndpoint } from "../../../sandbox/loopback_endpoint.ts";
import { closeAll } from "../../process/posix/child_streams.ts";
import { loadLibc } from "../../process/posix/libc.ts";
import type { Poller } from "../../process/posix/poller.ts";
import { ControlSocket } from "./control_socket.ts";
import { Relay } from "./relay.ts";
import { loadSocketCalls, socketNumbers } from "../../process/posix/socket_calls.ts";
import { StreamSocket } from "./stream_socket.ts";

const { EAGAIN, ECONNABORTED, SOCK_CLOEXEC, SOCK_NONBLOCK } = socketNumbers;

/** Connections that one sandbox has at once; further ones wait until one of these ends. */
export const MOST_CONNECTIONS = 256;
/** Other watched descriptors have their turn after so many new connections. */
const ACCEPTED_PER_TURN = 16;

/** A port inside. */
interface Listener {
  readonly descriptor: number;
  readonly endpoint: LoopbackEndpoint;
}

/** What a sandbox reaches of this machine. */
export class PortBridge {
  readonly #endpoints: readonly LoopbackEndpoint[];
  readonly #poller: Poller;
  readonly #control: ControlSocket;
  readonly #listeners: Listener[] = [];
  readonly #relays = new Set<Relay>();
  #isTalking = false;
  #isListening = false;
  #hasEnded = false;

  /** @throws {Error} when the system has no more descriptors */
  constructor(endpoints: readonly LoopbackEndpoint[], poller: Poller) {
    this.#endpoints = endpoints;
    this.#poller = poller;
    this.#control = new ControlSocket(endpoints);
  }

  /** What the sandbox's stub has to get; closed here by `started`. */
  get theirs(): number {
    return this.#control.theirs;
  }

  /** To be called when the stub has been started, or could not be. */
  started(): void {
    this.#control.handOver();
    if (this.#hasEnded) return;
    this.#isTalking = true;
    this.#poller.watch(this.#control.descriptor, "read", () => this.#converse());
  }

  /** To be called when everything in the sandbox has ended. Closes everything. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#stopTalking();
    // What was sent before the end is delivered, also by a connection that is as new as that.
    for (const listener of this.#listeners) this.#accept(listener, MOST_CONNECTIONS);
    this.#stopListening();
    closeAll(this.#listeners.map(({ descriptor }) => descriptor));
    this.#listeners.length = 0;
    for (const relay of this.#relays) relay.finish();
  }

  #converse(): void {
    for (;;) {
      const received = this.#control.receive();
      if (received === undefined) return;
      const endpoint = this.#endpoints[this.#listeners.length];
      // The stub has ended, or is none; its command does not run.
      if (received === "ended" || endpoint === undefined) return this.end();
      this.#listeners.push({ descriptor: received, endpoint });
      if (this.#listeners.length < this.#endpoints.length) continue;
      this.#listen();
      this.#control.acknowledge();
      return this.#stopTalking();
    }
  }

  #stopTalking(): void {
    if (this.#isTalking) this.#poller.unwatch(this.#control.descriptor);
    this.#isTalking = false;
    this.#control.close();
  }

  #listen(): void {
    if (this.#isListening || this.#hasEnded) return;
    this.#isListening = true;
    for (const listener of this.#listeners) {
      this.#poller.watch(
        listener.descriptor,
        "read",
        () => this.#accept(listener, ACCEPTED_PER_TURN),
      );
    }
  }

  #stopListening(): void {
    if (!this.#isListening) return;
    this.#isListening = false;
    for (const { descriptor } of this.#listeners) this.#poller.unwatch(descriptor);
  }

  #accept({ descriptor, endpoint }: Listener, most: number): void {
    const { accept4 } = loadSocketCalls();
    for (let count = 0; count < most; count++) {
      if (this.#relays.size >= MOST_CONNECTIONS) return this.#stopListening();
      const accepted = accept4(descriptor, null, null, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (accepted >= 0) {
        this.#forward(accepted, endpoint);
        continue;
      }
      const error = loadLibc().errno();
      if (error === ECONNABORTED) continue;
      if (error === EAGAIN) return;
      // There are no descriptors left: the next caller has to wait until one of ours is closed, or
      // is refused when none of them is.
      this.#stopListening();
      if (this.#relays.size === 0) this.end();
      return;
    }
  }

  #forward(accepted: number, endpoint: LoopbackEndpoint): void {
    const inside = new StreamSocket(accepted, this.#poller);
    let relay: Relay;
    try {
      relay = new Relay(inside, StreamSocket.connect(endpoint, this.#poller));
    } catch {
      // Nobody listens there. Too late to say just that, but it is not a regular end either.
      return inside.reset();
    }
    this.#relays.add(relay);
    void relay.run().then(() => {
      this.#relays.delete(relay);
      this.#listen();
    });
  }
}
