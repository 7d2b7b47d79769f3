/** A server that was started as a child, whatever runtime started it. @module */

/** How to start a server. */
export interface ProgramRequest {
  /** A path, or a name that is looked up in PATH. */
  readonly program: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Variables to add to the inherited environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it starts; this program's directory when undefined. */
  readonly cwd: string | undefined;
  /** Gives it a process group of its own. */
  readonly leadsGroup: boolean;
  /** What becomes of its standard error. */
  readonly stderr: "inherit" | "null" | "piped";
}

/** A server that runs. */
export interface ServerProgram {
  /** What it prints. */
  readonly stdout: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** What it reads. */
  readonly stdin: WritableStream<Uint8Array<ArrayBuffer>>;
  /** What it complains about; undefined unless it is piped. */
  readonly stderr: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  /** Settles once it has ended. Never rejects. */
  readonly exited: Promise<void>;
  /** Signals it, and its group where it leads one; nothing once it has ended. */
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}

/** Says that there is no program of that name. */
export class ProgramNotFound extends Error {
  /** Tells this class from other errors. */
  override readonly name = "ProgramNotFound";
}

/** Says that there is no directory to start in. */
export class DirectoryNotFound extends Error {
  /** Tells this class from other errors. */
  override readonly name = "DirectoryNotFound";
}
