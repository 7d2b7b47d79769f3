/** Takes descriptors out of the messages they come with. @module */

import { closeAll } from "../../process/posix/child_streams.ts";
import { loadLibc } from "../../process/posix/libc.ts";
import { loadSocketCalls, socketNumbers } from "../../process/posix/socket_calls.ts";

const { EAGAIN, MSG_CMSG_CLOEXEC, MSG_DONTWAIT, SCM_RIGHTS, SOL_SOCKET } = socketNumbers;

// msghdr: name, its length, pieces, their count, control, its length, flags; 8 bytes each, for the
// shorter ones are padded. Then one iovec, one byte for it, and the control message.
const HEADER_BYTES = 56;
const PIECE_OFFSET = 56;
const BYTE_OFFSET = 72;
const CONTROL_OFFSET = 80;
// cmsghdr: length, level, type; room for more descriptors than ever come, so that none is cut off.
const CONTROL_HEADER_BYTES = 16;
const CONTROL_BYTES = 64;
const TOTAL_BYTES = CONTROL_OFFSET + CONTROL_BYTES;

/**
 * Takes the next message, with one descriptor.
 * @returns a descriptor that is the caller's to close; undefined when nothing has come; "ended" when
 * nothing will come, or something else came
 */
export function receiveDescriptor(socket: number): number | "ended" | undefined {
  const bytes = new Uint8Array(TOTAL_BYTES);
  const view = new DataView(bytes.buffer);
  const start = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
  const pointer = (at: number, offset: number) =>
    view.setBigUint64(at, start + BigInt(offset), true);
  pointer(16, PIECE_OFFSET);
  view.setBigUint64(24, 1n, true);
  pointer(32, CONTROL_OFFSET);
  view.setBigUint64(40, BigInt(CONTROL_BYTES), true);
  pointer(PIECE_OFFSET, BYTE_OFFSET);
  view.setBigUint64(PIECE_OFFSET + 8, 1n, true);
  const header = bytes.subarray(0, HEADER_BYTES);
  const count = loadSocketCalls().recvmsg(socket, header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (Number(count) < 0) return loadLibc().errno() === EAGAIN ? undefined : "ended";
  const [descriptor, ...others] = descriptorsIn(new DataView(bytes.buffer, CONTROL_OFFSET));
  if (descriptor !== undefined && others.length === 0) return descriptor;
  closeAll(descriptor === undefined ? [] : [descriptor, ...others]);
  return "ended";
}

function descriptorsIn(control: DataView): number[] {
  const length = Number(control.getBigUint64(0, true));
  const isRights = control.getInt32(8, true) === SOL_SOCKET &&
    control.getInt32(12, true) === SCM_RIGHTS;
  if (!isRights) return [];
  const found: number[] = [];
  const end = Math.min(length, CONTROL_BYTES);
  for (let at = CONTROL_HEADER_BYTES; at + 4 <= end; at += 4) {
    found.push(control.getInt32(at, true));
  }
  return found;
}
