/** What is needed to open a path, and how it is wanted. @module */

import type { Links } from "../file_system.ts";
import type { FileLibrary } from "./file_calls.ts";
import type { FilePool } from "./file_pool.ts";
import type { KernelAbilities } from "./kernel_abilities.ts";

/** What opens. */
export interface OpenerParts {
  /** The C library. */
  readonly library: FileLibrary;
  /** Where calls wait. */
  readonly pool: FilePool;
  /** What the kernel can do. */
  readonly abilities: KernelAbilities;
}

/** How to open. */
export interface OpenWish {
  /** Of `openFlags`; closing at exec is understood. */
  readonly flags: number;
  /** Permissions of what is made. */
  readonly mode?: number;
  /** What becomes of links. */
  readonly links: Links;
}
