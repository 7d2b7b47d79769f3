/** Reads the disk of a machine with macOS for plans of sandboxes. @module */

import type { DiskReader, Look } from "../../sandbox/disk.ts";
import { type DirectoryItem, DiskRefusal } from "../../sandbox/disk_view.ts";
import { cString, descriptorFlags, loadLibc } from "../process/posix/libc.ts";

/** More than any `.git` file or configuration that matters here. */
const MOST_TEXT_BYTES = 64 * 1024;
/** Of macOS. Source: `<sys/fcntl.h>`. */
const O_NOFOLLOW = 0x100;

/** The disk as it is. Nothing on it stands for something else: profiles need no mount points. */
export const macDiskReader: DiskReader = { look, entries, text };

function look(path: string): Look {
  try {
    const { isSymlink, isDirectory } = Deno.lstatSync(path);
    if (isSymlink) return { kind: "link", target: Deno.readLinkSync(path) };
    return { kind: isDirectory ? "directory" : "file" };
  } catch (error) {
    if (isAbsence(error)) return { kind: "missing" };
    if (error instanceof Deno.errors.PermissionDenied) return { kind: "unreachable" };
    const reason = error instanceof Error ? error.message : String(error);
    throw new DiskRefusal(`Cannot look at "${path}": ${reason}`);
  }
}

function entries(directory: string): readonly DirectoryItem[] | undefined {
  try {
    return [...Deno.readDirSync(directory)];
  } catch (error) {
    if (isAbsence(error)) return [];
    // Who may not list it may still know a name in it, unless it is closed altogether.
    return look(`${directory}/.`).kind === "unreachable" ? [] : undefined;
  }
}

function text(file: string): string | undefined {
  const { libc } = loadLibc();
  const { O_RDONLY, O_NONBLOCK, O_CLOEXEC } = descriptorFlags;
  const opened = libc.open(cString(file), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
  if (opened < 0) return undefined;
  try {
    const bytes = new Uint8Array(MOST_TEXT_BYTES);
    // A pipe without a writer is at its end at once, and a directory cannot be read.
    const count = libc.read(opened, bytes, bytes.byteLength);
    return count < 0 ? undefined : new TextDecoder().decode(bytes.subarray(0, count));
  } finally {
    libc.close(opened);
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}
