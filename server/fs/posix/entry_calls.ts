/** The calls about one entry of a directory, made in the pool. @module */

import type { Links } from "../file_system.ts";
import { askedStatus } from "./descriptor_status.ts";
import { cPath, type FileLibrary } from "./file_calls.ts";
import { atFlags } from "./file_numbers.ts";
import type { FilePool } from "./file_pool.ts";
import type { Located } from "./located.ts";
import type { Lane } from "./mount_table.ts";
import { type PosixStatus, STATX_MASK, StatxBuffer } from "./statx.ts";

/** What they take. */
export interface EntryParts {
  /** The C library. */
  readonly library: FileLibrary;
  /** Where they wait. */
  readonly pool: FilePool;
}

/** Each throws a `FileFault` when the system refuses. */
export class EntryCalls {
  readonly #parts: EntryParts;

  /** Calls by these. */
  constructor(parts: EntryParts) {
    this.#parts = parts;
  }

  /** Facts about an entry; about a link itself unless links are followed. */
  async status({ directory, name, lane }: Located, links: Links): Promise<PosixStatus> {
    const { library: { calls }, pool } = this.#parts;
    const buffer = new StatxBuffer();
    const flags = links === "follow" ? 0 : atFlags.linkItself;
    await pool.call(lane, {
      pooled: () => calls.statxPool(directory, name, flags, STATX_MASK, buffer.bytes),
      again: () => calls.statx(directory, name, flags, STATX_MASK, buffer.bytes),
    });
    return buffer.status();
  }

  /** Facts about what is open. */
  openStatus(descriptor: number, lane: Lane): Promise<PosixStatus> {
    return askedStatus(descriptor, lane, this.#parts);
  }

  /** Makes a directory. */
  async makeDirectory({ directory, name, lane }: Located, mode: number): Promise<void> {
    const { library: { calls }, pool } = this.#parts;
    await pool.call(lane, {
      pooled: () => calls.mkdiratPool(directory, name, mode),
      again: () => calls.mkdirat(directory, name, mode),
    });
  }

  /** Makes a symbolic link. */
  async makeLink({ directory, name, lane }: Located, target: string): Promise<void> {
    const { library: { calls }, pool } = this.#parts;
    const text = cPath(target);
    await pool.call(lane, {
      pooled: () => calls.symlinkatPool(text, directory, name),
      again: () => calls.symlinkat(text, directory, name),
    });
  }

  /** Removes an entry. */
  async remove({ directory, name, lane }: Located, kind: "directory" | "other"): Promise<void> {
    const { library: { calls }, pool } = this.#parts;
    const flags = kind === "directory" ? atFlags.removeDirectory : 0;
    await pool.call(lane, {
      pooled: () => calls.unlinkatPool(directory, name, flags),
      again: () => calls.unlinkat(directory, name, flags),
    });
  }

  /** Sets the permissions; links are followed. */
  async setMode({ directory, name, lane }: Located, mode: number): Promise<void> {
    const { library: { calls }, pool } = this.#parts;
    await pool.call(lane, {
      pooled: () => calls.fchmodatPool(directory, name, mode, 0),
      again: () => calls.fchmodat(directory, name, mode, 0),
    });
  }
}
