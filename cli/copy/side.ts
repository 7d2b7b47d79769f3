/** One end of a copy: the files of this machine, or those of a server's. @module */

/** What is at a path. */
export interface EntryFacts {
  /** What it is; links are not followed unless asked for. */
  readonly kind: "file" | "directory" | "symlink" | "other";
  /** In bytes. */
  readonly size: number;
  /** Permission bits; undefined where this side does not tell. */
  readonly mode: number | undefined;
  /** What a link says; undefined where this side does not tell. */
  readonly linkTarget: string | undefined;
}

/** An entry of a directory. */
export interface SideEntry {
  /** Its last part. */
  readonly name: string;
  /** Its path on this side. */
  readonly path: string;
  /** What it is itself. */
  readonly facts: EntryFacts;
}

/** Where to begin, and when to stop. */
export interface TransferOptions {
  /** First byte. */
  readonly offset: number;
  /** Stops it. */
  readonly signal: AbortSignal;
}

/** One end of a copy. What fails throws a `CopyProblem` or an `ExecServerError`. */
export interface Side {
  /** Whether its bytes travel: only then what arrived can differ from what was sent. */
  readonly isRemote: boolean;
  /** A path as it is shown to people. */
  shown(path: string): string;
  /** The path of an entry in a directory. */
  join(directory: string, name: string): string;
  /** The directory and the name a path ends in. */
  split(path: string): { readonly directory: string; readonly name: string };
  /** What is at a path; undefined when nothing is. */
  look(path: string, options: { readonly followLink: boolean }): Promise<EntryFacts | undefined>;
  /** What is in a directory. */
  list(path: string): Promise<readonly SideEntry[]>;
  /** A whole small file. */
  readAll(path: string): Promise<Uint8Array>;
  /** Makes the empty file to copy into; where `mode` keeps others out, they never get in. */
  create(path: string, mode: number | undefined): Promise<void>;
  /** Writes a whole small file into one that was made. */
  writeAll(path: string, bytes: Uint8Array): Promise<void>;
  /** The bytes of a file from `offset` on. */
  read(path: string, options: TransferOptions): ReadableStream<Uint8Array>;
  /** A stream into a file, from `offset` on; from 0 it is emptied first. */
  write(path: string, options: TransferOptions): WritableStream<Uint8Array>;
  /** SHA-256 of the first `length` bytes, or of all; undefined where this side cannot tell. */
  hash(path: string, length?: number): Promise<string | undefined>;
  /** Makes a directory; content when it is there. */
  makeDirectory(path: string): Promise<void>;
  /** Makes a symbolic link, in place of what is there. */
  makeLink(path: string, target: string): Promise<void>;
  /** Sets permission bits, where this side can. */
  setMode(path: string, mode: number): Promise<void>;
  /** Moves a file into the place of another, in one step where this side can. */
  replace(from: string, to: string): Promise<void>;
  /** Removes a file; content when it is gone. */
  remove(path: string, options?: { readonly signal?: AbortSignal }): Promise<void>;
}

/** Why something cannot be copied, in words for people. */
export class CopyProblem extends Error {
  override readonly name = "CopyProblem";
}
