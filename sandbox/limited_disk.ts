/** A disk at which only so much is looked, and at no path twice. @module */

import type { DirectoryItem, DiskView, Place } from "./disk_view.ts";
import { SandboxRefusal } from "./refusal.ts";

/**
 * Everybody else waits meanwhile. As many as one large workspace takes, and all the directories of a
 * policy together get no more.
 */
const MOST_LOOKS = 60_000;

/** Refuses to go on when a policy has too many places. */
export class LimitedDisk implements DiskView {
  readonly #disk: DiskView;
  readonly #places = new Map<string, Place>();
  #left = MOST_LOOKS;

  /** Has looked at nothing yet. */
  constructor(disk: DiskView) {
    this.#disk = disk;
  }

  /** @throws {SandboxRefusal} when it is one too many */
  place(path: string): Place {
    const known = this.#places.get(path);
    if (known !== undefined) return known;
    this.#count();
    const place = this.#disk.place(path);
    this.#places.set(path, place);
    return place;
  }

  /** Counted where it is decided how deep to look, by their number. */
  entries(directory: string): readonly DirectoryItem[] | undefined {
    return this.#disk.entries(directory);
  }

  /** @throws {SandboxRefusal} when it is one too many */
  text(file: string): string | undefined {
    this.#count();
    return this.#disk.text(file);
  }

  #count(): void {
    if (--this.#left >= 0) return;
    throw new SandboxRefusal(
      "tooLarge",
      `The sandbox has more than ${MOST_LOOKS} places to look at before anything can start; ` +
        "use fewer paths, or narrower ones",
    );
  }
}
