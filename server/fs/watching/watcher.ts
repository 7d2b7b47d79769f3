/**
 * What the watching methods need of a system that tells of changes.
 *
 * Two implementations keep this promise: `InotifyWatcher` watches directory by directory,
 * `RuntimeWatcher` whole trees by the runtime's own function.
 * @module
 */

import type { NativePath } from "../file_system.ts";

/**
 * What to be told of: `names`, only which entries a directory has; `directory`, also their changes;
 * `tree`, the same for the directories below, where the watcher can; `file`, the thing itself.
 */
export type WatchScope = "names" | "directory" | "tree" | "file";

/** Something that happened. */
export interface WatchEvent {
  /**
   * `changed`: content or metadata. `gone`: what is watched was removed or moved; `unmounted`: its
   * file system was. Nothing follows these two.
   */
  readonly kind: "created" | "changed" | "removed" | "gone" | "unmounted";
  /** Of the entry, or its path below the directory of a `tree`; empty: what is watched itself. */
  readonly name: string;
  /** Whether the entry is a directory; undefined where the system does not tell. */
  readonly isDirectory: boolean | undefined;
}

/** Who is told. Must not throw, and may let go of its registration at any time. */
export interface WatchListener {
  /** Told of everything in the order it happened. */
  readonly event: (event: WatchEvent) => void;
  /** Told when events were lost. */
  readonly overflow: () => void;
}

/** What is watched for one listener. */
export interface Registration {
  /** Nothing is told after it. Harmless when done already. */
  readonly close: () => void;
}

/** What to watch a path for. */
export interface WatchOptions {
  /** What to be told of. */
  readonly scope: WatchScope;
  /** Who is told. */
  readonly listener: WatchListener;
}

/** Tells of changes. */
export interface Watcher {
  /** Whether it watches trees as a whole; else each of their directories has to be watched. */
  readonly coversTrees: boolean;
  /**
   * Begins to watch what is at a path, which must not be a symbolic link.
   * @throws {FileFault} ENOSPC when the system watches as much as it can
   */
  watch(path: NativePath, options: WatchOptions): Promise<Registration>;
  /** Tells of what has happened so far at once, as far as the system knows it. */
  catchUp(): void;
  /** Why changes at a path may go untold, in words; undefined when none do. */
  deafness(path: NativePath): Promise<string | undefined>;
}
