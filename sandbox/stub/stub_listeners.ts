/**
 * How a stub opens ports inside for somebody outside.
 *
 * The conversation, over a socket that keeps messages apart (`SOCK_SEQPACKET`): the stub gets one
 * message, the addresses (`../loopback_endpoint.ts`). For each of them, in order, it sends one byte
 * and with it a descriptor that listens there and does not block. Then it waits for one byte, so
 * that no command runs whose listeners nobody has.
 * @module
 */

import { ENDPOINT_BYTES, MOST_ENDPOINTS, SOCKET_ADDRESS_BYTES } from "../loopback_endpoint.ts";
import type { Assembler, Memory } from "./assembler.ts";
import { giveUp, stubRegisters } from "./stub_report.ts";

// Numbers of `<bits/socket.h>`, the same on both architectures.
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1n;
const SCM_RIGHTS = 1n;
const MSG_NOSIGNAL = 0x4000;
const ECONNRESET = 104n;
/** Connections that wait to be accepted. */
const BACKLOG = 128;

const { room, candidate, environment, error, other } = stubRegisters;
// They are put aside meanwhile.
const address = candidate;
const left = environment;

// The kernel's structures follow one another: msghdr, its one iovec, its one cmsghdr.
const saved = [place(0), place(8)] as const;
const message = {
  whole: place(16),
  name: place(16),
  nameLength: place(24),
  pieces: place(32),
  pieceCount: place(40),
  control: place(48),
  controlLength: place(56),
  flags: place(64),
};
const piece = { whole: place(72), base: place(72), length: place(80) };
const rights = { whole: place(88), length: place(88), kind: place(96), descriptor: place(104) };
const RIGHTS_LENGTH = 20n;
const RIGHTS_BYTES = 24n;
const byte = place(112);
const ADDRESSES_OFFSET = 128;
const LIST_BYTES = MOST_ENDPOINTS * ENDPOINT_BYTES;
const AREA_BYTES = ADDRESSES_OFFSET + LIST_BYTES;

function place(offset: number): Memory {
  return { base: room, offset };
}

/** Opens the ports that are asked for through a socket, or ends. */
export function listenAsTold(to: Assembler, socket: number): void {
  // From here on the room is this area; should it end here, the report fits into it as well.
  to.reserveStack(AREA_BYTES);
  to.stackPointer(room);
  to.store(candidate, saved[0]);
  to.store(environment, saved[1]);
  prepareMessage(to);
  to.systemCall("read", socket, place(ADDRESSES_OFFSET), LIST_BYTES);
  to.branch("result", "less", 1, "nobody listens for");
  to.copy(left, "result");
  to.copy(address, room);
  to.add(address, ADDRESSES_OFFSET);
  to.label("listen next");
  openListener(to);
  to.store(other, rights.descriptor);
  to.systemCall("sendmsg", socket, message.whole, MSG_NOSIGNAL);
  to.branch("result", "less", 1, "nobody listens for");
  to.add(address, ENDPOINT_BYTES);
  to.add(left, -ENDPOINT_BYTES);
  to.branch(left, "above", 0, "listen next");
  to.systemCall("read", socket, byte, 1);
  to.branch("result", "less", 1, "nobody listens for");
  to.load(candidate, saved[0]);
  to.load(environment, saved[1]);
  to.add(room, AREA_BYTES);
  to.jump("listening");
  reportFailures(to);
  to.label("listening");
}

function openListener(to: Assembler): void {
  to.loadByte(other, { base: address, offset: 0 });
  to.systemCall("socket", other, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  to.branch("result", "less", 0, "cannot listen");
  to.copy(other, "result");
  to.systemCall("bind", other, address, SOCKET_ADDRESS_BYTES);
  to.branch("result", "notEqual", 0, "cannot listen");
  to.systemCall("listen", other, BACKLOG);
  to.branch("result", "notEqual", 0, "cannot listen");
}

/** All but the descriptor, which is another one each time. */
function prepareMessage(to: Assembler): void {
  const constants: readonly [Memory, bigint][] = [
    [message.name, 0n],
    [message.nameLength, 0n],
    [message.pieceCount, 1n],
    [message.controlLength, RIGHTS_BYTES],
    [message.flags, 0n],
    [piece.length, 1n],
    [rights.length, RIGHTS_LENGTH],
    // The level in the low half, the type in the high one.
    [rights.kind, SOL_SOCKET | SCM_RIGHTS << 32n],
    [byte, 0n],
  ];
  for (const [where, value] of constants) {
    to.set(other, value);
    to.store(other, where);
  }
  const pointers: readonly [Memory, Memory][] = [
    [message.pieces, piece.whole],
    [message.control, rights.whole],
    [piece.base, byte],
  ];
  for (const [where, { offset }] of pointers) {
    to.copy(other, room);
    to.add(other, offset);
    to.store(other, where);
  }
}

function reportFailures(to: Assembler): void {
  to.label("cannot listen");
  giveUp(to, ": its network cannot be set up", "cannot listen");
  to.label("nobody listens for");
  to.branch("result", "less", 0, "conversation failed");
  // Not an error for the kernel, but for us.
  to.set(error, ECONNRESET);
  to.addressOf(other, "conversation text");
  to.jump("report");
  to.label("conversation failed");
  giveUp(to, ": nobody serves its network", "conversation");
}
