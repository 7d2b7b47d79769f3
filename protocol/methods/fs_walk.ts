/** `fs/*` requests over trees: walk, and find by pattern. @module */

import type { RequestSpec } from "../method.ts";
import type { PathUri } from "../path_uri.ts";
import {
  count,
  flag,
  list,
  oneOf,
  optional,
  pathUri,
  type Schema,
  struct,
  text,
} from "../schema.ts";
import { fsExtension, fsRow } from "./fs_row.ts";
import { type SandboxIntent, sandboxMember } from "./sandbox.ts";

/** How far `fs/walk` goes. */
export interface WalkOptions {
  /** Levels below the root's own entries, at most 64; 0: only these entries. */
  readonly maxDepth: number;
  /** Directories entered, the root included; 1 to 10 000. */
  readonly maxDirectories: number;
  /** Entries looked at, listed or not; 1 to 50 000. */
  readonly maxEntries: number;
  /** Whether links to directories are listed and entered, each real directory once. */
  readonly followDirectorySymlinks: boolean;
  /** Whether directories whose name begins with a dot are listed but not entered. */
  readonly pruneHiddenDirectories?: boolean | undefined;
}

/** Parameters of `fs/walk`. */
export interface WalkParams {
  /** Where to begin; not listed itself. */
  readonly path: PathUri;
  /** How far to go. */
  readonly options: WalkOptions;
  /** Portable sandbox intent; null or absent: unsandboxed. */
  readonly sandbox?: SandboxIntent | null | undefined;
}

/** One entry that was found. */
export interface WalkEntry {
  /** The root as it was given, and the names below it. */
  readonly path: PathUri;
  /** Links to files, and what is neither file nor directory, are never listed. */
  readonly kind: "file" | "directory";
}

/** What could not be looked at, or into. */
export interface WalkError {
  /** Where. */
  readonly path: PathUri;
  /** Why. */
  readonly message: string;
}

/** Result of `fs/walk` and `fs/glob`. */
export interface WalkResult {
  /** Breadth first; sorted by name within a directory. */
  readonly entries: readonly WalkEntry[];
  /** What was left out because it could not be read. */
  readonly errors: readonly WalkError[];
  /** Whether a limit was met: there is more than is listed. */
  readonly truncated: boolean;
}

/**
 * Which files a search looks at. Patterns are of paths relative to `path`: `*` stands for anything
 * within a name, a part `**` for any number of directories. Extension.
 */
export interface SearchScope {
  /** Where to begin: a directory, or for `fs/grep` also a file. Only here a link is followed. */
  readonly path: PathUri;
  /** Skip `.git`, and what `.gitignore` and `.ignore` files from `path` down name; default true. */
  readonly respectIgnoreFiles?: boolean | undefined;
  /** Look at names that begin with a dot; default false. */
  readonly includeHidden?: boolean | undefined;
  /** Patterns of what to skip; of a directory, with all that is in it. */
  readonly exclude?: readonly string[] | undefined;
  /** Portable sandbox intent; null or absent: unsandboxed. */
  readonly sandbox?: SandboxIntent | null | undefined;
}

/** Parameters of `fs/glob`. Extension. */
export interface GlobParams extends SearchScope {
  /** Such as `src/*.ts`, relative to `path`; an entry is listed when one of them matches. */
  readonly patterns: readonly string[];
  /** List at most so many, 1 to 50 000; 10 000 when absent. */
  readonly maxResults?: number | undefined;
}

const walkOptions: Schema<WalkOptions> = struct<WalkOptions>("WalkOptions", {
  maxDepth: count,
  maxDirectories: count,
  maxEntries: count,
  followDirectorySymlinks: flag,
  pruneHiddenDirectories: optional(flag),
});

const walkParams: Schema<WalkParams> = struct<WalkParams>("FsWalkParams", {
  path: pathUri,
  options: walkOptions,
  ...sandboxMember,
});

/** Decodes a `WalkEntry`. */
export const walkEntry: Schema<WalkEntry> = struct<WalkEntry>("WalkEntry", {
  path: pathUri,
  kind: oneOf(["file", "directory"]),
});

/** Decodes a `WalkError`. */
export const walkError: Schema<WalkError> = struct<WalkError>("WalkError", {
  path: pathUri,
  message: text,
});

const walkResult: Schema<WalkResult> = struct<WalkResult>("FsWalkResponse", {
  entries: list(walkEntry),
  errors: list(walkError),
  truncated: flag,
});

/** Decoders of the members of a `SearchScope`. */
export const searchScope = {
  path: pathUri,
  respectIgnoreFiles: optional(flag),
  includeHidden: optional(flag),
  exclude: optional(list(text)),
  ...sandboxMember,
};

const globParams: Schema<GlobParams> = struct<GlobParams>("FsGlobParams", {
  ...searchScope,
  patterns: list(text),
  maxResults: optional(count),
});

/** Requests over trees, by name. */
export interface FsWalkRequests {
  /** See its row. */
  readonly "fs/walk": RequestSpec<WalkParams, WalkResult>;
  /** See its row. */
  readonly "fs/glob": RequestSpec<GlobParams, WalkResult>;
}

/** The rows of these requests. */
export const fsWalkRequests: FsWalkRequests = {
  "fs/walk": fsRow({
    params: walkParams,
    result: walkResult,
    paramsType: "WalkParams",
    resultType: "WalkResult",
    summary: "Lists a tree, breadth first, within limits; the answer is at most about 4 MiB.",
  }),
  "fs/glob": fsRow({
    params: globParams,
    result: walkResult,
    paramsType: "GlobParams",
    resultType: "WalkResult",
    since: fsExtension("fsGlob"),
    summary: "Lists the files and directories of a tree whose path matches a pattern.",
  }),
};
