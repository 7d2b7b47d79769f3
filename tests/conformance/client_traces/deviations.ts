/** Where our server does not yet answer the reference client as recorded, and why. @module */

/** A request that our server refuses for now. */
export interface Refusal {
  /** The request. */
  readonly method: string;
  /** What it is refused with. */
  readonly code: number;
  /** Why, and what the client makes of it. */
  readonly why: string;
}

/** Requests in the replayed traces. */
export const refusals: readonly Refusal[] = [
  {
    method: "environmentConfig/read",
    code: -32601,
    why: "not served yet, nor announced: a client that looks at the capabilities does not ask",
  },
];

/** A trace that is not replayed, because little of it would be left. */
export interface LeftOut extends Refusal {
  /** The trace's name. */
  readonly trace: string;
  /** Parameters that show the refusal, for a server whose directory this is. */
  readonly params: (cwd: string) => Readonly<Record<string, unknown>>;
}

/** Traces that wait for what they are about. */
export const leftOut: readonly LeftOut[] = [
  {
    trace: "mcp-http",
    method: "http/request",
    params: () => ({ method: "GET", url: "http://127.0.0.1:9/", requestId: "buffered-request" }),
    code: -32601,
    why: "HTTP through the server is not served yet",
  },
];

/** Answers that vary with the reference too: the recorded one is one of two right ones. */
export const eitherWay: readonly { trace: string; id: number; why: string }[] = [
  {
    trace: "mcp-stdio",
    id: 29,
    why: "whether a second process/terminate finds the process still ending is a matter of moments",
  },
];

/** Errors whose text goes on after the recorded words. */
export interface LongerErrors {
  /** Which ones. */
  readonly code: number;
  /** Why. */
  readonly why: string;
}

/** The one kind of error that says more than the recording. */
export const longerErrors: LongerErrors = {
  code: -32004,
  why: "which path does not exist is worth telling, and the client goes by the code",
};

/** A piece of a recording that differs here. */
export interface OtherWords {
  /** The trace's name. */
  readonly trace: string;
  /** As it stands in the file. */
  readonly recorded: string;
  /** What our server sends instead. */
  readonly ours: string;
  /** Why. */
  readonly why: string;
}

const why =
  "a sandbox without network has a loopback device of its own: local servers work there, " +
  "and one outside is not found";

/** Replaced before a replay. */
export const otherWords: readonly OtherWords[] = [
  {
    trace: "sandbox-workspace",
    recorded: base64(
      "/bin/bash: socket: Operation not permitted\n" +
        "/bin/bash: line 1: /dev/tcp/127.0.0.1/38661: Operation not permitted\n",
    ),
    ours: base64(
      "/bin/bash: connect: Connection refused\n" +
        "/bin/bash: line 1: /dev/tcp/127.0.0.1/38661: Connection refused\n",
    ),
    why,
  },
];

function base64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}
