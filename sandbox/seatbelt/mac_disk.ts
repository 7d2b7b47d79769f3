/** A disk of macOS, whose own links at the top count as directories: nobody can change them. @module */

import type { DirectoryItem, DiskView, Link, Place } from "../disk_view.ts";

/** They lie on the sealed volume of the system. */
const SYSTEM_LINKS: ReadonlySet<string> = new Set(["/etc", "/tmp", "/var"]);

/** A view of a disk of macOS. */
export class MacDisk implements DiskView {
  readonly #disk: DiskView;

  /** @param disk where all links are links */
  constructor(disk: DiskView) {
    this.#disk = disk;
  }

  place(path: string): Place {
    const place = this.#disk.place(path);
    return { ...place, links: place.links.filter((link) => !isOfSystem(link)) };
  }

  entries(directory: string): readonly DirectoryItem[] | undefined {
    return this.#disk.entries(directory);
  }

  text(file: string): string | undefined {
    return this.#disk.text(file);
  }
}

function isOfSystem({ path, target }: Link): boolean {
  return SYSTEM_LINKS.has(path) && target.replace(/^\//, "") === `private${path}`;
}
