/** `fs/*` requests that tell of later changes, and the notifications that do so. @module */

import type { NotificationSpec, RequestSpec } from "../method.ts";
import type { PathUri } from "../path_uri.ts";
import {
  count,
  flag,
  list,
  nullable,
  oneOf,
  optional,
  pathUri,
  type Schema,
  struct,
  text,
} from "../schema.ts";
import { fsExtension, fsRow } from "./fs_row.ts";
import { type Empty, empty } from "./nothing.ts";
import { type SandboxIntent, sandboxMember } from "./sandbox.ts";

/** Parameters of `fs/watchMissing`. */
export interface WatchMissingParams {
  /** Larger than every id used before on this connection, and at least 1. */
  readonly watchId: number;
  /** 1 to 64 paths that do not exist. */
  readonly missing: readonly PathUri[];
  /** A path that exists, whose change or end counts too. */
  readonly present?: PathUri | null | undefined;
}

/** Result of `fs/watchMissing`. */
export interface WatchMissingResult {
  /** False when there is nothing to wait for: something is already otherwise than was said. */
  readonly watching: boolean;
}

/** Parameters of the notification `fs/missingChanged`. */
export interface MissingChangedParams {
  /** Which watch; it has ended with this. */
  readonly watchId: number;
}

/** Parameters of `fs/watch`. Extension. */
export interface WatchParams {
  /** Chosen by the client; 1 to 64 bytes of UTF-8, not in use on this connection. */
  readonly watchId: string;
  /** A directory, or a file, which may be replaced. A link to one is followed once, at the start. */
  readonly path: PathUri;
  /** Watch the directories below it too, also those made later; default true. */
  readonly recursive?: boolean | undefined;
  /** What to leave out, in the words of `.gitignore`, relative to `path`; never watched at all. Up
   * to 1000 patterns of up to 1000 characters. */
  readonly ignore?: readonly string[] | undefined;
  /** Portable sandbox intent; null or absent: unsandboxed. */
  readonly sandbox?: SandboxIntent | null | undefined;
}

/** Result of `fs/watch`. */
export interface WatchResult {
  /** How many directories are watched; 1 where the system watches a tree as a whole. */
  readonly directories: number;
}

/** Parameters of `fs/unwatch`. Extension. */
export interface UnwatchParams {
  /** Which watch. */
  readonly watchId: string;
}

/** One change below a watched path. */
export interface FileChange {
  /** Where. */
  readonly path: PathUri;
  /** `changed`: its content or metadata; a renamed entry is `removed` and `created`. */
  readonly kind: "created" | "changed" | "removed";
}

/** Parameters of the notification `fs/changed`. Extension. */
export interface ChangedParams {
  /** Which watch. */
  readonly watchId: string;
  /** In the order they happened; one that was not told yet is not told twice. At most 512. */
  readonly changes: readonly FileChange[];
  /** True when changes before these were lost: look at the whole tree again. */
  readonly overflow?: boolean | undefined;
  /** Why some directories below are not watched, in words; they are named by no change. */
  readonly incomplete?: string | undefined;
  /** Why the watch has ended by itself, in words; nothing follows. */
  readonly ended?: string | undefined;
}

const watchMissingParams: Schema<WatchMissingParams> = struct<WatchMissingParams>(
  "FsWatchMissingParams",
  { watchId: count, missing: list(pathUri), present: optional(nullable(pathUri)) },
);

const watchMissingResult: Schema<WatchMissingResult> = struct<WatchMissingResult>(
  "FsWatchMissingResponse",
  { watching: flag },
);

const missingChangedParams: Schema<MissingChangedParams> = struct<MissingChangedParams>(
  "FsMissingChangedNotification",
  { watchId: count },
);

const watchParams: Schema<WatchParams> = struct<WatchParams>("FsWatchParams", {
  watchId: text,
  path: pathUri,
  recursive: optional(flag),
  ignore: optional(list(text)),
  ...sandboxMember,
});

const watchResult: Schema<WatchResult> = struct<WatchResult>("FsWatchResponse", {
  directories: count,
});

const unwatchParams: Schema<UnwatchParams> = struct<UnwatchParams>("FsUnwatchParams", {
  watchId: text,
});

const fileChange: Schema<FileChange> = struct<FileChange>("FileChange", {
  path: pathUri,
  kind: oneOf(["created", "changed", "removed"]),
});

const changedParams: Schema<ChangedParams> = struct<ChangedParams>("FsChangedNotification", {
  watchId: text,
  changes: list(fileChange),
  overflow: optional(flag),
  incomplete: optional(text),
  ended: optional(text),
});

/** Requests about watches, by name. */
export interface FsWatchRequests {
  /** See its row. */
  readonly "fs/watchMissing": RequestSpec<WatchMissingParams, WatchMissingResult>;
  /** See its row. */
  readonly "fs/watch": RequestSpec<WatchParams, WatchResult>;
  /** See its row. */
  readonly "fs/unwatch": RequestSpec<UnwatchParams, Empty>;
}

/** The rows of these requests. */
export const fsWatchRequests: FsWatchRequests = {
  "fs/watchMissing": fsRow({
    params: watchMissingParams,
    result: watchMissingResult,
    paramsType: "WatchMissingParams",
    resultType: "WatchMissingResult",
    summary: "Tells once when a missing path appears; replaces the connection's earlier watch.",
  }),
  "fs/watch": fsRow({
    params: watchParams,
    result: watchResult,
    paramsType: "WatchParams",
    resultType: "WatchResult",
    since: fsExtension("fsWatch"),
    summary: "Tells of every change in a directory or a tree until it is told to stop.",
  }),
  "fs/unwatch": fsRow({
    params: unwatchParams,
    result: empty,
    paramsType: "UnwatchParams",
    resultType: "Empty",
    lane: "control",
    errors: [],
    since: fsExtension("fsWatch"),
    summary: "Ends a watch; unknown ones are no error.",
  }),
};

/** Notifications about watches, by name. */
export interface FsWatchNotifications {
  /** See its row. */
  readonly "fs/missingChanged": NotificationSpec<MissingChangedParams>;
  /** See its row. */
  readonly "fs/changed": NotificationSpec<ChangedParams>;
}

/** The rows of these notifications. */
export const fsWatchNotifications: FsWatchNotifications = {
  "fs/missingChanged": {
    params: missingChangedParams,
    paramsType: "MissingChangedParams",
    direction: "toClient",
    since: "0.169.0",
    summary: "A watched path may have appeared or changed; the watch has ended.",
  },
  "fs/changed": {
    params: changedParams,
    paramsType: "ChangedParams",
    direction: "toClient",
    since: fsExtension("fsWatch"),
    summary: "What has changed below a watched path.",
  },
};
