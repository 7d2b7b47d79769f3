/** A connection of TCP that never makes anybody wait for it, read and written by system calls. @module */

import {
  endpointBytes,
  type LoopbackEndpoint,
  SOCKET_ADDRESS_BYTES,
} from "../../../sandbox/loopback_endpoint.ts";
import { closeAll } from "../../process/posix/child_streams.ts";
import { descriptorFlags, loadLibc } from "../../process/posix/libc.ts";
import type { Poller } from "../../process/posix/poller.ts";
import type { Interest } from "../../process/posix/readiness_queue.ts";
import { loadSocketCalls, socketNumbers } from "../../process/posix/socket_calls.ts";

const {
  EAGAIN,
  EINPROGRESS,
  IPPROTO_TCP,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SHUT_WR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  SO_LINGER,
  TCP_NODELAY,
} = socketNumbers;
const ON = new Int32Array([1]);
const AT_ONCE = new Int32Array([1, 0]);

/** The connection is gone, or never came to be. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}

/** One end of a connection. */
export class StreamSocket {
  readonly #descriptor: number;
  readonly #poller: Poller;
  /** The same socket under a second number, because reading and writing are watched apart. */
  #second: number | undefined;
  readonly #waiting = new Map<Interest, () => void>();
  #isOpen = true;

  /** Takes over a descriptor that does not block. */
  constructor(descriptor: number, poller: Poller) {
    this.#descriptor = descriptor;
    this.#poller = poller;
    // Whoever passes bytes on must not hold small ones back.
    const { setsockopt } = loadSocketCalls();
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, ON, ON.byteLength);
  }

  /**
   * Connects; whether that succeeds shows when it is read or written.
   * @throws {ConnectionLost} when it is clear at once that it does not
   */
  static connect(endpoint: LoopbackEndpoint, poller: Poller): StreamSocket {
    const { socket, connect } = loadSocketCalls();
    const address = endpointBytes(endpoint);
    const flags = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    const descriptor = socket(address[0] ?? 0, flags, 0);
    if (descriptor < 0) throw lost("connect");
    const made = new StreamSocket(descriptor, poller);
    if (connect(descriptor, address, SOCKET_ADDRESS_BYTES) === 0) return made;
    const { errno } = loadLibc();
    if (errno() === EINPROGRESS) return made;
    const error = lost("connect");
    made.close();
    throw error;
  }

  /**
   * Takes what has come.
   * @returns how many bytes; 0 at the end; undefined when nothing has come
   * @throws {ConnectionLost}
   */
  read(buffer: Uint8Array<ArrayBuffer>): number | undefined {
    if (!this.#isOpen) throw new ConnectionLost("It is closed");
    const { recv } = loadSocketCalls();
    const count = recv(this.#descriptor, buffer, BigInt(buffer.byteLength), MSG_DONTWAIT);
    if (Number(count) >= 0) return Number(count);
    if (loadLibc().errno() === EAGAIN) return undefined;
    throw lost("read from");
  }

  /** @returns how many bytes were taken, which may be none @throws {ConnectionLost} */
  write(bytes: Uint8Array<ArrayBuffer>): number {
    if (!this.#isOpen) throw new ConnectionLost("It is closed");
    const { send } = loadSocketCalls();
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    const count = send(this.#descriptor, bytes, BigInt(bytes.byteLength), flags);
    if (Number(count) >= 0) return Number(count);
    if (loadLibc().errno() === EAGAIN) return 0;
    throw lost("write to");
  }

  /** Tells the other end that nothing more will be written. */
  endWriting(): void {
    if (this.#isOpen) loadSocketCalls().shutdown(this.#descriptor, SHUT_WR);
  }

  /** Settles when it can be read or written, or is closed. @throws {Error} without descriptors */
  ready(interest: Interest): Promise<void> {
    if (!this.#isOpen) return Promise.resolve();
    const watched = interest === "read" ? this.#descriptor : this.#secondDescriptor();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#poller.watch(watched, interest, () => {
      this.#poller.unwatch(watched);
      this.#waiting.delete(interest);
      resolve();
    });
    this.#waiting.set(interest, resolve);
    return promise;
  }

  /** Ends it; what was written still arrives. Harmless when it is closed. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const open = this.#second === undefined ? [] : [this.#second];
    for (const descriptor of [this.#descriptor, ...open]) this.#poller.unwatch(descriptor);
    closeAll([this.#descriptor, ...open]);
    for (const resolve of this.#waiting.values()) resolve();
    this.#waiting.clear();
  }

  /** Ends it in such a way that the other end sees an error, rather than a regular end. */
  reset(): void {
    if (!this.#isOpen) return;
    const { setsockopt } = loadSocketCalls();
    setsockopt(this.#descriptor, SOL_SOCKET, SO_LINGER, AT_ONCE, AT_ONCE.byteLength);
    this.close();
  }

  #secondDescriptor(): number {
    if (this.#second !== undefined) return this.#second;
    const { libc } = loadLibc();
    const second = libc.fcntl(this.#descriptor, descriptorFlags.F_DUPFD_CLOEXEC, 0);
    if (second < 0) throw lost("wait for");
    return this.#second = second;
  }
}

function lost(what: string): ConnectionLost {
  const { errno, describe } = loadLibc();
  return new ConnectionLost(`Cannot ${what} a connection: ${describe(errno())}`);
}
