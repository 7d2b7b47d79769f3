/** How many files the clients of one server may have open together. @module */

import { RpcError } from "../../protocol/errors.ts";

/** Where the limit is not known: half of what systems allow at least. */
const OTHERWISE = 512;

/** The files that are open, from the moment their opening begins until they are closed. */
export class HandleBudget {
  readonly #open = new Set<object>();
  readonly #most: number;

  /** @param most files open at once */
  constructor(most: number) {
    this.#most = most;
  }

  /** @throws {RpcError} `fileRefused` when there is no room for one more */
  requireRoom(): void {
    if (this.#open.size < this.#most) return;
    throw new RpcError(
      "fileRefused",
      `Cannot open: ${this.#most} files are open in all sessions of this server`,
    );
  }

  /** Counts one more. */
  add(handle: object): void {
    this.#open.add(handle);
  }

  /** It is closed. Harmless when that is known already. */
  delete(handle: object): void {
    this.#open.delete(handle);
  }
}

let shared: HandleBudget | undefined;

/** The one of this program, for its descriptors are what runs out: clients get half of them. */
export function handleBudget(): HandleBudget {
  return shared ??= new HandleBudget(Math.floor((descriptorLimit() ?? 2 * OTHERWISE) / 2));
}

/** Descriptors that this program may have; undefined where that cannot be known. */
function descriptorLimit(): number | undefined {
  try {
    const limits = Deno.readTextFileSync("/proc/self/limits");
    const soft = /^Max open files +(\d+) /m.exec(limits)?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    // No such file on this system.
    return undefined;
  }
}
