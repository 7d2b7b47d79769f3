/** `fs/*` requests that make, move, copy, change and remove directory entries. @module */

import type { RequestSpec } from "../method.ts";
import type { PathUri } from "../path_uri.ts";
import { count, flag, nullable, optional, pathUri, type Schema, struct, text } from "../schema.ts";
import type { PathParams } from "./fs_content.ts";
import { fsExtension, fsRow } from "./fs_row.ts";
import { type Empty, empty } from "./nothing.ts";
import { type SandboxIntent, sandboxMember } from "./sandbox.ts";

/** Parameters of `fs/createDirectory`. */
export interface CreateDirectoryParams extends PathParams {
  /** Make its parents too, and be content when it exists; default true. */
  readonly recursive?: boolean | null | undefined;
}

/** Parameters of `fs/remove`. */
export interface RemoveParams extends PathParams {
  /** Remove a directory with all it holds; default true. */
  readonly recursive?: boolean | null | undefined;
  /** Be content when it does not exist; default true. */
  readonly force?: boolean | null | undefined;
}

/** Parameters of `fs/copy`. */
export interface CopyParams {
  /** What to copy. */
  readonly sourcePath: PathUri;
  /** Where the copy shall be. */
  readonly destinationPath: PathUri;
  /** Must be true for a directory. */
  readonly recursive: boolean;
  /** Portable sandbox intent; null or absent: unsandboxed. */
  readonly sandbox?: SandboxIntent | null | undefined;
}

/** Parameters of `fs/rename`. Extension. */
export interface RenameParams {
  /** What to move. */
  readonly sourcePath: PathUri;
  /** Where it shall be; on the same file system. */
  readonly destinationPath: PathUri;
  /** False fails when the destination exists; default true: it is replaced in one step. */
  readonly overwrite?: boolean | undefined;
  /** Portable sandbox intent; null or absent: unsandboxed. */
  readonly sandbox?: SandboxIntent | null | undefined;
}

/** Parameters of `fs/symlink`. Extension. */
export interface SymlinkParams {
  /** Where the link shall be; must not exist. */
  readonly path: PathUri;
  /** What it shall say, as native text; may be relative and need not exist. */
  readonly target: string;
  /** Portable sandbox intent; null or absent: unsandboxed. */
  readonly sandbox?: SandboxIntent | null | undefined;
}

/** Parameters of `fs/chmod`. Extension. */
export interface ChmodParams extends PathParams {
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
}

const createDirectoryParams: Schema<CreateDirectoryParams> = struct<CreateDirectoryParams>(
  "FsCreateDirectoryParams",
  {
    path: pathUri,
    followSymlinks: optional(nullable(flag)),
    ...sandboxMember,
    recursive: optional(nullable(flag)),
  },
);

const removeParams: Schema<RemoveParams> = struct<RemoveParams>("FsRemoveParams", {
  path: pathUri,
  followSymlinks: optional(nullable(flag)),
  ...sandboxMember,
  recursive: optional(nullable(flag)),
  force: optional(nullable(flag)),
});

const copyParams: Schema<CopyParams> = struct<CopyParams>("FsCopyParams", {
  sourcePath: pathUri,
  destinationPath: pathUri,
  recursive: flag,
  ...sandboxMember,
});

const renameParams: Schema<RenameParams> = struct<RenameParams>("FsRenameParams", {
  sourcePath: pathUri,
  destinationPath: pathUri,
  overwrite: optional(flag),
  ...sandboxMember,
});

const symlinkParams: Schema<SymlinkParams> = struct<SymlinkParams>("FsSymlinkParams", {
  path: pathUri,
  target: text,
  ...sandboxMember,
});

const chmodParams: Schema<ChmodParams> = struct<ChmodParams>("FsChmodParams", {
  path: pathUri,
  followSymlinks: optional(nullable(flag)),
  ...sandboxMember,
  mode: count,
});

/** Requests that change directory entries, by name. */
export interface FsEntryRequests {
  /** See its row. */
  readonly "fs/createDirectory": RequestSpec<CreateDirectoryParams, Empty>;
  /** See its row. */
  readonly "fs/remove": RequestSpec<RemoveParams, Empty>;
  /** See its row. */
  readonly "fs/copy": RequestSpec<CopyParams, Empty>;
  /** See its row. */
  readonly "fs/rename": RequestSpec<RenameParams, Empty>;
  /** See its row. */
  readonly "fs/symlink": RequestSpec<SymlinkParams, Empty>;
  /** See its row. */
  readonly "fs/chmod": RequestSpec<ChmodParams, Empty>;
}

/** The rows of these requests. */
export const fsEntryRequests: FsEntryRequests = {
  "fs/createDirectory": fsRow({
    params: createDirectoryParams,
    result: empty,
    paramsType: "CreateDirectoryParams",
    resultType: "Empty",
    summary: "Makes a directory.",
  }),
  "fs/remove": fsRow({
    params: removeParams,
    result: empty,
    paramsType: "RemoveParams",
    resultType: "Empty",
    summary: "Removes a file, a link itself, or a directory.",
  }),
  "fs/copy": fsRow({
    params: copyParams,
    result: empty,
    paramsType: "CopyParams",
    resultType: "Empty",
    summary: "Copies a file, a link as a link, or a directory into what is there.",
  }),
  "fs/rename": fsRow({
    params: renameParams,
    result: empty,
    paramsType: "RenameParams",
    resultType: "Empty",
    since: fsExtension("fsRename"),
    summary: "Moves an entry within a file system, in one step.",
  }),
  "fs/symlink": fsRow({
    params: symlinkParams,
    result: empty,
    paramsType: "SymlinkParams",
    resultType: "Empty",
    since: fsExtension("fsSymlink"),
    summary: "Makes a symbolic link.",
  }),
  "fs/chmod": fsRow({
    params: chmodParams,
    result: empty,
    paramsType: "ChmodParams",
    resultType: "Empty",
    since: fsExtension("fsChmod"),
    summary: "Sets the permission bits of a file or directory.",
  }),
};
