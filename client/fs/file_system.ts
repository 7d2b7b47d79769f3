/** One interface to the files of a machine, wherever that machine is. @module */

import type { GrepMatch } from "../../protocol/methods/fs_grep.ts";
import type { DirectoryEntry, Metadata } from "../../protocol/methods/fs_metadata.ts";
import type { HashResult } from "../../protocol/methods/fs_content.ts";
import type { FileChange } from "../../protocol/methods/fs_watch.ts";
import type { WalkError, WalkResult } from "../../protocol/methods/fs_walk.ts";
import type { PathUri } from "../../protocol/path_uri.ts";

/** A path as a `file:` URL; native paths are not guessed at. */
export type FilePath = PathUri | URL;

/** What every operation takes. */
export interface FileOptions {
  /** Stops waiting; what was begun may still be carried out. */
  readonly signal?: AbortSignal | undefined;
}

/** For operations that may refuse symbolic links. */
export interface LinkOptions extends FileOptions {
  /** False refuses symbolic links anywhere in the path; true by default. */
  readonly followSymlinks?: boolean;
}

/** How to write a whole file. */
export interface WriteFileOptions extends LinkOptions {
  /** Old content or new content, never part of it, also after a crash. Needs `fsAtomicWrite`. */
  readonly atomic?: boolean;
}

/** How to remove. */
export interface RemoveOptions extends LinkOptions {
  /** A directory with all it holds; true by default. */
  readonly recursive?: boolean;
  /** Content when it does not exist; true by default. */
  readonly force?: boolean;
}

/** Which part of a file. */
export interface RangeOptions extends FileOptions {
  /** First byte; 0 by default. */
  readonly offset?: number;
  /** Number of bytes; to the end by default. */
  readonly length?: number;
}

/** How to open a file. */
export interface OpenFileOptions extends FileOptions {
  /**
   * `read` by default; `replace`: for writing, made if missing, emptied at once; `update`: for
   * both, made if missing, content kept; needs `fsUpdate`.
   */
  readonly mode?: "read" | "replace" | "update";
}

/** How to open a stream into a file. */
export interface WritableOptions extends FileOptions {
  /** `replace` by default. */
  readonly mode?: "replace" | "update";
  /** Where the first byte goes; 0 by default. */
  readonly offset?: number;
}

/** How far to walk. */
export interface WalkTreeOptions extends FileOptions {
  /** Levels below the root's own entries; as many as the server goes (64) by default. */
  readonly maxDepth?: number;
  /** List and enter links to directories; false by default. */
  readonly followDirectorySymlinks?: boolean;
  /** List directories whose name begins with a dot without entering them; false by default. */
  readonly pruneHiddenDirectories?: boolean;
}

/** What a walk finds: an entry, or something that could not be looked at. */
export type WalkItem =
  | { readonly kind: "file" | "directory"; readonly path: PathUri }
  | { readonly kind: "error" } & WalkError;

/** What a search skips. */
export interface SearchOptions extends FileOptions {
  /** Skip what `.gitignore` and `.ignore` files name; true by default. */
  readonly respectIgnoreFiles?: boolean;
  /** Look at names that begin with a dot; false by default. */
  readonly includeHidden?: boolean;
  /** Patterns of paths to skip, relative to the root. */
  readonly exclude?: readonly string[];
}

/** How to find by name. */
export interface GlobOptions extends SearchOptions {
  /** List at most so many; 10 000 by default. */
  readonly maxResults?: number;
}

/** How to search in files. */
export interface GrepOptions extends SearchOptions {
  /** Take the pattern as a regular expression; false by default. */
  readonly isRegex?: boolean;
  /** Take upper and lower case as the same; false by default. */
  readonly ignoreCase?: boolean;
  /** Look only at files whose path matches one of these. */
  readonly include?: readonly string[];
  /** End after so many lines; 10 000 by default. */
  readonly maxMatches?: number;
}

/** How to watch. */
export interface WatchOptions extends FileOptions {
  /** The directories below too; true by default. */
  readonly recursive?: boolean;
  /** What to leave out, in the words of `.gitignore`. */
  readonly ignore?: readonly string[];
}

/** Changes that were told together. */
export interface FileChanges {
  /** In the order they happened. */
  readonly changes: readonly FileChange[];
  /** Changes were lost, here or at the server: look at the whole tree again. */
  readonly overflow: boolean;
  /** Why some directories below are not watched. */
  readonly incomplete?: string;
}

/** A wait for something to appear. */
export interface MissingWatch {
  /** False: something is already otherwise than was said, and `changed` has settled. */
  readonly watching: boolean;
  /** Settles when it may be time to look again; false alarms happen. */
  readonly changed: Promise<void>;
}

/**
 * An open file. Blocks may be read and written side by side.
 *
 * ```ts
 * import { connectWebSocket } from "exec-server-client";
 *
 * await using client = await connectWebSocket({ url: "ws://127.0.0.1:4500" });
 * await using file = await client.fs.open("file:///etc/passwd");
 * const beginning = await file.read(0, 4);
 * console.log(new TextDecoder().decode(beginning));
 * ```
 */
export interface FileHandle extends AsyncDisposable {
  /** Up to `length` (1 to 1 048 576) bytes; fewer only at the end of the file. */
  read(offset: number, length: number, options?: FileOptions): Promise<Uint8Array<ArrayBuffer>>;
  /** Writes all of 1 to 1 048 576 bytes. */
  write(offset: number, bytes: Uint8Array, options?: FileOptions): Promise<void>;
  /** Lets go of it, after what is in work. Harmless when done already. */
  close(): Promise<void>;
}

/**
 * The files of a machine. What fails throws an `ExecServerError`: kind `notFound` for a path that
 * does not exist, `server` for what else the server refuses, `notSupported` for an extension that it
 * does not announce, `disconnected` when the connection ends.
 *
 * ```ts
 * import { connectWebSocket } from "exec-server-client";
 *
 * await using client = await connectWebSocket({ url: "ws://127.0.0.1:4500" });
 * const { fs } = client;
 * const folder = new URL(`file:///tmp/example-${crypto.randomUUID()}/`);
 * await fs.createDirectory(folder);
 * await fs.writeFile(new URL("a.txt", folder), new TextEncoder().encode("hello\n"));
 * await fs.copy(new URL("a.txt", folder), new URL("b.txt", folder));
 * for await (const { kind, path } of fs.walk(folder)) console.log(kind, path);
 * await fs.readable(new URL("b.txt", folder)).pipeTo(fs.writable(new URL("c.txt", folder)));
 * await fs.remove(folder);
 * ```
 */
export interface FileSystem {
  /** A whole regular file. */
  readFile(path: FilePath, options?: LinkOptions): Promise<Uint8Array<ArrayBuffer>>;
  /** Makes a file, or replaces what is in it. The data must not change until it settles. */
  writeFile(path: FilePath, data: Uint8Array, options?: WriteFileOptions): Promise<void>;
  /** Makes a directory; by default with its parents, and content when it exists. */
  createDirectory(
    path: FilePath,
    options?: LinkOptions & { readonly recursive?: boolean },
  ): Promise<void>;
  /** What a path leads to. */
  getMetadata(path: FilePath, options?: LinkOptions): Promise<Metadata>;
  /** The same place without symbolic links. */
  canonicalize(path: FilePath, options?: FileOptions): Promise<PathUri>;
  /** What is in a directory; with `metadata` all of it, described. Needs `fsMetadata`. */
  readDirectory(
    path: FilePath,
    options?: FileOptions & { readonly metadata?: boolean },
  ): Promise<readonly DirectoryEntry[]>;
  /** Removes a file, a link itself, or a directory. */
  remove(path: FilePath, options?: RemoveOptions): Promise<void>;
  /** Copies on the machine itself. */
  copy(
    source: FilePath,
    destination: FilePath,
    options?: FileOptions & { readonly recursive?: boolean },
  ): Promise<void>;
  /** Moves within a file system, in one step. Needs `fsRename`. */
  rename(
    source: FilePath,
    destination: FilePath,
    options?: FileOptions & { readonly overwrite?: boolean },
  ): Promise<void>;
  /** Makes a symbolic link that says `target`, native text. Needs `fsSymlink`. */
  symlink(path: FilePath, target: string, options?: FileOptions): Promise<void>;
  /** Sets permission bits. Needs `fsChmod`. */
  chmod(path: FilePath, mode: number, options?: LinkOptions): Promise<void>;
  /** SHA-256 of a file or a part of it. Needs `fsHash`. */
  hash(path: FilePath, options?: RangeOptions): Promise<HashResult>;
  /** Opens a regular file. */
  open(path: FilePath, options?: OpenFileOptions): Promise<FileHandle>;
  /** The bytes of a file in blocks, a few of them read ahead. */
  readable(path: FilePath, options?: RangeOptions): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** A stream into a file; closed when every byte is written. */
  writable(path: FilePath, options?: WritableOptions): WritableStream<Uint8Array>;
  /** Everything below a directory, however much. */
  walk(path: FilePath, options?: WalkTreeOptions): AsyncIterable<WalkItem>;
  /** Entries whose path relative to `path` matches a pattern. Needs `fsGlob`. */
  glob(path: FilePath, patterns: readonly string[], options?: GlobOptions): Promise<WalkResult>;
  /** Lines that match, as they are found. Leaving the loop ends the search. Needs `fsGrep`. */
  grep(path: FilePath, pattern: string, options?: GrepOptions): AsyncIterable<GrepMatch>;
  /** Changes from now on. Leaving the loop ends the watch. Needs `fsWatch`. */
  watch(path: FilePath, options?: WatchOptions): AsyncIterable<FileChanges>;
  /**
   * Waits for paths that are missing, and for a change of one that is there. A connection has one
   * such wait; a new one takes the place of the old. Needs `fsWatchMissing`.
   */
  watchMissing(
    missing: readonly FilePath[],
    options?: FileOptions & { readonly present?: FilePath },
  ): Promise<MissingWatch>;
}
