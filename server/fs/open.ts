/** `fs/open`: opens a regular file for reads and writes of blocks. @module */

import { RpcError } from "../../protocol/errors.ts";
import type { Params, Result } from "../../protocol/methods/mod.ts";
import type { Call } from "../call.ts";
import { isFault } from "./file_fault.ts";
import type { FileKind, FileSystem, NativePath, OpenFile, OpenOptions } from "./file_system.ts";
import { localPath, refuseSandbox } from "./path.ts";
import { notRegular } from "./regular_file.ts";

const modes = {
  read: { access: "read" },
  replace: { access: "write", create: true, truncate: true },
  update: { access: "readWrite", create: true },
} as const satisfies Record<string, OpenOptions>;

/** Opens a file under an id; links are followed. */
export async function open(params: Params<"fs/open">, call: Call): Promise<Result<"fs/open">> {
  const { handleId } = params;
  const mode = requireMode(params.mode ?? "read", call);
  refuseSandbox(params.sandbox);
  const { machine, holdings } = call;
  const { access } = modes[mode];
  await holdings.files.open(handleId, {
    access,
    place: () => localPath(params.path, machine),
    open: (path) => openFile(machine.files, path, modes[mode]),
  });
  return { handleId };
}

type Mode = keyof typeof modes;

function requireMode(word: string, { wantsExtensions }: Call): Mode {
  if (word === "read" || word === "replace") return word;
  if (word === "update" && wantsExtensions) return word;
  const expected = wantsExtensions ? "one of `read`, `replace`, `update`" : "`read` or `replace`";
  throw new RpcError(
    "invalidParams",
    `unknown variant \`${word.slice(0, 80)}\`, expected ${expected}`,
  );
}

/** The kind is asked before, for opening a device can do something, and after: it may be another. */
async function openFile(
  files: FileSystem,
  path: NativePath,
  options: OpenOptions,
): Promise<OpenFile> {
  const kind = await kindOf(files, path, options);
  if (kind === "other" && options.access !== "write") throw notRegular(path, "follow");
  if (kind === "directory" && options.access === "read") throw notRegular(path, "follow");
  // A FIFO or socket is refused by the system in its own words; a device must not be touched much.
  const file = await files.open(path, kind === "other" ? { access: "write" } : options);
  try {
    if ((await file.status()).kind !== "file") throw notRegular(path, "follow");
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** What is there; undefined when nothing is, and something is to be made. */
async function kindOf(
  files: FileSystem,
  path: NativePath,
  { create = false }: OpenOptions,
): Promise<FileKind | undefined> {
  try {
    return (await files.status(path, "follow")).kind;
  } catch (error) {
    if (create && isFault(error, "ENOENT")) return undefined;
    throw error;
  }
}
