/** `fs/grep`: search in files, with matches pushed while it runs. Extension. @module */

import type { NotificationSpec, RequestSpec } from "../method.ts";
import type { PathUri } from "../path_uri.ts";
import { count, flag, list, optional, pathUri, type Schema, struct, text } from "../schema.ts";
import { fsExtension, fsRow } from "./fs_row.ts";
import { type SearchScope, searchScope, type WalkError, walkError } from "./fs_walk.ts";
import { type Empty, empty } from "./nothing.ts";

/** Parameters of `fs/grep`. */
export interface GrepParams extends SearchScope {
  /** Chosen by the client; 1 to 64 bytes of UTF-8, not in use on this connection. */
  readonly searchId: string;
  /** What a line must hold. */
  readonly pattern: string;
  /** Whether `pattern` is an ECMAScript regular expression (`v` mode); default false: plain text. */
  readonly isRegex?: boolean | undefined;
  /** Whether upper and lower case are the same; default false. */
  readonly ignoreCase?: boolean | undefined;
  /** Look only at files whose path matches one of these patterns; at all when absent. */
  readonly include?: readonly string[] | undefined;
  /** End after so many matching lines, 1 to 100 000; 10 000 when absent. */
  readonly maxMatches?: number | undefined;
}

/** One line that matches. */
export interface GrepMatch {
  /** Which file. */
  readonly path: PathUri;
  /** Its number, from 1. */
  readonly line: number;
  /** The line without its end, at most 4096 bytes around the match; bytes not UTF-8 are replaced. */
  readonly text: string;
  /** Where in `text` the first match begins, in UTF-16 units. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
}

/** Parameters of the notification `fs/grepMatches`. */
export interface GrepMatchesParams {
  /** Which search. */
  readonly searchId: string;
  /**
   * In the order they were found; the files are in the order of `fs/walk`. Empty about every second
   * while nothing is found, which shows that the search goes on.
   */
  readonly matches: readonly GrepMatch[];
  /** Files searched so far, as of the last moment before one that takes long. */
  readonly files: number;
}

/** Result of `fs/grep`; comes after all its matches. */
export interface GrepResult {
  /** Lines that were pushed. */
  readonly matches: number;
  /** Files that were searched; binary files are not. */
  readonly files: number;
  /** What could not be read, the first 1000. */
  readonly errors: readonly WalkError[];
  /** Whether the search ended early, at `maxMatches` or by `fs/cancelSearch`. */
  readonly truncated: boolean;
}

/** Parameters of `fs/cancelSearch`. */
export interface CancelSearchParams {
  /** Which search. */
  readonly searchId: string;
}

const grepParams: Schema<GrepParams> = struct<GrepParams>("FsGrepParams", {
  ...searchScope,
  searchId: text,
  pattern: text,
  isRegex: optional(flag),
  ignoreCase: optional(flag),
  include: optional(list(text)),
  maxMatches: optional(count),
});

/** Decodes a `GrepMatch`. */
export const grepMatch: Schema<GrepMatch> = struct<GrepMatch>("GrepMatch", {
  path: pathUri,
  line: count,
  text,
  start: count,
  end: count,
});

const grepMatchesParams: Schema<GrepMatchesParams> = struct<GrepMatchesParams>(
  "FsGrepMatchesNotification",
  { searchId: text, matches: list(grepMatch), files: count },
);

const grepResult: Schema<GrepResult> = struct<GrepResult>("FsGrepResponse", {
  matches: count,
  files: count,
  errors: list(walkError),
  truncated: flag,
});

const cancelSearchParams: Schema<CancelSearchParams> = struct<CancelSearchParams>(
  "FsCancelSearchParams",
  { searchId: text },
);

/** Requests about searches, by name. */
export interface FsGrepRequests {
  /** See its row. */
  readonly "fs/grep": RequestSpec<GrepParams, GrepResult>;
  /** See its row. */
  readonly "fs/cancelSearch": RequestSpec<CancelSearchParams, Empty>;
}

/** The rows of these requests. */
export const fsGrepRequests: FsGrepRequests = {
  "fs/grep": fsRow({
    params: grepParams,
    result: grepResult,
    paramsType: "GrepParams",
    resultType: "GrepResult",
    since: fsExtension("fsGrep"),
    summary: "Searches the files of a tree line by line, and pushes what matches meanwhile.",
  }),
  "fs/cancelSearch": fsRow({
    params: cancelSearchParams,
    result: empty,
    paramsType: "CancelSearchParams",
    resultType: "Empty",
    lane: "control",
    errors: [],
    since: fsExtension("fsGrep"),
    summary: "Ends a search, which is then answered as truncated; unknown ones are no error.",
  }),
};

/** Notifications about searches, by name. */
export interface FsGrepNotifications {
  /** See its row. */
  readonly "fs/grepMatches": NotificationSpec<GrepMatchesParams>;
}

/** The rows of these notifications. */
export const fsGrepNotifications: FsGrepNotifications = {
  "fs/grepMatches": {
    params: grepMatchesParams,
    paramsType: "GrepMatchesParams",
    direction: "toClient",
    since: fsExtension("fsGrep"),
    summary: "Lines that a running search has found.",
  },
};
