/** Opens a regular file for reading, and nothing else. @module */

import { RpcError } from "../../protocol/errors.ts";
import { displayPath } from "../../protocol/native_path.ts";
import type { FileStatus, FileSystem, Links, NativePath, OpenFile } from "./file_system.ts";

/** An open file that was a regular one when it was opened. */
export interface RegularFile {
  /** For the caller to close. */
  readonly file: OpenFile;
  /** Facts about the file that is open. */
  readonly status: FileStatus;
}

/**
 * Opens a regular file. Its kind is asked before, for opening a device can do something, and after,
 * for another may have been put in its place.
 * @throws {RpcError} `fileRefused` when it is not a regular file
 * @throws {FileFault} when the system refuses
 */
export async function openRegular(
  files: FileSystem,
  path: NativePath,
  links: Links,
): Promise<RegularFile> {
  const { kind } = await files.status(path, links);
  if (kind !== "file") throw notRegular(path, links);
  const file = await files.open(path, { access: "read", links });
  try {
    const status = await file.status();
    if (status.kind !== "file") throw notRegular(path, links);
    return { file, status };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Says that something else is there, in the reference's words. */
export function notRegular(path: NativePath, links: Links): RpcError {
  const words = links === "none"
    ? `path is not a regular file: "${displayPath(path)}"`
    : `path \`${displayPath(path)}\` is not a file`;
  return new RpcError("fileRefused", words);
}

/** The link policy that `followSymlinks` asks for; links are followed unless told otherwise. */
export function linksOf(
  { followSymlinks }: { followSymlinks?: boolean | null | undefined },
): Links {
  return followSymlinks ?? true ? "follow" : "none";
}

/** Whether two descriptions are those of one file. */
export function isSameFile(one: FileStatus, other: FileStatus): boolean {
  return one.device === other.device && one.inode === other.inode;
}
