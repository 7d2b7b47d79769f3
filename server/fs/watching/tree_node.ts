/** A watched directory in its tree. @module */

import type { FileChange } from "../../../protocol/methods/fs_watch.ts";
import { childUri, type PathUri } from "../../../protocol/path_uri.ts";
import type { NativePath } from "../file_system.ts";
import type { Registration } from "./watcher.ts";

/**
 * What to tell of when a directory is listed: nothing, as at the beginning; of directories that
 * should be known and are not, after events were lost; or of everything, in a new directory.
 */
export type Telling = "nothing" | "unknownDirectories" | "everything";

const strength: readonly Telling[] = ["nothing", "unknownDirectories", "everything"];

/** The one that tells more. */
export function stronger(one: Telling, other: Telling): Telling {
  return strength.indexOf(one) > strength.indexOf(other) ? one : other;
}

/** One listing of a directory, from before the directory is watched. */
export class Listing {
  /** What to tell of. */
  readonly telling: Telling;
  /** Names that events told of meanwhile. */
  readonly told: Set<string> = new Set();

  constructor(telling: Telling) {
    this.telling = telling;
  }
}

/** One directory, and those below it. */
export class TreeNode {
  /** Where it is. */
  readonly path: NativePath;
  /** The same for the client. */
  readonly uri: PathUri;
  /** Path below the root; empty for the root. */
  readonly relative: string;
  /** Directories in it, by name. */
  readonly children: Map<string, TreeNode> = new Map();
  /** Listings of its entries that are being made. */
  readonly listings: Set<Listing> = new Set();
  /** The next listing, when it has not begun. */
  planned: Telling | undefined;
  /** What watches it; replaced when it is watched anew. */
  #registration: Registration | undefined;
  /** Whether it is no part of the tree any more. */
  isDetached = false;

  constructor(path: NativePath, uri: PathUri, relative = "") {
    this.path = path;
    this.uri = uri;
    this.relative = relative;
  }

  /** Path below the root of an entry. */
  relativeOf(name: string): string {
    return this.relative === "" ? name : `${this.relative}/${name}`;
  }

  /** URI of an entry. */
  uriOf(name: string): PathUri {
    return childUri(this.uri, name);
  }

  /** Path of an entry. */
  pathOf(name: string): NativePath {
    return this.path === "/" ? `/${name}` : `${this.path}/${name}`;
  }

  /** Makes a directory part of the tree. */
  attach(name: string): TreeNode {
    const child = new TreeNode(this.pathOf(name), this.uriOf(name), this.relativeOf(name));
    this.children.set(name, child);
    return child;
  }

  /**
   * Notes an event of an entry, for the listings.
   * @returns what to tell: in a new directory even a change is the first that the client hears
   */
  noted(name: string, kind: FileChange["kind"]): FileChange["kind"] {
    const listings = [...this.listings];
    const isNews = listings.some(({ telling, told }) =>
      telling === "everything" && !told.has(name)
    );
    // A change says nothing about whether the list will show the entry for the first time.
    if (kind === "changed" && !isNews) return kind;
    for (const { told } of listings) told.add(name);
    return kind === "removed" ? kind : "created";
  }

  /** Takes over what watches it. */
  watchedBy(registration: Registration): void {
    this.#registration?.close();
    this.#registration = registration;
  }

  /** Ends the watching of it and of everything below. @returns how many directories that were */
  detach(): number {
    if (this.isDetached) return 0;
    this.isDetached = true;
    this.#registration?.close();
    let count = 1;
    for (const child of this.children.values()) count += child.detach();
    this.children.clear();
    return count;
  }
}
