/** What a plan needs to know of the disk: where paths really lead, link by link. @module */

/** What lies at a path. */
export type NodeKind = "directory" | "file" | "missing";

/** Where a path really leads. */
export interface Place {
  /** The path without links; what is missing is added as it was written. */
  readonly real: string;
  /** What lies there; a socket, device or pipe counts as a file. */
  readonly kind: NodeKind;
  /**
   * Without links, the first component that does not exist, or is no directory though it would have
   * to be. Undefined when there is none, and when nothing that this program starts could make it.
   */
  readonly firstMissing: string | undefined;
  /** Whether something that is no directory lies at `firstMissing`. */
  readonly isBlocked?: boolean;
  /** The links that were followed, each with its own real path. */
  readonly links: readonly Link[];
}

/** One symbolic link. */
export interface Link {
  /** Real path of the link itself. */
  readonly path: string;
  /** What is written in it. */
  readonly target: string;
}

/** Something in a directory. */
export interface DirectoryItem {
  /** Its name. */
  readonly name: string;
  /** Whether it is a directory itself, not a link to one. */
  readonly isDirectory: boolean;
}

/**
 * The disk as one plan sees it. Synchronous, so that nothing else of this program happens between
 * two looks, and each path is looked at once.
 */
export interface DiskView {
  /**
   * Follows a path.
   * @param path absolute, without `.` and `..`
   * @throws {DiskRefusal} when it cannot be followed
   */
  place(path: string): Place;
  /**
   * What is in a directory, in no order; nothing when it is none, or closed to commands as well.
   * @returns undefined when it cannot be listed, but a command could get at what is in it
   */
  entries(directory: string): readonly DirectoryItem[] | undefined;
  /** The beginning of a small text file; undefined when it cannot be read. */
  text(file: string): string | undefined;
}

/** A path cannot be followed, so nothing can be promised about it. */
export class DiskRefusal extends Error {
  override readonly name = "DiskRefusal";
}
