/** `fs/*` requests served so far: reading a whole file and inspecting a path. @module */

import type { RequestSpec } from "../method.ts";
import type { PathUri } from "../path_uri.ts";
import { anything, bytes, count, flag, optional, pathUri, type Schema, struct } from "../schema.ts";

/** Parameters of `fs/readFile` and `fs/getMetadata`. */
export interface PathParams {
  /** Which file or directory. */
  readonly path: PathUri;
  /** False refuses a symbolic link as the last part of the path; default true. */
  readonly followSymlinks?: boolean | undefined;
  /** Portable sandbox intent; null or absent: unsandboxed. */
  readonly sandbox?: unknown;
}

/** Result of `fs/readFile`. */
export interface ReadFileResult {
  /** The whole file; base64 on the wire. */
  readonly dataBase64: Uint8Array<ArrayBuffer>;
}

/** Result of `fs/getMetadata`. */
export interface Metadata {
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
  readonly sandbox?: unknown;
}

/** Result of `fs/canonicalize`. */
export interface CanonicalizeResult {
  /** The same place without symbolic links. */
  readonly path: PathUri;
}

const pathParams: Schema<PathParams> = struct<PathParams>("FsPathParams", {
  path: pathUri,
  followSymlinks: optional(flag),
  sandbox: optional(anything),
});

const readFileResult: Schema<ReadFileResult> = struct<ReadFileResult>("FsReadFileResponse", {
  dataBase64: bytes,
});

const metadata: Schema<Metadata> = struct<Metadata>("FsGetMetadataResponse", {
  isDirectory: flag,
  isFile: flag,
  isSymlink: flag,
  size: count,
  createdAtMs: count,
  modifiedAtMs: count,
});

const canonicalizeParams: Schema<CanonicalizeParams> = struct<CanonicalizeParams>(
  "FsCanonicalizeParams",
  { path: pathUri, sandbox: optional(anything) },
);

const canonicalizeResult: Schema<CanonicalizeResult> = struct<CanonicalizeResult>(
  "FsCanonicalizeResponse",
  { path: pathUri },
);

/** Requests about files, by name. */
export interface FsRequests {
  /** See its row. */
  readonly "fs/readFile": RequestSpec<PathParams, ReadFileResult>;
  /** See its row. */
  readonly "fs/getMetadata": RequestSpec<PathParams, Metadata>;
  /** See its row. */
  readonly "fs/canonicalize": RequestSpec<CanonicalizeParams, CanonicalizeResult>;
}

/** The rows of these requests. */
export const fsRequests: FsRequests = {
  "fs/readFile": {
    params: pathParams,
    result: readFileResult,
    paramsType: "PathParams",
    resultType: "ReadFileResult",
    phase: "ready",
    lane: "ordinary",
    family: "filesystem",
    ordering: "none",
    errors: ["notFound", "fileRefused", "fileFailed", "notSupported"],
    since: "0.169.0",
    summary: "Returns a whole regular file of at most 512 MiB.",
  },
  "fs/getMetadata": {
    params: pathParams,
    result: metadata,
    paramsType: "PathParams",
    resultType: "Metadata",
    phase: "ready",
    lane: "ordinary",
    family: "filesystem",
    ordering: "none",
    errors: ["notFound", "fileRefused", "fileFailed", "notSupported"],
    since: "0.169.0",
    summary: "Describes what a path leads to.",
  },
  "fs/canonicalize": {
    params: canonicalizeParams,
    result: canonicalizeResult,
    paramsType: "CanonicalizeParams",
    resultType: "CanonicalizeResult",
    phase: "ready",
    lane: "ordinary",
    family: "filesystem",
    ordering: "none",
    errors: ["notFound", "fileRefused", "fileFailed", "notSupported"],
    since: "0.169.0",
    summary: "Resolves symbolic links in a path that exists.",
  },
};
