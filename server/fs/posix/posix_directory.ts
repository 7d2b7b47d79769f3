/** An open directory: a descriptor that names are looked up in. @module */

import { FileFault } from "../file_fault.ts";
import type { DirectoryItem, NativePath, OpenDirectory } from "../file_system.ts";
import { Descriptor } from "./descriptor.ts";
import { appendEntries } from "./directory_entries.ts";
import { cPath, type FileLibrary } from "./file_calls.ts";
import { callNumbers, errorNumbers, openFlags } from "./file_numbers.ts";
import type { FilePool } from "./file_pool.ts";
import { descriptorStatus } from "./descriptor_status.ts";
import type { Lane } from "./mount_table.ts";
import type { PosixStatus } from "./statx.ts";

/** A thousand entries: a local file system has them in memory, or asks its disk once. */
const FIRST_BYTES = 32 * 1024;
/** About two thousand entries: what is made of them holds the event loop for a millisecond. */
const BUFFER_BYTES = 64 * 1024;
/** More than any entry takes. With so much room left there was nothing more to tell. */
const LARGEST_ENTRY_BYTES = 512;

const { getdents64 } = callNumbers;
const AGAIN_FLAGS = openFlags.directory | openFlags.closeOnExec;
const SELF = cPath(".");

/** For what is read without waiting: it is made into entries before anything else happens. */
const shared = new Uint8Array(FIRST_BYTES);

/** What a directory works with. */
export interface DirectoryParts {
  /** The C library. */
  readonly library: FileLibrary;
  /** Where calls wait. */
  readonly pool: FilePool;
  /** Whether it is on a disk or in the memory of this machine. */
  readonly isLocal: boolean;
}

/** See `OpenDirectory`. */
export class PosixDirectory implements OpenDirectory {
  readonly path: NativePath;
  /** For calls that take a directory and a name. */
  readonly descriptor: Descriptor;
  /** Where calls about it and its entries wait. */
  readonly lane: Lane;
  readonly #parts: DirectoryParts;
  #isRead = false;

  /** Takes over a descriptor that is open for reading. */
  constructor(
    number: number,
    { path, lane, parts }: {
      readonly path: NativePath;
      readonly lane: Lane;
      readonly parts: DirectoryParts;
    },
  ) {
    this.descriptor = new Descriptor(number);
    this.path = path;
    this.lane = lane;
    this.#parts = parts;
  }

  items(signal?: AbortSignal): Promise<readonly DirectoryItem[]> {
    return this.descriptor.use(async (number) => {
      // The place in a directory belongs to the descriptor: each reader after the first has its own.
      if (!this.#isRead) {
        this.#isRead = true;
        return await this.#read(number, signal);
      }
      const own = await this.#openAgain(number);
      try {
        return await this.#read(own, signal);
      } finally {
        this.#parts.library.calls.close(own);
      }
    });
  }

  status(): PosixStatus | Promise<PosixStatus> {
    return descriptorStatus(this.descriptor, this.lane, this.#parts);
  }

  /** Settles when its entries would outlast a loss of power, where the file system can do that. */
  async flush(): Promise<void> {
    const { library: { calls, errno }, pool } = this.#parts;
    await this.descriptor.use((number) =>
      pool.call(this.lane, {
        pooled: () => calls.fsyncPool(number),
        again() {
          // The kernel tells of lost data once, and then says that all is well.
          if (calls.fsync(number) === 0) throw FileFault.of("EIO");
          return errno() === errorNumbers.EINVAL ? 0 : -1;
        },
      })
    );
  }

  close(): void {
    const { calls } = this.#parts.library;
    void this.descriptor.end((number) => void calls.close(number));
  }

  async #openAgain(number: number): Promise<number> {
    const { library: { calls }, pool } = this.#parts;
    return await pool.call(this.lane, {
      pooled: () => calls.openatPool(number, SELF, AGAIN_FLAGS, 0),
      again: () => calls.openat(number, SELF, AGAIN_FLAGS, 0),
    });
  }

  async #read(number: number, signal: AbortSignal | undefined): Promise<DirectoryItem[]> {
    const { library: { calls }, pool } = this.#parts;
    if (signal?.aborted) throw FileFault.of("EINTR");
    const items: DirectoryItem[] = [];
    if (this.#readAtOnce(number, items)) return items;
    const buffer = new Uint8Array(BUFFER_BYTES);
    const pooled = () => calls.getdents64Pool(getdents64, number, buffer, buffer.byteLength);
    const again = () => calls.getdents64(getdents64, number, buffer, buffer.byteLength);
    for (;;) {
      if (signal?.aborted) throw FileFault.of("EINTR");
      const count = await pool.call(this.lane, { pooled, again });
      if (count === 0) return items;
      appendEntries(buffer.subarray(0, count), items);
    }
  }

  /** The first portion of a local directory, for most are no larger; true when that was all. */
  #readAtOnce(number: number, items: DirectoryItem[]): boolean {
    if (!this.#parts.isLocal) return false;
    const { calls } = this.#parts.library;
    const count = calls.getdents64(getdents64, number, shared, FIRST_BYTES);
    // Why it failed, the pool finds out.
    if (count > 0) appendEntries(shared.subarray(0, count), items);
    // With room left there is nothing more to tell, as a rule: to hear so takes no time either.
    if (count <= 0 || count + LARGEST_ENTRY_BYTES > FIRST_BYTES) return count === 0;
    const rest = calls.getdents64(getdents64, number, shared, FIRST_BYTES);
    if (rest > 0) appendEntries(shared.subarray(0, rest), items);
    return rest === 0;
  }
}
