/** All bridges of one server, and what they share. @module */

import type { LoopbackEndpoint } from "../../../sandbox/loopback_endpoint.ts";
import { Poller } from "../../process/posix/poller.ts";
import { PortBridge } from "./port_bridge.ts";

/** Makes bridges, and ends those that are left. */
export class PortBridges implements Disposable {
  readonly #bridges = new Set<PortBridge>();
  readonly #onError: (error: unknown) => void;
  #poller: Poller | undefined;

  /** @param onError told of trouble that ends nothing */
  constructor(onError: (error: unknown) => void = () => {}) {
    this.#onError = onError;
  }

  /** A bridge to be started and ended with its sandbox. @throws {Error} without descriptors */
  open(endpoints: readonly LoopbackEndpoint[]): PortBridge {
    this.#poller ??= new Poller(this.#onError);
    const bridge = new PortBridge(endpoints, this.#poller);
    this.#bridges.add(bridge);
    return bridge;
  }

  /** Ends a bridge. */
  close(bridge: PortBridge): void {
    this.#bridges.delete(bridge);
    bridge.end();
  }

  [Symbol.dispose](): void {
    for (const bridge of this.#bridges) bridge.end();
    this.#bridges.clear();
  }
}
