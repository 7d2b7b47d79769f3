/** Facts about a file, as `statx` writes them. @module */

import type { FileKind, FileStatus } from "../file_system.ts";

/** Also which mount it is on. */
export interface PosixStatus extends FileStatus {
  /** First field of its line in `/proc/self/mountinfo`; 0 when the kernel does not tell. */
  readonly mountId: number;
}

const BIRTH_TIME = 0x800;
const MOUNT = 0x1000;

/** What is asked for: the basic facts, the birth time and the mount. */
export const STATX_MASK: number = 0x7ff | BIRTH_TIME | MOUNT;

const BYTES = 256;

/** Room for one answer. */
export class StatxBuffer {
  /** What the call fills. */
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(new ArrayBuffer(BYTES));
  readonly #view = new DataView(this.bytes.buffer);

  /** The facts in it. */
  status(): PosixStatus {
    const view = this.#view;
    const mask = view.getUint32(0, true);
    const mode = view.getUint16(28, true);
    return {
      kind: kindOf(mode),
      size: Number(view.getBigUint64(40, true)),
      createdAtMs: (mask & BIRTH_TIME) === 0 ? 0 : this.#milliseconds(80),
      modifiedAtMs: this.#milliseconds(112),
      mode: mode & 0o7777,
      userId: view.getUint32(20, true),
      groupId: view.getUint32(24, true),
      links: view.getUint32(16, true),
      device: deviceNumber(view.getUint32(136, true), view.getUint32(140, true)),
      inode: view.getBigUint64(32, true),
      mountId: (mask & MOUNT) === 0 ? 0 : Number(view.getBigUint64(144, true)),
    };
  }

  #milliseconds(at: number): number {
    const seconds = Number(this.#view.getBigInt64(at, true));
    return seconds * 1000 + Math.floor(this.#view.getUint32(at + 8, true) / 1_000_000);
  }
}

const kinds: ReadonlyMap<number, FileKind> = new Map([
  [0o100000, "file"],
  [0o040000, "directory"],
  [0o120000, "symlink"],
]);

function kindOf(mode: number): FileKind {
  return kinds.get(mode & 0o170000) ?? "other";
}

/** One number of two, the one that other programs show. */
function deviceNumber(major: number, minor: number): number {
  const low = (minor & 0xff) + (major & 0xfff) * 2 ** 8;
  return low + (minor >>> 8) * 2 ** 20 + (major >>> 12) * 2 ** 44;
}
