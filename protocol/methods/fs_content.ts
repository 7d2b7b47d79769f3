/** `fs/*` requests about what is in a file: read it, write it, hash it. @module */

import { RpcError } from "../errors.ts";
import type { RequestSpec } from "../method.ts";
import type { PathUri } from "../path_uri.ts";
import {
  bytes,
  bytesOrElse,
  count,
  flag,
  nullable,
  optional,
  pathUri,
  type Schema,
  struct,
  text,
} from "../schema.ts";
import { fsExtension, fsRow } from "./fs_row.ts";
import { type Empty, empty } from "./nothing.ts";
import { type SandboxIntent, sandboxMember } from "./sandbox.ts";

/** Parameters of `fs/readFile` and `fs/getMetadata`. */
export interface PathParams {
  /** Which file or directory. */
  readonly path: PathUri;
  /** False refuses symbolic links anywhere in the path; default true. */
  readonly followSymlinks?: boolean | null | undefined;
  /** Portable sandbox intent; null or absent: unsandboxed. */
  readonly sandbox?: SandboxIntent | null | undefined;
}

/** Result of `fs/readFile`. */
export interface ReadFileResult {
  /** The whole file; base64 on the wire. */
  readonly dataBase64: Uint8Array<ArrayBuffer>;
}

/** Parameters of `fs/writeFile`. */
export interface WriteFileParams extends PathParams {
  /** What the file shall hold; base64 on the wire. */
  readonly dataBase64: Uint8Array<ArrayBuffer>;
  /**
   * Extension, announced as `fsAtomicWrite`: the file has its old content or the new one, never
   * part of it, also after a crash. Mode and owner stay; hard links to the old content keep it.
   */
  readonly atomic?: boolean | undefined;
}

/** Parameters of `fs/hash`. Extension. */
export interface HashParams extends PathParams {
  /** First byte; 0 when absent. */
  readonly offset?: number | undefined;
  /** Number of bytes; to the end of the file when absent. */
  readonly length?: number | null | undefined;
}

/** Result of `fs/hash`. */
export interface HashResult {
  /** SHA-256 of the range as 64 lower-case hex digits. */
  readonly sha256: string;
  /** Bytes that were there to be hashed; fewer than asked for at the end of the file. */
  readonly length: number;
  /** Size of the whole file in bytes. */
  readonly size: number;
}

/** Decodes a `PathParams`. */
export const pathParams: Schema<PathParams> = struct<PathParams>("FsPathParams", {
  path: pathUri,
  followSymlinks: optional(nullable(flag)),
  ...sandboxMember,
});

const readFileResult: Schema<ReadFileResult> = struct<ReadFileResult>("FsReadFileResponse", {
  dataBase64: bytes,
});

const writeFileParams: Schema<WriteFileParams> = struct<WriteFileParams>("FsWriteFileParams", {
  path: pathUri,
  // Not `invalidParams`: the reference takes any text here, and refuses it only as a file's content.
  dataBase64: bytesOrElse((fault) =>
    new RpcError("fileRefused", `fs/writeFile requires valid base64 dataBase64: ${fault}`)
  ),
  followSymlinks: optional(nullable(flag)),
  ...sandboxMember,
  atomic: optional(flag),
});

const hashParams: Schema<HashParams> = struct<HashParams>("FsHashParams", {
  path: pathUri,
  followSymlinks: optional(nullable(flag)),
  ...sandboxMember,
  offset: optional(count),
  length: optional(nullable(count)),
});

const hashResult: Schema<HashResult> = struct<HashResult>("FsHashResponse", {
  sha256: text,
  length: count,
  size: count,
});

/** Requests about the content of files, by name. */
export interface FsContentRequests {
  /** See its row. */
  readonly "fs/readFile": RequestSpec<PathParams, ReadFileResult>;
  /** See its row. */
  readonly "fs/writeFile": RequestSpec<WriteFileParams, Empty>;
  /** See its row. */
  readonly "fs/hash": RequestSpec<HashParams, HashResult>;
}

/** The rows of these requests. */
export const fsContentRequests: FsContentRequests = {
  "fs/readFile": fsRow({
    params: pathParams,
    result: readFileResult,
    paramsType: "PathParams",
    resultType: "ReadFileResult",
    summary: "Returns a whole regular file of at most 512 MiB.",
  }),
  "fs/writeFile": fsRow({
    params: writeFileParams,
    result: empty,
    paramsType: "WriteFileParams",
    resultType: "Empty",
    summary: "Creates a file, or replaces what is in it; mode, owner and links stay.",
  }),
  "fs/hash": fsRow({
    params: hashParams,
    result: hashResult,
    paramsType: "HashParams",
    resultType: "HashResult",
    since: fsExtension("fsHash"),
    summary: "Returns the SHA-256 of a file or of a part of it.",
  }),
};
