/** Opens paths: at once when the lookup needs nothing but memory, else in the pool. @module */

import { FileFault, isFault } from "../file_fault.ts";
import type { Links } from "../file_system.ts";
import { knownStatus } from "./descriptor_status.ts";
import { callNumbers, errorNumbers, openFlags, resolveFlags } from "./file_numbers.ts";
import { openHow } from "./kernel_abilities.ts";
import { openWalking } from "./open_walking.ts";
import type { OpenerParts, OpenWish } from "./open_wish.ts";
import type { Located } from "./located.ts";

const LOOKUP = openFlags.pathOnly | openFlags.closeOnExec;
const { openat2 } = callNumbers;

/** The two ways. */
export class PathOpener {
  readonly #parts: OpenerParts;
  readonly #cachedHow: Readonly<Record<Links, BigUint64Array<ArrayBuffer>>>;

  /** Opens with these. */
  constructor(parts: OpenerParts) {
    this.#parts = parts;
    const { cached, noLinks } = resolveFlags;
    const flags = LOOKUP | openFlags.noFollow;
    this.#cachedHow = {
      follow: openHow({ flags: LOOKUP, resolve: cached }),
      last: openHow({ flags, resolve: cached }),
      none: openHow({ flags, resolve: cached | noLinks }),
    };
  }

  /**
   * A descriptor that only stands for the place, a link's own unless links are followed; undefined
   * when it takes the pool to get one.
   * @throws {FileFault} when memory is enough to know that there is none
   */
  cached(at: Located, links: Links): number | undefined {
    const { library, abilities } = this.#parts;
    if (!abilities.canStayCached) return undefined;
    const how = this.#cachedHow[links];
    const descriptor = library.calls.openat2(openat2, at.directory, at.name, how, how.byteLength);
    if (descriptor >= 0) return descriptor;
    if (library.errno() === errorNumbers.EAGAIN) return undefined;
    throw earlierLink(library.fault(), links);
  }

  /** The same in the pool. @throws {FileFault} */
  async lookUp(at: Located, links: Links): Promise<number> {
    const flags = openFlags.pathOnly | (links === "follow" ? 0 : openFlags.noFollow);
    try {
      return await this.#openat(at, { flags, links });
    } catch (error) {
      throw earlierLink(error, links);
    }
  }

  /** Opens in the pool. @throws {FileFault} ELOOP for a last link that must not be followed */
  async open(at: Located, wish: OpenWish): Promise<number> {
    if (wish.links === "follow") return await this.#openat(at, wish);
    const flags = wish.flags | openFlags.noFollow;
    try {
      return await this.#openat(at, { ...wish, flags });
    } catch (error) {
      // For one fault the kernel has two numbers, for two faults one.
      if (isFault(error, "ELOOP", "ENOTDIR") && await this.#isLink(at, wish.links)) {
        throw FileFault.of("ELOOP", undefined, { cause: error });
      }
      throw error;
    }
  }

  async #openat(at: Located, wish: OpenWish): Promise<number> {
    const { library: { calls }, pool, abilities } = this.#parts;
    if (!abilities.canRefuseLinks) return await openWalking(at, wish, this.#parts);
    const resolve = wish.links === "none" ? resolveFlags.noLinks : 0;
    const flags = wish.flags | openFlags.closeOnExec;
    const how = openHow({ flags, mode: wish.mode ?? 0, resolve });
    return await pool.call(at.lane, {
      pooled: () => calls.openat2Pool(openat2, at.directory, at.name, how, how.byteLength),
      again: () => calls.openat2(openat2, at.directory, at.name, how, how.byteLength),
    });
  }

  /** Whether the place itself is a link. @throws {FileFault} ENOTDIR when one before it is */
  async #isLink(at: Located, links: Links): Promise<boolean> {
    const descriptor = await this.lookUp(at, links);
    try {
      return knownStatus(descriptor, this.#parts.library).kind === "symlink";
    } finally {
      this.#parts.library.calls.close(descriptor);
    }
  }
}

/** A lookup takes a last link itself, so that the one that was refused came before it. */
function earlierLink(error: unknown, links: Links): unknown {
  if (links !== "none" || !isFault(error, "ELOOP")) return error;
  return FileFault.of("ENOTDIR", undefined, { cause: error });
}
