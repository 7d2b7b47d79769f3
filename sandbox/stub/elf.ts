/** Wraps machine code into an executable file that needs nothing else. @module */

import type { Architecture } from "../seccomp/syscalls.ts";

// Numbers of `<elf.h>`.
const EM = { x86_64: 62, aarch64: 183 } as const;
const ET_EXEC = 2;
const PT_LOAD = 1;
const PT_GNU_STACK = 0x6474_e551;
const PF_X = 1;
const PF_W = 2;
const PF_R = 4;

const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const PROGRAM_HEADERS = 2;
const CODE_OFFSET = HEADER_BYTES + PROGRAM_HEADERS * PROGRAM_HEADER_BYTES;
// Above what unprivileged programs may not map, and a multiple of every page size in use.
const BASE_ADDRESS = 0x40_0000;
const MAX_PAGE_BYTES = 0x1_0000;

/**
 * A static executable that begins with the first byte of `code`.
 *
 * All of it is readable and executable, none of it writable; nor is the stack executable.
 */
export function elfImage(
  code: Uint8Array,
  { architecture }: { readonly architecture: Architecture },
): Uint8Array<ArrayBuffer> {
  const image = new Uint8Array(CODE_OFFSET + code.length);
  const view = new DataView(image.buffer);
  // 64 bits, little-endian, version 1.
  image.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, ET_EXEC, true);
  view.setUint16(18, EM[architecture], true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(BASE_ADDRESS + CODE_OFFSET), true);
  view.setBigUint64(32, BigInt(HEADER_BYTES), true);
  view.setUint16(52, HEADER_BYTES, true);
  view.setUint16(54, PROGRAM_HEADER_BYTES, true);
  view.setUint16(56, PROGRAM_HEADERS, true);
  const load = { type: PT_LOAD, flags: PF_R | PF_X, address: BASE_ADDRESS, bytes: image.length };
  programHeader(view, 0, { ...load, alignment: MAX_PAGE_BYTES });
  const stack = { type: PT_GNU_STACK, flags: PF_R | PF_W, address: 0, bytes: 0 };
  programHeader(view, 1, { ...stack, alignment: 16 });
  image.set(code, CODE_OFFSET);
  return image;
}

interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly bytes: number;
  readonly alignment: number;
}

function programHeader(view: DataView, index: number, segment: Segment): void {
  const at = HEADER_BYTES + index * PROGRAM_HEADER_BYTES;
  view.setUint32(at, segment.type, true);
  view.setUint32(at + 4, segment.flags, true);
  // Both addresses; the offset in the file before them is 0.
  view.setBigUint64(at + 16, BigInt(segment.address), true);
  view.setBigUint64(at + 24, BigInt(segment.address), true);
  view.setBigUint64(at + 32, BigInt(segment.bytes), true);
  view.setBigUint64(at + 40, BigInt(segment.bytes), true);
  view.setBigUint64(at + 48, BigInt(segment.alignment), true);
}
