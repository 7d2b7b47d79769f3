/** Where a replay against our server may differ from the recording, and why. @module */

/** One deliberate difference. */
export interface Deviation {
  /** The conversation. */
  readonly file: string;
  /** The recorded ids of the answers concerned; all answers when absent. */
  readonly ids?: readonly (string | number)[];
  /** What may differ. */
  readonly differs: "answerOrder" | "errorCode";
  /** The code sent instead, for `errorCode`. */
  readonly code?: number;
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
];
