/** `fs/*` requests on open files: open, read and write blocks at any place, close. @module */

import type { RequestSpec } from "../method.ts";
import type { PathUri } from "../path_uri.ts";
import { bytes, count, flag, optional, pathUri, type Schema, struct, text } from "../schema.ts";
import { fsRow } from "./fs_row.ts";
import { type Empty, empty } from "./nothing.ts";
import { type SandboxIntent, sandboxMember } from "./sandbox.ts";

/** Parameters of `fs/open`. */
export interface OpenParams {
  /** Chosen by the client; at most 32 bytes of UTF-8, not in use on this connection. */
  readonly handleId: string;
  /** A regular file; symbolic links are followed. */
  readonly path: PathUri;
  /**
   * `read` (default); `replace`: for writing, made if missing and emptied at once; extension
   * `update`, announced as `fsUpdate`: for reading and writing, made if missing, content kept.
   */
  readonly mode?: string | undefined;
  /** Portable sandbox intent; null or absent: unsandboxed. */
  readonly sandbox?: SandboxIntent | null | undefined;
}

/** Parameters of `fs/close`, and the result of `fs/open`. */
export interface HandleParams {
  /** Which open file. */
  readonly handleId: string;
}

/** Parameters of `fs/readBlock`. */
export interface ReadBlockParams extends HandleParams {
  /** First byte. */
  readonly offset: number;
  /** Bytes wanted, 1 to 1 048 576. */
  readonly len: number;
}

/** Result of `fs/readBlock`. */
export interface ReadBlockResult {
  /** What was there; base64 on the wire. */
  readonly chunk: Uint8Array<ArrayBuffer>;
  /** Whether fewer bytes than wanted were there. False when the block ends exactly with the file. */
  readonly eof: boolean;
}

/** Parameters of `fs/writeBlock`. */
export interface WriteBlockParams extends HandleParams {
  /** Where the first byte goes; a hole before it reads as zeros. */
  readonly offset: number;
  /** 1 to 1 048 576 bytes; base64 on the wire. */
  readonly chunk: Uint8Array<ArrayBuffer>;
}

const openParams: Schema<OpenParams> = struct<OpenParams>("FsOpenParams", {
  handleId: text,
  path: pathUri,
  // Which modes are taken depends on the client, so the handler decides.
  mode: optional(text),
  ...sandboxMember,
});

const handleParams: Schema<HandleParams> = struct<HandleParams>("FsHandleParams", {
  handleId: text,
});

const readBlockParams: Schema<ReadBlockParams> = struct<ReadBlockParams>("FsReadBlockParams", {
  handleId: text,
  offset: count,
  len: count,
});

const readBlockResult: Schema<ReadBlockResult> = struct<ReadBlockResult>("FsReadBlockResponse", {
  chunk: bytes,
  eof: flag,
});

const writeBlockParams: Schema<WriteBlockParams> = struct<WriteBlockParams>("FsWriteBlockParams", {
  handleId: text,
  offset: count,
  chunk: bytes,
});

/** Requests on open files, by name. */
export interface FsHandleRequests {
  /** See its row. */
  readonly "fs/open": RequestSpec<OpenParams, HandleParams>;
  /** See its row. */
  readonly "fs/readBlock": RequestSpec<ReadBlockParams, ReadBlockResult>;
  /** See its row. */
  readonly "fs/writeBlock": RequestSpec<WriteBlockParams, Empty>;
  /** See its row. */
  readonly "fs/close": RequestSpec<HandleParams, Empty>;
}

/** The rows of these requests. */
export const fsHandleRequests: FsHandleRequests = {
  "fs/open": fsRow({
    params: openParams,
    result: handleParams,
    paramsType: "OpenParams",
    resultType: "HandleParams",
    summary: "Opens a regular file; at most 128 are open per connection, and all close with it.",
  }),
  "fs/readBlock": fsRow({
    params: readBlockParams,
    result: readBlockResult,
    paramsType: "ReadBlockParams",
    resultType: "ReadBlockResult",
    summary: "Reads a block of an open file; blocks may be asked for side by side.",
  }),
  "fs/writeBlock": fsRow({
    params: writeBlockParams,
    result: empty,
    paramsType: "WriteBlockParams",
    resultType: "Empty",
    summary: "Writes a block of an open file, all of it.",
  }),
  "fs/close": fsRow({
    params: handleParams,
    result: empty,
    paramsType: "HandleParams",
    resultType: "Empty",
    errors: ["fileRefused", "fileFailed"],
    summary: "Closes an open file after what is in work on it; unknown ones are no error.",
  }),
};
