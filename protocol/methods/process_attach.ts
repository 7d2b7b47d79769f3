/** `process/attach` and `process/detach`: following a process of another session. Extension. @module */

import type { RequestSpec } from "../method.ts";
import type { PathUri } from "../path_uri.ts";
import {
  count,
  flag,
  integer,
  list,
  nullable,
  optional,
  pathUri,
  type Schema,
  struct,
  text,
} from "../schema.ts";

/** Which process to attach to; exactly one of `session` and `sessionId` is given. */
export interface AttachTarget {
  /** The public name of its session, which has the caller's owner. */
  readonly session?: string | null | undefined;
  /** The secret of its session, whoever owns it. */
  readonly sessionId?: string | null | undefined;
  /** Its id in that session; no alias. */
  readonly processId: string;
}

/** Parameters of `process/attach`. */
export interface AttachParams {
  /** The alias under which the caller's session knows it; unused there. */
  readonly processId: string;
  /** What to attach to. */
  readonly target: AttachTarget;
  /**
   * Events after this number are announced; it must exist, or be 0. Null or absent: from the oldest
   * output on that is kept. What is no longer kept is missing from the numbers.
   */
  readonly afterSeq?: number | null | undefined;
}

/** Result of `process/attach`. */
export interface AttachResult {
  /** The alias, as given. */
  readonly processId: string;
  /** The public name of the target's session. */
  readonly session: string;
  /** The operating system's id of the target. */
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
  /** The number of its oldest output that is still kept; 1 when nothing has been forgotten. */
  readonly firstSeq: number;
  /** The next number to be given to one of its events. */
  readonly nextSeq: number;
}

/** Parameters of `process/detach`. */
export interface DetachParams {
  /** The alias. */
  readonly processId: string;
}

/** Result of `process/detach`. */
export interface DetachResult {
  /** Whether there was such an alias. */
  readonly detached: boolean;
}

const attachTarget: Schema<AttachTarget> = struct<AttachTarget>("AttachTarget", {
  session: optional(nullable(text)),
  sessionId: optional(nullable(text)),
  processId: text,
});

const attachParams: Schema<AttachParams> = struct<AttachParams>("AttachParams", {
  processId: text,
  target: attachTarget,
  afterSeq: optional(nullable(count)),
});

const attachResult: Schema<AttachResult> = struct<AttachResult>("AttachResponse", {
  processId: text,
  session: text,
  pid: integer,
  argv: list(text),
  argvTruncated: flag,
  cwd: pathUri,
  tty: flag,
  startedAtMs: count,
  firstSeq: count,
  nextSeq: count,
});

const detachParams: Schema<DetachParams> = struct<DetachParams>("DetachParams", {
  processId: text,
});

const detachResult: Schema<DetachResult> = struct<DetachResult>("DetachResponse", {
  detached: flag,
});

/** Requests that follow a process of another session, by name. */
export interface ProcessAttachRequests {
  /** See its row. */
  readonly "process/attach": RequestSpec<AttachParams, AttachResult>;
  /** See its row. */
  readonly "process/detach": RequestSpec<DetachParams, DetachResult>;
}

/** The rows of these requests. */
export const processAttachRequests: ProcessAttachRequests = {
  "process/attach": {
    params: attachParams,
    result: attachResult,
    paramsType: "AttachParams",
    resultType: "AttachResult",
    phase: "ready",
    lane: "ordinary",
    family: "exec",
    ordering: "process",
    errors: ["unknownSession", "unknownProcess", "processExists", "tooManyAttached", "readOnly"],
    since: "extension, announced as `processAttach`",
    summary: "Makes a process of another session readable in this one, under an alias.",
  },
  "process/detach": {
    params: detachParams,
    result: detachResult,
    paramsType: "DetachParams",
    resultType: "DetachResult",
    phase: "ready",
    lane: "control",
    family: "exec",
    ordering: "process",
    errors: [],
    since: "extension, announced as `processAttach`",
    summary: "Forgets an alias; the process behind it does not notice.",
  },
};
