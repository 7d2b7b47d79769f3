/** Replaces a file in one step, so that nobody ever sees a part of the new content. @module */

import { RpcError } from "../../protocol/errors.ts";
import { displayPath } from "../../protocol/native_path.ts";
import type { Call } from "../call.ts";
import { FileFault, isFault } from "./file_fault.ts";
import type {
  Child,
  FileStatus,
  FileSystem,
  Links,
  NativePath,
  OpenDirectory,
  OpenFile,
} from "./file_system.ts";
import { openWithoutLinks } from "./make_directories.ts";
import { splitPath } from "./path.ts";
import { requireWaiting } from "./steps.ts";
import { temporaryName } from "./temporary_name.ts";

/** What shall be where. */
export interface Content {
  /** Of the file. */
  readonly path: NativePath;
  /** Which links may be in the path. */
  readonly links: Links;
  /** All the file shall hold. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** As many links as the system follows in one path. */
const MAX_LINKS = 40;

/** What the system says of a program that is running: it cannot be written, but replaced. */
const ETXTBSY = 26;

/**
 * Writes a new file beside the old one, and moves it over it when all of it is on the disk. The new
 * one has the mode and owner of the old one; whoever may not write that may not replace it either.
 * @throws {RpcError} `fileRefused` for what is no regular file; `fileFailed` when it is replaced, but
 * may not be on the disk
 * @throws {FileFault} when the system refuses; then nothing has changed
 */
export async function writeAtomically(
  { path, links, bytes }: Content,
  { machine: { files }, signal }: Pick<Call, "machine" | "signal">,
): Promise<void> {
  const target = links === "none" ? path : await targetOf(path, files);
  const parts = splitPath(target);
  if (parts === undefined) throw FileFault.of("EISDIR");
  const parent = await openWithoutLinks(files, parts.parent);
  try {
    const place = { parent, name: parts.name };
    const old = await replaceable(place, files);
    await replace({ place, old, bytes }, { files, signal });
    await flushReplaced(parent, target);
  } finally {
    parent.close();
  }
}

/** Where a path leads to; the last name need not be there, also when a link says it. */
async function targetOf(path: NativePath, files: FileSystem): Promise<NativePath> {
  let at = path;
  for (let followed = 0; followed <= MAX_LINKS; followed++) {
    const parts = splitPath(at);
    // Dots, which only a link can say, lead to directories.
    if (parts === undefined || /^\.{1,2}$/.test(parts.name)) throw FileFault.of("EISDIR");
    const parent = await files.realPath(parts.parent);
    const place = parent === "/" ? `/${parts.name}` : `${parent}/${parts.name}`;
    const said = await linkAt(place, files);
    if (said === undefined) return place;
    at = resolveLink(parent, said);
  }
  throw FileFault.of("ELOOP");
}

/** What a link says. Undefined when there is no link. */
async function linkAt(place: NativePath, files: FileSystem): Promise<string | undefined> {
  try {
    return await files.readLink(place);
  } catch (error) {
    if (isFault(error, "EINVAL", "ENOENT")) return undefined;
    throw error;
  }
}

function resolveLink(parent: NativePath, said: string): NativePath {
  return (said.startsWith("/") ? said : `${parent}/${said}`).replace(/\/+$/, "");
}

/** Facts about the file that is there. Undefined when there is none. */
async function replaceable(place: Child, files: FileSystem): Promise<FileStatus | undefined> {
  try {
    const old = await files.status(place, "last");
    if (old.kind === "symlink") throw FileFault.of("ELOOP");
    if (old.kind === "directory") throw FileFault.of("EISDIR");
    if (old.kind === "other") throw cannotReplace(place, "it is not a regular file");
    await requireWritable(place, files);
    return old;
  } catch (error) {
    if (isFault(error, "ENOENT")) return undefined;
    throw error;
  }
}

async function requireWritable(place: Child, files: FileSystem): Promise<void> {
  try {
    await (await files.open(place, { access: "write", links: "last" })).close();
  } catch (error) {
    if (!(error instanceof FileFault && error.errno === ETXTBSY)) throw error;
  }
}

/** A file to be replaced, and what shall be in the new one. */
interface Replacement {
  readonly place: Child;
  readonly old: FileStatus | undefined;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

async function replace(
  { place, old, bytes }: Replacement,
  { files, signal }: { files: FileSystem; signal: AbortSignal },
): Promise<void> {
  const temporary = { parent: place.parent, name: temporaryName(place.name) };
  // Until it has the old one's mode nobody else may look into it.
  const createMode = old === undefined ? 0o666 : 0o600;
  const options = { access: "write", create: true, exclusive: true, createMode } as const;
  const file = await files.open(temporary, options);
  try {
    try {
      await file.write(bytes, 0);
      if (old !== undefined) await takeOver(old, file, place);
      requireWaiting(signal);
      await file.flush();
    } finally {
      await file.close();
    }
    requireWaiting(signal);
    await files.rename(temporary, place, { overwrite: true });
  } catch (error) {
    await removeQuietly(temporary, files);
    throw error;
  }
}

async function flushReplaced(parent: OpenDirectory, path: NativePath): Promise<void> {
  try {
    await parent.flush();
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    const words = `"${displayPath(path)}" was replaced, but is not known to be on the disk`;
    throw new RpcError("fileFailed", `${words}: ${error.message}`, { cause: error });
  }
}

async function takeOver(old: FileStatus, file: OpenFile, place: Child): Promise<void> {
  const { userId, groupId } = await file.status();
  if (userId !== old.userId || groupId !== old.groupId) {
    try {
      await file.setOwner(old.userId, old.groupId);
    } catch (error) {
      if (!isFault(error, "EPERM")) throw error;
      throw cannotReplace(place, "its owner cannot be kept");
    }
  }
  // After the owner, for a change of that takes the set-id bits away.
  await file.setMode(old.mode);
}

async function removeQuietly(place: Child, files: FileSystem): Promise<void> {
  try {
    await files.remove(place, "other");
  } catch {
    // What made it fail is what the caller is told.
  }
}

function cannotReplace({ parent, name }: { parent: OpenDirectory; name: string }, reason: string) {
  const path = displayPath(`${parent.path}/${name}`);
  return new RpcError("fileRefused", `Cannot replace "${path}" atomically: ${reason}`);
}
