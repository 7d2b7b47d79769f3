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
}

const table: Readonly<Record<TargetName, Expectations>> = {
  reference: {
    largestChunkBytes: 8192,
    answersBesideWaiting: false,
    stdioEndsOnSignal: false,
    healthStatus: 404,
    foreignHostStatus: 101,
  },
  ours: {
    largestChunkBytes: 65_536,
    answersBesideWaiting: true,
    stdioEndsOnSignal: true,
    healthStatus: 200,
    foreignHostStatus: 403,
  },
};

/** The expectations for the server under test. */
export function expectations(): Expectations {
  return table[targetName()];
}
