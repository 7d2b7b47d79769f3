/** Where our server is deliberately better than the reference, side by side. @module */
import { type TargetName, targetName } from "../support/target.ts";

/** What the wire tests expect of a server beyond what both must do. */
export interface Expectations {
  /** Largest chunk of output, in bytes. Ours reads larger pieces: fewer messages for the same output. */
  readonly largestChunkBytes: number;
  /** With default settings other requests are answered beside a long poll or a write that waits. */
  readonly answersBesideWaiting: boolean;
  /** A signal ends a stdio server. The reference answers no more, but stays until stdin is closed. */
  readonly stdioEndsOnSignal: boolean;
  /** Status of `/livez` and `/healthz`, which the reference does not have. */
  readonly healthStatus: 200 | 404;
  /** Status of an upgrade on a loopback listener whose Host header names another machine. Ours refuses:
   * a page may reach the listener through a name of its own that resolves to this machine. */
  readonly foreignHostStatus: 101 | 403;
  /** `createdAtMs` is told where the file system knows it; the reference's build says 0. */
  readonly knowsCreation: boolean;
  /** A file that is copied onto itself keeps its content. The reference empties it. */
  readonly copiesOntoItself: boolean;
  /** A walk lists names that are not UTF-8 or have line breaks, and enters such directories. The
   * reference looks for other names instead and reports that they are missing. */
  readonly walksEveryName: boolean;
  /** A walk lists what it is told by a directory that may be read but not searched. The reference
   * asks about each entry and reports that it may not. */
  readonly listsUnsearchable: boolean;
  /** Code of an offset of 2^64, which has no place. To ours it is one with 2^64 - 1, as in every
   * program whose numbers have 53 bits; that one is in range and refused like other ends. */
  readonly offsetBeyondCode: -32600 | -32602;
}

const table: Readonly<Record<TargetName, Expectations>> = {
  reference: {
    largestChunkBytes: 8192,
    answersBesideWaiting: false,
    stdioEndsOnSignal: false,
    healthStatus: 404,
    foreignHostStatus: 101,
    knowsCreation: false,
    copiesOntoItself: false,
    walksEveryName: false,
    listsUnsearchable: false,
    offsetBeyondCode: -32602,
  },
  ours: {
    largestChunkBytes: 65_536,
    answersBesideWaiting: true,
    stdioEndsOnSignal: true,
    healthStatus: 200,
    foreignHostStatus: 403,
    knowsCreation: true,
    copiesOntoItself: true,
    walksEveryName: true,
    listsUnsearchable: true,
    offsetBeyondCode: -32600,
  },
};

/** The expectations for the server under test. */
export function expectations(): Expectations {
  return table[targetName()];
}
