/** Every error that can cross the wire: its key, its code, and when it is sent. @module */

/** One kind of wire error. */
export interface ErrorSpec {
  /** JSON-RPC code; several kinds share one, as in the reference. */
  readonly code: number;
  /** When the server sends it, as one phrase. */
  readonly when: string;
}

/** Wire errors by key. Clients match on the code; keys name the cause inside this project. */
export const errors = {
  malformedMessage: { code: -32600, when: "the text is not one valid JSON-RPC message (id is -1)" },
  outOfPhase: {
    code: -32600,
    when: "a call before `initialize`/`initialized`, or a second `initialize`",
  },
  unknownSession: { code: -32600, when: "the session to resume does not exist or has expired" },
  sessionAttached: { code: -32010, when: "the session to resume still has a live connection" },
  methodNotFound: { code: -32601, when: "the method is not served" },
  invalidParams: {
    code: -32602,
    when: "the parameters cannot be decoded or contradict each other",
  },
  processExists: {
    code: -32600,
    when: "the process id is in use, or its ended process is still kept",
  },
  unknownProcess: { code: -32600, when: "no process with this id is known in the session" },
  readOnly: {
    code: -32600,
    when: "the process id is an alias, by which a process can only be read",
  },
  tooManyAttached: { code: -32600, when: "the session is attached to 1024 processes already" },
  spawnFailed: { code: -32603, when: "the operating system refused to start the program" },
  stdinFailed: { code: -32603, when: "the process no longer takes input" },
  notSupported: { code: -32600, when: "the request asks for something this server does not do" },
  notFound: { code: -32004, when: "the path does not exist" },
  fileRefused: {
    code: -32600,
    when: "the path is of the wrong kind, too large, or access is denied",
  },
  fileFailed: { code: -32603, when: "the operating system failed a file operation" },
  internal: { code: -32603, when: "the server failed in a way it did not foresee" },
} as const;

/** Key of a wire error. */
export type ErrorKey = keyof typeof errors;

// Here and not above, where it would hide the type from tools that read one file at a time.
const specs: Readonly<Record<ErrorKey, ErrorSpec>> = errors;

/** An error that becomes an error answer on the wire. */
export class RpcError extends Error {
  /** Tells this class from other errors. */
  override readonly name = "RpcError";
  /** Which kind of error this is. */
  readonly key: ErrorKey;
  /** JSON value sent as `error.data`; absent when undefined. */
  readonly data: unknown;

  /**
   * Makes an error to be thrown by a handler.
   * @param key which kind of error; decides the code
   * @param message one sentence that names the member, path or id at fault
   * @param options `data` is sent to the peer, `cause` stays here
   */
  constructor(key: ErrorKey, message: string, options: { data?: unknown; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.key = key;
    this.data = options.data;
  }

  /** JSON-RPC code of this error. */
  get code(): number {
    return specs[this.key].code;
  }
}
