/** From the runtime's facts about a file to ours. @module */

import type { BigIntStats } from "node:fs";
import type { FileKind, FileStatus } from "../file_system.ts";

/** The facts; those in whole numbers keep an inode of 64 bits what it is. */
export function portableStatus(stats: BigIntStats): FileStatus {
  return {
    kind: kindOf(stats.isFile(), stats.isDirectory(), stats.isSymbolicLink()),
    size: Number(stats.size),
    createdAtMs: Math.max(0, Number(stats.birthtimeMs)),
    // Deno before 2.9 takes a time before 1970 for one as long after it, and tells no difference.
    modifiedAtMs: Number(stats.mtimeMs),
    mode: Number(stats.mode) & 0o7777,
    userId: Number(stats.uid),
    groupId: Number(stats.gid),
    links: Number(stats.nlink),
    device: Number(stats.dev),
    inode: stats.ino,
  };
}

/** What an entry of a directory is. */
export function entryKind({ isFile, isDirectory, isSymlink }: Deno.DirEntry): FileKind {
  return kindOf(isFile, isDirectory, isSymlink);
}

function kindOf(isFile: boolean, isDirectory: boolean, isSymlink: boolean): FileKind {
  if (isFile) return "file";
  if (isDirectory) return "directory";
  return isSymlink ? "symlink" : "other";
}
