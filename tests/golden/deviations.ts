/** Where a replay against our server may differ from the recording, and why. @module */

/** One deliberate difference. */
export interface Deviation {
  /** The conversation. */
  readonly file: string;
  /** The recorded ids of the answers concerned; all answers when absent. */
  readonly ids?: readonly (string | number)[];
  /** What may differ. */
  readonly differs: "answerOrder" | "errorCode" | "members" | "systemWords";
  /** The code sent instead, for `errorCode`. */
  readonly code?: number;
  /** The members of the result that may differ, for `members`. */
  readonly members?: readonly string[];
  /** Why it is right. */
  readonly why: string;
}

/** Differences of any server, the reference included: the recording is one of several right ones. */
export const variations: readonly Deviation[] = [
  {
    file: "25-concurrent-requests",
    differs: "answerOrder",
    why: "with several requests at once the order of answers is free",
  },
  {
    file: "16-fs-basic",
    ids: [5, 6, 7],
    differs: "members",
    members: ["modifiedAtMs"],
    why: "files are made anew for each replay",
  },
  {
    file: "16-fs-basic",
    ids: [6],
    differs: "members",
    members: ["size"],
    why: "file systems differ in what they call the size of a directory",
  },
];

/** Differences of ours alone. */
export const deviations: readonly Deviation[] = [
  {
    file: "02-before-initialize",
    ids: [4],
    differs: "errorCode",
    code: -32601,
    why: "http/request is not served yet, and an unknown method is refused before the phase",
  },
  {
    file: "26-inline-requests-are-serial",
    ids: ["poll", "status"],
    differs: "answerOrder",
    why: "requests run side by side by default; --concurrent-requests 1 is serial as recorded",
  },
  {
    file: "16-fs-basic",
    ids: [5, 6, 7],
    differs: "members",
    members: ["createdAtMs"],
    why: "the recorded build cannot tell when a file was made and says 0",
  },
  {
    file: "16-fs-basic",
    ids: [9],
    differs: "systemWords",
    why: "C libraries word their errors differently; the recorded build has one of its own",
  },
  {
    file: "17-fs-errors",
    ids: [5],
    differs: "systemWords",
    why: "C libraries word their errors differently; the recorded build has one of its own",
  },
  {
    file: "21-fs-watch-missing",
    ids: [7],
    differs: "errorCode",
    code: -32602,
    why: "the wanted type of a member is told in words, not by the name it has in a program",
  },
];
