/**
 * What the file methods need of a machine's file system.
 *
 * Two implementations keep this promise, under one conformance suite: `posix/` by system calls, and
 * `portable/` by Deno's own functions. No call here ever blocks the event loop: what could take
 * long is done elsewhere, and answers whose data lies in memory come at once, without a promise. Who
 * asks thousands of times in a row therefore lets others have their turn now and then.
 * @module
 */

/**
 * An absolute native path. A byte that is not part of UTF-8 is the lone surrogate U+DC00 + byte, so
 * that every name there is can be joined, compared and sent back unharmed.
 */
export type NativePath = string;

/** A result, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** What an entry is; `other` is a device, FIFO or socket. */
export type FileKind = "file" | "directory" | "symlink" | "other";

/**
 * What becomes of symbolic links in a path: all are followed; all but the `last`, which is taken
 * itself; or `none` may be there: ELOOP for the last, ENOTDIR for one before it.
 */
export type Links = "follow" | "last" | "none";

/** Facts about a file, directory or link. */
export interface FileStatus {
  /** What it is. */
  readonly kind: FileKind;
  /** In bytes. */
  readonly size: number;
  /** When it was made, in milliseconds since 1970; 0 when unknown. */
  readonly createdAtMs: number;
  /** When its content last changed, in milliseconds since 1970. */
  readonly modifiedAtMs: number;
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
  /** Number of the owner. */
  readonly userId: number;
  /** Number of the group. */
  readonly groupId: number;
  /** Number of hard links. */
  readonly links: number;
  /** With `inode`, the same for two names of one file, and only then. */
  readonly device: number;
  /** See `device`. */
  readonly inode: bigint;
}

/** An entry of a directory, as the directory tells it. */
export interface DirectoryItem {
  /** As a part of a `NativePath`. */
  readonly name: string;
  /** Undefined where the file system does not tell without being asked about the entry itself. */
  readonly kind: FileKind | undefined;
}

/** An open directory: names in it are found in it, whatever becomes of the path it was opened by. */
export interface OpenDirectory {
  /** What it was opened by; for messages. */
  readonly path: NativePath;
  /** All entries but `.` and `..`, in no order. Gives up with EINTR when the signal fires. */
  items(signal?: AbortSignal): Promise<readonly DirectoryItem[]>;
  /** Facts about it. */
  status(): Awaitable<FileStatus>;
  /** Settles when its entries would outlast a loss of power, where the file system can do that. */
  flush(): Promise<void>;
  /** Lets go of it. Harmless when done already. */
  close(): void;
}

/** A name in an open directory. */
export interface Child {
  /** Stays open as long as the place is used. */
  readonly parent: OpenDirectory;
  /** Without a slash; not `.` or `..`. */
  readonly name: string;
}

/** Where something is. */
export type Place = NativePath | Child;

/** How to open a file. Nothing is ever waited for, such as the other end of a FIFO (ENXIO). */
export interface OpenOptions {
  /** What it is opened for. */
  readonly access: "read" | "write" | "readWrite";
  /** Make it when it is missing, with the permissions `createMode & ~umask`. */
  readonly create?: boolean;
  /** Fail with EEXIST when it is there; only with `create`. */
  readonly exclusive?: boolean;
  /** Empty it. */
  readonly truncate?: boolean;
  /** 0o666 by default. */
  readonly createMode?: number;
  /** `follow` by default; `last` refuses a link as `none` does. */
  readonly links?: Links;
}

/** An open file. Calls may be made side by side; each says at which place of the file. */
export interface OpenFile {
  /** Facts about it. */
  status(): Awaitable<FileStatus>;
  /** Fills `into`, or as much of it as there is before the end; gives the number of bytes. */
  read(into: Uint8Array<ArrayBuffer>, offset: number): Awaitable<number>;
  /** Writes all; to a FIFO as it is read, wherever `offset` is. */
  write(bytes: Uint8Array<ArrayBuffer>, offset: number): Promise<void>;
  /** Copies up to `length` bytes from another file's place to the same place here, in the kernel
   * where it can; gives how many were copied, 0 at the end. */
  copyFrom(source: OpenFile, offset: number, length: number): Promise<number>;
  /** Sets the size. */
  truncate(size: number): Promise<void>;
  /** Settles when what was written would outlast a loss of power. */
  flush(): Promise<void>;
  /** Sets the permission bits. */
  setMode(mode: number): Promise<void>;
  /** Sets the owner and the group. */
  setOwner(userId: number, groupId: number): Promise<void>;
  /** Lets go of it, after the calls that are in work. Harmless when done already. */
  close(): Promise<void>;
}

/** A machine's file system. What fails gives a `FileFault`: thrown at once, or by the promise. */
export interface FileSystem {
  /** Facts about what is at a place; `last` by default gives those of a link itself. */
  status(place: Place, links: Links): Awaitable<FileStatus>;
  /** Opens a file; its kind is for the caller to check, before and after. */
  open(place: Place, options: OpenOptions): Awaitable<OpenFile>;
  /** Opens a directory. */
  openDirectory(place: Place, links: Links): Awaitable<OpenDirectory>;
  /** Makes a directory with the permissions `mode & ~umask`. */
  makeDirectory(place: Place, mode: number): Promise<void>;
  /** Makes a symbolic link that says `target`. */
  makeLink(place: Place, target: string): Promise<void>;
  /** What a symbolic link says. */
  readLink(place: Place): Awaitable<string>;
  /** Removes an entry; a directory must be empty. */
  remove(place: Place, kind: "directory" | "other"): Promise<void>;
  /** Moves an entry in one step; without `overwrite` EEXIST when the new place is taken. */
  rename(from: Place, to: Place, options: { readonly overwrite: boolean }): Promise<void>;
  /** Sets the permission bits. */
  setMode(place: Place, mode: number, links: Links): Promise<void>;
  /** The same place without links; it must exist. */
  realPath(path: NativePath): Promise<NativePath>;
}
