/** From the system's facts about a file to those on the wire. @module */

import type { Metadata, UnixMetadata } from "../../protocol/methods/fs_metadata.ts";
import { displayPath } from "../../protocol/native_path.ts";
import type { FileStatus } from "./file_system.ts";

/** The members that every client is told. */
export function describe(status: FileStatus, isSymlink: boolean): Metadata {
  return {
    isDirectory: status.kind === "directory",
    isFile: status.kind === "file",
    isSymlink,
    size: status.size,
    createdAtMs: wholeMs(status.createdAtMs),
    modifiedAtMs: wholeMs(status.modifiedAtMs),
  };
}

/** The members that only clients with `extensions` are told. */
export function describeUnix(status: FileStatus, linkTarget: string | undefined): UnixMetadata {
  const { mode, userId, groupId, links } = status;
  if (linkTarget === undefined) return { mode, userId, groupId, links };
  return { mode, userId, groupId, links, linkTarget: displayPath(linkTarget) };
}

/** The wire has no times before 1970. */
function wholeMs(timeMs: number): number {
  return Math.max(0, Math.floor(timeMs));
}
