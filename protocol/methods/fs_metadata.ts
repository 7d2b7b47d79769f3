/** `fs/*` requests that only look: what a path leads to, and what is in a directory. @module */

import type { RequestSpec } from "../method.ts";
import type { PathUri } from "../path_uri.ts";
import { count, flag, list, optional, pathUri, type Schema, struct, text } from "../schema.ts";
import { type PathParams, pathParams } from "./fs_content.ts";
import { fsRow } from "./fs_row.ts";
import { type SandboxIntent, sandboxMember } from "./sandbox.ts";

/** What belongs to an entry of a Unix file system beside what every system has. Extension. */
export interface UnixMetadata {
  /** Permission bits, such as 0o644, with set-user-id, set-group-id and sticky bit. */
  readonly mode?: number | undefined;
  /** Number of the owner. */
  readonly userId?: number | undefined;
  /** Number of the group. */
  readonly groupId?: number | undefined;
  /** Number of hard links. */
  readonly links?: number | undefined;
  /** What a symbolic link says, as native text; bytes that are not UTF-8 are replaced. */
  readonly linkTarget?: string | undefined;
}

/** Result of `fs/getMetadata`. The members of `UnixMetadata` only for clients with `extensions`. */
export interface Metadata extends UnixMetadata {
  /** Whether the target is a directory. */
  readonly isDirectory: boolean;
  /** Whether the target is a regular file; devices and FIFOs are neither. */
  readonly isFile: boolean;
  /** Whether the path itself is a symbolic link. */
  readonly isSymlink: boolean;
  /** Size of the target in bytes. */
  readonly size: number;
  /** When it was made, in milliseconds since 1970; 0 when unknown. */
  readonly createdAtMs: number;
  /** When it last changed, in milliseconds since 1970; 0 when unknown. */
  readonly modifiedAtMs: number;
}

/** Parameters of `fs/canonicalize`. */
export interface CanonicalizeParams {
  /** A path that exists. */
  readonly path: PathUri;
  /** Portable sandbox intent; null or absent: unsandboxed. */
  readonly sandbox?: SandboxIntent | null | undefined;
}

/** Result of `fs/canonicalize`. */
export interface CanonicalizeResult {
  /** The same place without symbolic links. */
  readonly path: PathUri;
}

/** Parameters of `fs/readDirectory`. */
export interface ReadDirectoryParams extends CanonicalizeParams {
  /**
   * Extension, announced as `fsMetadata`: describe each entry, and leave none out, links that lead
   * nowhere included.
   */
  readonly metadata?: boolean | undefined;
}

/** One entry of a directory. */
export interface DirectoryEntry {
  /** Its name; bytes that are not UTF-8 are replaced. */
  readonly fileName: string;
  /** Whether it is, or leads to, a directory. */
  readonly isDirectory: boolean;
  /** Whether it is, or leads to, a regular file. */
  readonly isFile: boolean;
  /** Its path, which is exact also where the name is not UTF-8. With `metadata`. */
  readonly path?: PathUri | undefined;
  /** What the entry itself is, links not followed. With `metadata`, unless it is gone already. */
  readonly metadata?: Metadata | undefined;
}

/** Result of `fs/readDirectory`. */
export interface ReadDirectoryResult {
  /** In no order. Without `metadata`, what leads nowhere is left out. */
  readonly entries: readonly DirectoryEntry[];
}

const metadata: Schema<Metadata> = struct<Metadata>("FsGetMetadataResponse", {
  isDirectory: flag,
  isFile: flag,
  isSymlink: flag,
  size: count,
  createdAtMs: count,
  modifiedAtMs: count,
  mode: optional(count),
  userId: optional(count),
  groupId: optional(count),
  links: optional(count),
  linkTarget: optional(text),
});

const canonicalizeParams: Schema<CanonicalizeParams> = struct<CanonicalizeParams>(
  "FsCanonicalizeParams",
  { path: pathUri, ...sandboxMember },
);

const canonicalizeResult: Schema<CanonicalizeResult> = struct<CanonicalizeResult>(
  "FsCanonicalizeResponse",
  { path: pathUri },
);

const readDirectoryParams: Schema<ReadDirectoryParams> = struct<ReadDirectoryParams>(
  "FsReadDirectoryParams",
  { path: pathUri, ...sandboxMember, metadata: optional(flag) },
);

const directoryEntry: Schema<DirectoryEntry> = struct<DirectoryEntry>("FsReadDirectoryEntry", {
  fileName: text,
  isDirectory: flag,
  isFile: flag,
  path: optional(pathUri),
  metadata: optional(metadata),
});

const readDirectoryResult: Schema<ReadDirectoryResult> = struct<ReadDirectoryResult>(
  "FsReadDirectoryResponse",
  { entries: list(directoryEntry) },
);

/** Requests that look at directory entries, by name. */
export interface FsMetadataRequests {
  /** See its row. */
  readonly "fs/getMetadata": RequestSpec<PathParams, Metadata>;
  /** See its row. */
  readonly "fs/canonicalize": RequestSpec<CanonicalizeParams, CanonicalizeResult>;
  /** See its row. */
  readonly "fs/readDirectory": RequestSpec<ReadDirectoryParams, ReadDirectoryResult>;
}

/** The rows of these requests. */
export const fsMetadataRequests: FsMetadataRequests = {
  "fs/getMetadata": fsRow({
    params: pathParams,
    result: metadata,
    paramsType: "PathParams",
    resultType: "Metadata",
    summary: "Describes what a path leads to.",
  }),
  "fs/canonicalize": fsRow({
    params: canonicalizeParams,
    result: canonicalizeResult,
    paramsType: "CanonicalizeParams",
    resultType: "CanonicalizeResult",
    summary: "Resolves symbolic links in a path that exists.",
  }),
  "fs/readDirectory": fsRow({
    params: readDirectoryParams,
    result: readDirectoryResult,
    paramsType: "ReadDirectoryParams",
    resultType: "ReadDirectoryResult",
    summary: "Lists the entries of a directory.",
  }),
};
