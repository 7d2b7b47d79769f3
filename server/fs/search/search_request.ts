/** What the server and the program that searches for it say to each other, one JSON line each. @module */

import { type GrepMatch, grepMatch } from "../../../protocol/methods/fs_grep.ts";
import {
  type WalkEntry,
  walkEntry,
  type WalkError,
  walkError,
} from "../../../protocol/methods/fs_walk.ts";
import type { PathSystem, PathUri } from "../../../protocol/path_uri.ts";
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
} from "../../../protocol/schema.ts";

/** What to list. */
export interface GlobRequest {
  /** See `GlobParams`. */
  readonly patterns: readonly string[];
  /** See `GlobParams`. */
  readonly maxResults: number;
}

/** What to look for in files. */
export interface GrepRequest {
  /** See `GrepParams`. */
  readonly pattern: string;
  /** See `GrepParams`. */
  readonly isRegex: boolean;
  /** See `GrepParams`. */
  readonly ignoreCase: boolean;
  /** See `GrepParams`. */
  readonly include?: readonly string[] | undefined;
  /** See `GrepParams`. */
  readonly maxMatches: number;
}

/** The one line the program gets; one of `glob` and `grep` is there. */
export interface SearchRequest {
  /** Where to begin. */
  readonly path: PathUri;
  /** Whose paths are meant. */
  readonly system: PathSystem;
  /** See `SearchScope`. */
  readonly respectIgnoreFiles: boolean;
  /** See `SearchScope`. */
  readonly includeHidden: boolean;
  /** See `SearchScope`. */
  readonly exclude: readonly string[];
  /** List paths. */
  readonly glob?: GlobRequest | undefined;
  /** List lines. */
  readonly grep?: GrepRequest | undefined;
}

/** Why nothing is searched; a key of wire errors. */
const refusalKeys = ["invalidParams", "notFound", "fileRefused", "fileFailed"] as const;

/** An error the whole request is answered with. */
export interface Refusal {
  /** Which kind. */
  readonly key: typeof refusalKeys[number];
  /** What was wrong. */
  readonly message: string;
}

/** A line of the program: what was found since the one before. */
export interface SearchReport {
  /** Files searched so far. */
  readonly files: number;
  /** Paths that match. */
  readonly entries: readonly WalkEntry[];
  /** Lines that match. */
  readonly matches: readonly GrepMatch[];
  /** What could not be read. */
  readonly errors: readonly WalkError[];
  /** In the last line: whether everything was searched, or a limit was met. */
  readonly end?: "complete" | "limit" | undefined;
  /** In an only line. */
  readonly refusal?: Refusal | undefined;
}

/** No line of the program is longer, in bytes. */
export const MOST_LINE_BYTES = 1 << 20;

/** Decodes a `SearchRequest`. */
export const searchRequest: Schema<SearchRequest> = struct<SearchRequest>("SearchRequest", {
  path: pathUri,
  system: oneOf(["linux", "macos", "windows"]),
  respectIgnoreFiles: flag,
  includeHidden: flag,
  exclude: list(text),
  glob: optional(struct<GlobRequest>("GlobRequest", { patterns: list(text), maxResults: count })),
  grep: optional(
    struct<GrepRequest>("GrepRequest", {
      pattern: text,
      isRegex: flag,
      ignoreCase: flag,
      include: optional(list(text)),
      maxMatches: count,
    }),
  ),
});

/** Decodes a `SearchReport`. */
export const searchReport: Schema<SearchReport> = struct<SearchReport>("SearchReport", {
  files: count,
  entries: list(walkEntry),
  matches: list(grepMatch),
  errors: list(walkError),
  end: optional(oneOf(["complete", "limit"])),
  refusal: optional(struct<Refusal>("Refusal", { key: oneOf(refusalKeys), message: text })),
});
