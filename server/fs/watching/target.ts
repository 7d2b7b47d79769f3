/** What one `fs/watch` watches, and what it works with. @module */

import { basename, dirname } from "@std/path";
import type { PathUri } from "../../../protocol/path_uri.ts";
import type { FileSystem, NativePath } from "../file_system.ts";
import type { Budget } from "./budget.ts";
import type { ChangeFeed } from "./change_feed.ts";
import type { IgnoreRules } from "./ignore_rules.ts";
import type { Watcher } from "./watcher.ts";

/** A directory, a tree or a file, being watched. */
export interface ClientWatch {
  /**
   * Begins; called once.
   * @returns how many directories are watched
   * @throws {FileFault} when nothing can be watched
   */
  start(): Promise<number>;
  /** Tells nothing more. */
  close(): void;
}

/** Where it is. Files are watched in their directory, for many programs replace them. */
export interface TargetPlace {
  /** The directory; no part of its path is a link. */
  readonly directory: NativePath;
  /** Name of the only entry to tell of; undefined: all are. */
  readonly only: string | undefined;
}

/** What a watch works with. */
export interface Target extends TargetPlace {
  /** How the client named the directory, or the one entry. */
  readonly uri: PathUri;
  /** Whether the directories below are watched too. */
  readonly isRecursive: boolean;
  /** What is left out. */
  readonly rules: IgnoreRules;
  /** Where changes go. */
  readonly feed: ChangeFeed;
  /** How many more directories the connection may watch. */
  readonly directories: Budget;
  /** Tells of changes. */
  readonly watcher: Watcher;
  /** Lists directories. */
  readonly files: FileSystem;
  /** Fires when the connection has ended. */
  readonly signal: AbortSignal;
}

/** Finds out what a path is; links are followed now, and not looked at again. @throws {FileFault} */
export async function placeOf(path: NativePath, files: FileSystem): Promise<TargetPlace> {
  const real = await files.realPath(path);
  const { kind } = await files.status(real, "last");
  if (kind === "directory") return { directory: real, only: undefined };
  return { directory: dirname(real), only: basename(real) };
}
