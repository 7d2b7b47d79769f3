/** An open file: a descriptor whose reads are answered at once when the data lies in memory. @module */

import { FileFault, isFault } from "../file_fault.ts";
import type { FileStatus, OpenFile } from "../file_system.ts";
import { copyRange } from "./copy_range.ts";
import { Descriptor } from "./descriptor.ts";
import { descriptorStatus, knownStatus } from "./descriptor_status.ts";
import type { FileLibrary } from "./file_calls.ts";
import { errorNumbers, READ_NO_WAIT } from "./file_numbers.ts";
import type { FilePool } from "./file_pool.ts";
import type { Lane } from "./mount_table.ts";
import { writeStream } from "./stream_write.ts";

/** Most that is copied out of memory on the event loop: a tenth of a millisecond. */
const AT_ONCE_BYTES = 1 << 20;
/** Most that one call in the pool moves: others wait for its place. */
const MOST_BYTES = 16 << 20;
/** A call that failed is made again for its reason, and with so little that it cannot take long. */
const AGAIN_BYTES = 4096;

/** What a file works with. */
export interface FileParts {
  /** The C library. */
  readonly library: FileLibrary;
  /** Where calls wait. */
  readonly pool: FilePool;
  /** Where calls about it wait. */
  readonly lane: Lane;
  /** Whether it may have been written to. */
  readonly isWritable: boolean;
}

/** See `OpenFile`. */
export class PosixFile implements OpenFile {
  readonly #descriptor: Descriptor;
  readonly #parts: FileParts;
  // struct iovec: where, and how many bytes.
  readonly #vector = new BigUint64Array(new ArrayBuffer(16));
  #canSkipWaiting: boolean;

  /** Takes over an open descriptor. */
  constructor(number: number, parts: FileParts) {
    this.#descriptor = new Descriptor(number);
    this.#parts = parts;
    this.#canSkipWaiting = parts.lane === "local";
  }

  status(): FileStatus | Promise<FileStatus> {
    return descriptorStatus(this.#descriptor, this.#parts.lane, this.#parts);
  }

  read(into: Uint8Array<ArrayBuffer>, offset: number): number | Promise<number> {
    const { filled, isAll } = this.#readAtOnce(into, offset);
    if (isAll) return filled;
    return this.#descriptor.use((number) => this.#readRest(number, { into, offset, filled }));
  }

  write(bytes: Uint8Array<ArrayBuffer>, offset: number): Promise<void> {
    return this.#descriptor.use(async (number) => {
      try {
        await this.#writeAll(number, bytes, offset);
      } catch (error) {
        // Said by the first call, so that nothing is written yet.
        if (!isFault(error, "ESPIPE")) throw error;
        await writeStream(number, bytes, this.#parts);
      }
    });
  }

  copyFrom(source: OpenFile, offset: number, length: number): Promise<number> {
    return this.#descriptor.use((to) => {
      const range = { offset, length, target: this };
      if (!(source instanceof PosixFile)) return copyRange({ ...range, source }, undefined);
      return source.#descriptor.use((from) => {
        const { library, pool, lane } = this.#parts;
        const slower = lane === "slow" ? lane : source.#parts.lane;
        return copyRange({ ...range, source }, { library, pool, lane: slower, from, to });
      });
    });
  }

  async truncate(size: number): Promise<void> {
    const { library: { calls } } = this.#parts;
    const length = BigInt(size);
    await this.#descriptor.use((number) =>
      this.#inPool(() => calls.ftruncatePool(number, length), () => calls.ftruncate(number, length))
    );
  }

  async flush(): Promise<void> {
    const { library: { calls } } = this.#parts;
    // Never a second time: the kernel tells of lost data once, and then says that all is well.
    await this.#descriptor.use((number) => this.#inPool(() => calls.fsyncPool(number)));
  }

  async setMode(mode: number): Promise<void> {
    const { library: { calls } } = this.#parts;
    await this.#descriptor.use((number) =>
      this.#inPool(() => calls.fchmodPool(number, mode), () => calls.fchmod(number, mode))
    );
  }

  async setOwner(userId: number, groupId: number): Promise<void> {
    const { library: { calls } } = this.#parts;
    await this.#descriptor.use((number) =>
      this.#inPool(
        () => calls.fchownPool(number, userId, groupId),
        () => calls.fchown(number, userId, groupId),
      )
    );
  }

  close(): Promise<void> {
    const { library } = this.#parts;
    return this.#descriptor.end(async (number) => {
      if (!this.#mayTakeLong(number)) return void library.calls.close(number);
      // Never a second time: the number is free whatever the call says.
      await this.#inPool(() => library.calls.closePool(number));
    });
  }

  /** Closing sends what was written to a server, and frees the blocks of a file without a name. */
  #mayTakeLong(number: number): boolean {
    const { isWritable, lane, library } = this.#parts;
    if (isWritable || lane === "slow") return true;
    try {
      return knownStatus(number, library).links === 0;
    } catch (error) {
      if (error instanceof FileFault) return true;
      throw error;
    }
  }

  /** What lies in the page cache; `isAll` unless more may come from elsewhere. */
  #readAtOnce(
    into: Uint8Array<ArrayBuffer>,
    offset: number,
  ): { readonly filled: number; readonly isAll: boolean } {
    const number = this.#descriptor.now;
    const { library: { calls, errno } } = this.#parts;
    const most = Math.min(into.byteLength, AT_ONCE_BYTES);
    let filled = 0;
    while (this.#canSkipWaiting && filled < most) {
      this.#pointAt(into, filled, most - filled);
      const count = calls.preadv2(number, this.#vector, 1, BigInt(offset + filled), READ_NO_WAIT);
      if (count === 0) return { filled, isAll: true };
      if (count > 0) filled += count;
      else {
        // Not every file system can say so; why else it failed, the pool finds out.
        const { EOPNOTSUPP, ENOSYS } = errorNumbers;
        this.#canSkipWaiting = ![EOPNOTSUPP, ENOSYS].some((number) => number === errno());
        break;
      }
    }
    return { filled, isAll: filled === into.byteLength };
  }

  #pointAt(into: Uint8Array<ArrayBuffer>, start: number, length: number): void {
    // Of the whole buffer: only that is sure to stay where it is.
    const base = Deno.UnsafePointer.value(Deno.UnsafePointer.of(into.buffer));
    this.#vector[0] = BigInt(base) + BigInt(into.byteOffset + start);
    this.#vector[1] = BigInt(length);
  }

  async #writeAll(
    number: number,
    bytes: Uint8Array<ArrayBuffer>,
    offset: number,
  ): Promise<void> {
    const { library: { calls } } = this.#parts;
    for (let written = 0; written < bytes.byteLength;) {
      const rest = bytes.subarray(written, written + MOST_BYTES);
      const little = Math.min(AGAIN_BYTES, rest.byteLength);
      const at = BigInt(offset + written);
      written += await this.#inPool(
        () => calls.pwritePool(number, rest, rest.byteLength, at),
        () => calls.pwrite(number, rest, little, at),
      );
    }
  }

  async #readRest(
    number: number,
    { into, offset, filled }: {
      readonly into: Uint8Array<ArrayBuffer>;
      readonly offset: number;
      readonly filled: number;
    },
  ): Promise<number> {
    const { library: { calls } } = this.#parts;
    let all = filled;
    while (all < into.byteLength) {
      const rest = into.subarray(all, all + MOST_BYTES);
      const at = BigInt(offset + all);
      const count = await this.#inPool(
        () => calls.preadPool(number, rest, rest.byteLength, at),
        () => calls.pread(number, rest, Math.min(AGAIN_BYTES, rest.byteLength), at),
      );
      if (count === 0) break;
      all += count;
    }
    return all;
  }

  #inPool(pooled: () => Promise<number>, again?: () => number): Promise<number> {
    const { pool, lane } = this.#parts;
    return pool.call(lane, again === undefined ? { pooled } : { pooled, again });
  }
}
