/** The file system by the runtime's own functions, for machines without FFI or glibc. @module */

import { dirname, join } from "@std/path";
import type { Places } from "../../places.ts";
import { FileFault, isFault } from "../file_fault.ts";
import type {
  FileStatus,
  FileSystem,
  Links,
  NativePath,
  OpenDirectory,
  OpenFile,
  OpenOptions,
  Place,
} from "../file_system.ts";
import { denoFault } from "./deno_fault.ts";
import { type NodeFiles, nodeFiles } from "./node_files.ts";
import { type InPool, PortableDirectory } from "./portable_directory.ts";
import { PortableFile } from "./portable_file.ts";
import { portableStatus } from "./portable_status.ts";

/** By paths: what becomes of them between a check and its use is not noticed. */
export class PortableFileSystem implements FileSystem {
  readonly #places: Places;
  readonly #inPool: InPool = (work) => this.#places.run(() => worded(work));

  /** @param places how much of the runtime's pool may be used */
  constructor(places: Places) {
    this.#places = places;
  }

  status(place: Place, links: Links): Promise<FileStatus> {
    return this.#inPool(() => statusOf(place, links));
  }

  open(place: Place, options: OpenOptions): Promise<OpenFile> {
    return this.#inPool(async () => {
      const path = pathOf(place);
      if (options.links === "none") await refuseLinks(place);
      const { promises, constants } = await nodeFiles();
      const flags = openFlags(options, constants);
      const handle = await promises.open(path, flags, options.createMode ?? 0o666);
      return new PortableFile(handle, this.#inPool);
    });
  }

  openDirectory(place: Place, links: Links): Promise<OpenDirectory> {
    return this.#inPool(async () => {
      const { kind } = await statusOf(place, links);
      if (kind === "symlink") throw FileFault.of("ELOOP");
      if (kind !== "directory") throw FileFault.of("ENOTDIR");
      return new PortableDirectory(pathOf(place), this.#inPool);
    });
  }

  makeDirectory(place: Place, mode: number): Promise<void> {
    return this.#inPool(() => Deno.mkdir(pathOf(place), { mode }));
  }

  makeLink(place: Place, target: string): Promise<void> {
    return this.#inPool(() => Deno.symlink(representable(target), pathOf(place)));
  }

  readLink(place: Place): Promise<string> {
    return this.#inPool(() => Deno.readLink(pathOf(place)));
  }

  remove(place: Place, kind: "directory" | "other"): Promise<void> {
    return this.#inPool(async () => {
      const path = pathOf(place);
      // The runtime would remove whatever it finds there.
      const { isDirectory } = await Deno.lstat(path);
      if (isDirectory !== (kind === "directory")) {
        throw FileFault.of(isDirectory ? "EISDIR" : "ENOTDIR");
      }
      await Deno.remove(path);
    });
  }

  rename(from: Place, to: Place, { overwrite }: { readonly overwrite: boolean }): Promise<void> {
    return this.#inPool(async () => {
      if (overwrite) await Deno.rename(pathOf(from), pathOf(to));
      else await moveToFreeName(pathOf(from), pathOf(to));
    });
  }

  setMode(place: Place, mode: number, links: Links): Promise<void> {
    return this.#inPool(async () => {
      const { kind } = await statusOf(place, links);
      if (kind === "symlink") throw FileFault.of("EOPNOTSUPP");
      await Deno.chmod(pathOf(place), mode);
    });
  }

  realPath(path: NativePath): Promise<NativePath> {
    return this.#inPool(() => Deno.realPath(representable(path)));
  }
}

async function worded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw denoFault(error);
  }
}

async function statusOf(place: Place, links: Links): Promise<FileStatus> {
  const path = pathOf(place);
  const { promises } = await nodeFiles();
  if (links === "follow") return portableStatus(await promises.stat(path, { bigint: true }));
  if (links === "none") await refuseLinks(place);
  return portableStatus(await promises.lstat(path, { bigint: true }));
}

function pathOf(place: Place): string {
  return representable(typeof place === "string" ? place : join(place.parent.path, place.name));
}

function representable(path: string): string {
  if (path.includes("\0")) throw FileFault.of("EINVAL", "A path cannot have a zero byte");
  if (path.isWellFormed()) return path;
  throw FileFault.of("EINVAL", "Names that are not UTF-8 need the system's own calls");
}

function openFlags(
  { access, create, exclusive, truncate, links }: OpenOptions,
  constants: NodeFiles["constants"],
): number {
  // A system that lacks one of them has no name for it either.
  const { O_NONBLOCK = 0, O_NOCTTY = 0, O_NOFOLLOW = 0 } = constants;
  const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC } = constants;
  return O_NONBLOCK | O_NOCTTY |
    { read: O_RDONLY, write: O_WRONLY, readWrite: O_RDWR }[access] |
    (create ? O_CREAT : 0) | (exclusive ? O_EXCL : 0) | (truncate ? O_TRUNC : 0) |
    (links === "last" || links === "none" ? O_NOFOLLOW : 0);
}

/** @throws {FileFault} ENOTDIR when a name before the last is a link, else ELOOP when the last is */
async function refuseLinks(place: Place): Promise<void> {
  const path = pathOf(place);
  const isLast = await isLink(path);
  // What a child's directory was opened by is not asked about again.
  if (typeof place === "string") {
    for (let at = path, up = dirname(at); up !== at; at = up, up = dirname(at)) {
      if (await isLink(up)) throw FileFault.of("ENOTDIR");
    }
  }
  if (isLast) throw FileFault.of("ELOOP");
}

function isLink(path: string): Promise<boolean> {
  return Deno.lstat(path).then((info) => info.isSymlink, () => false);
}

/** A second name never takes the place of another; a directory, which has no second, is looked for. */
async function moveToFreeName(from: string, to: string): Promise<void> {
  if (!(await Deno.lstat(from)).isDirectory && await moveByLink(from, to)) return;
  const isTaken = await Deno.lstat(to).then(() => true, () => false);
  if (isTaken) throw FileFault.of("EEXIST");
  await Deno.rename(from, to);
}

/** Whether it could be done: not every file system has hard links. */
async function moveByLink(from: string, to: string): Promise<boolean> {
  try {
    await Deno.link(from, to);
  } catch (error) {
    if (isFault(denoFault(error), "EPERM", "EOPNOTSUPP")) return false;
    throw error;
  }
  await Deno.remove(from);
  return true;
}
