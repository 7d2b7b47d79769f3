/** Our end of the conversation with a stub that opens ports. Source: `sandbox/stub/stub_listeners.ts`. @module */

import { endpointBytes, type LoopbackEndpoint } from "../../../sandbox/loopback_endpoint.ts";
import { closeAll } from "../../process/posix/child_streams.ts";
import { loadLibc } from "../../process/posix/libc.ts";
import { receiveDescriptor } from "./received_descriptor.ts";
import { loadSocketCalls, socketNumbers } from "../../process/posix/socket_calls.ts";

const { AF_UNIX, SOCK_SEQPACKET, SOCK_CLOEXEC, MSG_NOSIGNAL, MSG_DONTWAIT } = socketNumbers;

/** A pair of sockets, one of them for a stub. */
export class ControlSocket {
  /** Our end, for waiting. */
  readonly descriptor: number;
  /** The stub's end, until it has been handed over. */
  readonly theirs: number;
  #isOpen = true;
  #isTheirsOpen = true;

  /** Says where to listen. @throws {Error} when the system has no more descriptors */
  constructor(endpoints: readonly LoopbackEndpoint[]) {
    const ends = new Int32Array(2);
    const { socketpair, send } = loadSocketCalls();
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) !== 0) throw failure();
    [this.descriptor = -1, this.theirs = -1] = ends;
    const list = new Uint8Array(endpoints.flatMap((endpoint) => [...endpointBytes(endpoint)]));
    // It waits there until the stub asks.
    const sent = send(this.descriptor, list, BigInt(list.byteLength), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (Number(sent) === list.byteLength) return;
    const error = failure();
    this.handOver();
    this.close();
    throw error;
  }

  /** The next listener; undefined while none has come; "ended" when none will come. */
  receive(): number | "ended" | undefined {
    return receiveDescriptor(this.descriptor);
  }

  /** Lets the command begin. */
  acknowledge(): void {
    loadSocketCalls().send(this.descriptor, new Uint8Array(1), 1n, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  /** Closes the stub's end here; the stub has its own by now, or never will. */
  handOver(): void {
    if (this.#isTheirsOpen) closeAll([this.theirs]);
    this.#isTheirsOpen = false;
  }

  /** Ends the conversation. */
  close(): void {
    if (this.#isOpen) closeAll([this.descriptor]);
    this.#isOpen = false;
  }
}

function failure(): Error {
  const { errno, describe } = loadLibc();
  return new Error(`Cannot open a socket for a sandbox: ${describe(errno())}`);
}
