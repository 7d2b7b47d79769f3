/** `process/list`: which processes there are, also those of other sessions. Extension. @module */

import type { RequestSpec } from "../method.ts";
import type { PathUri } from "../path_uri.ts";
import {
  count,
  flag,
  integer,
  list,
  nullable,
  oneOf,
  optional,
  pathUri,
  type Schema,
  struct,
  text,
} from "../schema.ts";

/** Parameters of `process/list`. */
export interface ListParams {
  /**
   * The secret of one session, whose processes are listed, whoever owns it. Null or absent: those
   * of the caller's session and of all sessions with the same owner.
   */
  readonly sessionId?: string | null | undefined;
}

/** One process, as others see it. */
export interface ListedProcess {
  /** The public name of its session; says nothing about the secret that resumes it. */
  readonly session: string;
  /** Its id in that session. */
  readonly processId: string;
  /** The operating system's id of it. */
  readonly pid: number;
  /** Its program and arguments, as far as they fit into 1024 characters. */
  readonly argv: string[];
  /** Whether `argv` is not all of it. */
  readonly argvTruncated: boolean;
  /** Where it was started. */
  readonly cwd: PathUri;
  /** Whether it runs in a terminal. */
  readonly tty: boolean;
  /** When it was started by the server's clock: milliseconds since 1970. */
  readonly startedAtMs: number;
  /** How far it has come. */
  readonly state: "running" | "exited" | "closed";
  /** Its exit code, 128 + n after signal n; null while it runs. */
  readonly exitCode: number | null;
  /** Why the server ended it, such as "killed by timeout after 500 ms"; absent when it did not. */
  readonly endReason?: string | undefined;
  /** The number of its oldest output that is still kept; 1 when nothing has been forgotten. */
  readonly firstSeq: number;
  /** The next number to be given to one of its events. */
  readonly nextSeq: number;
  /** Bytes of its output that are kept. */
  readonly retainedBytes: number;
  /** Whether it belongs to the caller's session. */
  readonly own: boolean;
  /** Whether the client of its session is connected. */
  readonly attached: boolean;
}

/** Result of `process/list`. */
export interface ListResult {
  /** By start, the oldest first. */
  readonly processes: ListedProcess[];
  /** Whether there are more: the latest 10 000 are listed, and no more text than fits into 8 MiB. */
  readonly truncated: boolean;
}

const listParams: Schema<ListParams> = struct<ListParams>("ListParams", {
  sessionId: optional(nullable(text)),
});

const listedProcess: Schema<ListedProcess> = struct<ListedProcess>("ListedProcess", {
  session: text,
  processId: text,
  pid: integer,
  argv: list(text),
  argvTruncated: flag,
  cwd: pathUri,
  tty: flag,
  startedAtMs: count,
  state: oneOf(["running", "exited", "closed"]),
  exitCode: nullable(integer),
  endReason: optional(text),
  firstSeq: count,
  nextSeq: count,
  retainedBytes: count,
  own: flag,
  attached: flag,
});

const listResult: Schema<ListResult> = struct<ListResult>("ListResponse", {
  processes: list(listedProcess),
  truncated: flag,
});

/** The request that lists processes, by name. */
export interface ProcessListRequests {
  /** See its row. */
  readonly "process/list": RequestSpec<ListParams, ListResult>;
}

/** The rows of these requests. */
export const processListRequests: ProcessListRequests = {
  "process/list": {
    params: listParams,
    result: listResult,
    paramsType: "ListParams",
    resultType: "ListResult",
    phase: "ready",
    lane: "ordinary",
    family: "exec",
    ordering: "none",
    errors: ["unknownSession"],
    since: "extension, announced as `processList`",
    summary: "Lists the processes of every session with the caller's owner, or of one session.",
  },
};
