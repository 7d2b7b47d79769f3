/** WebSocket frames written by hand, also those that break the rules. @module */

import { joinBytes } from "./byte_wire.ts";

/** A frame as a test wants it. */
export interface FrameFields {
  /** 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong. */
  readonly opcode?: number;
  readonly isFinal?: boolean;
  readonly payload?: Uint8Array<ArrayBuffer>;
  /** Four bytes, or undefined for a frame that is not masked. */
  readonly mask?: readonly [number, number, number, number] | undefined;
  /** The three reserved bits, 0 to 7. */
  readonly reserved?: number;
  /** Announces another length than the payload has. */
  readonly announcedLength?: bigint;
  /** Bytes the length takes: 0, 2 or 8; the shortest that fits by default. */
  readonly lengthBytes?: 0 | 2 | 8;
}

/** The bytes of a frame. */
export function frameBytes(fields: FrameFields = {}): Uint8Array<ArrayBuffer> {
  const { opcode = 1, isFinal = true, reserved = 0, mask } = fields;
  const payload = fields.payload ?? new Uint8Array();
  const length = fields.announcedLength ?? BigInt(payload.byteLength);
  const lengthBytes = fields.lengthBytes ?? (length < 126n ? 0 : length < 65_536n ? 2 : 8);
  const head = new DataView(new ArrayBuffer(2 + lengthBytes));
  head.setUint8(0, (isFinal ? 0x80 : 0) | (reserved << 4) | opcode);
  const short = lengthBytes === 0 ? Number(length) : lengthBytes === 2 ? 126 : 127;
  head.setUint8(1, (mask === undefined ? 0 : 0x80) | short);
  if (lengthBytes === 2) head.setUint16(2, Number(length));
  if (lengthBytes === 8) head.setBigUint64(2, length);
  const masked = payload.map((byte, i) => byte ^ (mask?.[i % 4] ?? 0));
  return joinBytes([new Uint8Array(head.buffer), new Uint8Array(mask ?? []), masked]);
}

/** A mask no byte of which is zero, nor like another. */
export const MASK = [0x11, 0x82, 0x53, 0xe4] as const;
