/** The files of a server's machine, through calls to the server. @module */

import type { HashResult } from "../../protocol/methods/fs_content.ts";
import type { GrepMatch } from "../../protocol/methods/fs_grep.ts";
import type { DirectoryEntry, Metadata } from "../../protocol/methods/fs_metadata.ts";
import type { WalkResult } from "../../protocol/methods/fs_walk.ts";
import type { PathUri } from "../../protocol/path_uri.ts";
import { FileCalls, type FileSystemParts, uriOf } from "./calls.ts";
import { openHandle, owned } from "./file_handle.ts";
import type * as fs from "./file_system.ts";
import { grepTree } from "./grep.ts";
import { readStream } from "./read_stream.ts";
import { walkTree } from "./walk.ts";
import { watchMissing, type WatchParts, watchTree } from "./watch.ts";
import { writeStream } from "./write_stream.ts";

/** A server's files; see `FileSystem` for what each operation does. */
export class RemoteFileSystem implements fs.FileSystem {
  readonly #calls: FileCalls;
  readonly #parts: WatchParts;

  /** Made for a client when it first uses files. */
  constructor(parts: FileSystemParts) {
    const { caller, capabilities, subscriptions } = parts;
    this.#calls = new FileCalls(caller, capabilities);
    this.#parts = { calls: this.#calls, subscriptions };
  }

  async readFile(
    path: fs.FilePath,
    { signal, ...links }: fs.LinkOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const params = { path: uriOf(path), ...links };
    return (await this.#calls.call("fs/readFile", params, { signal })).dataBase64;
  }

  async writeFile(
    path: fs.FilePath,
    data: Uint8Array,
    { signal, ...options }: fs.WriteFileOptions = {},
  ): Promise<void> {
    if (options.atomic === true) {
      this.#calls.require("fsAtomicWrite", "Cannot write a file atomically");
    }
    const params = { path: uriOf(path), dataBase64: owned(data), ...options };
    await this.#calls.call("fs/writeFile", params, { signal });
  }

  async createDirectory(
    path: fs.FilePath,
    { signal, ...options }: fs.LinkOptions & { readonly recursive?: boolean } = {},
  ): Promise<void> {
    await this.#calls.call("fs/createDirectory", { path: uriOf(path), ...options }, { signal });
  }

  async getMetadata(
    path: fs.FilePath,
    { signal, ...links }: fs.LinkOptions = {},
  ): Promise<Metadata> {
    return await this.#calls.call("fs/getMetadata", { path: uriOf(path), ...links }, { signal });
  }

  async canonicalize(path: fs.FilePath, options: fs.FileOptions = {}): Promise<PathUri> {
    return (await this.#calls.call("fs/canonicalize", { path: uriOf(path) }, options)).path;
  }

  async readDirectory(
    path: fs.FilePath,
    { signal, ...options }: fs.FileOptions & { readonly metadata?: boolean } = {},
  ): Promise<readonly DirectoryEntry[]> {
    if (options.metadata === true) {
      this.#calls.require("fsMetadata", "Cannot list a directory with metadata");
    }
    const params = { path: uriOf(path), ...options };
    return (await this.#calls.call("fs/readDirectory", params, { signal })).entries;
  }

  async remove(path: fs.FilePath, { signal, ...options }: fs.RemoveOptions = {}): Promise<void> {
    await this.#calls.call("fs/remove", { path: uriOf(path), ...options }, { signal });
  }

  async copy(
    source: fs.FilePath,
    destination: fs.FilePath,
    { signal, recursive = false }: fs.FileOptions & { readonly recursive?: boolean } = {},
  ): Promise<void> {
    const params = { sourcePath: uriOf(source), destinationPath: uriOf(destination), recursive };
    await this.#calls.call("fs/copy", params, { signal });
  }

  async rename(
    source: fs.FilePath,
    destination: fs.FilePath,
    { signal, ...options }: fs.FileOptions & { readonly overwrite?: boolean } = {},
  ): Promise<void> {
    this.#calls.require("fsRename", "Cannot rename");
    const params = { sourcePath: uriOf(source), destinationPath: uriOf(destination), ...options };
    await this.#calls.call("fs/rename", params, { signal });
  }

  async symlink(path: fs.FilePath, target: string, options: fs.FileOptions = {}): Promise<void> {
    this.#calls.require("fsSymlink", "Cannot make a symbolic link");
    await this.#calls.call("fs/symlink", { path: uriOf(path), target }, options);
  }

  async chmod(
    path: fs.FilePath,
    mode: number,
    { signal, ...links }: fs.LinkOptions = {},
  ): Promise<void> {
    this.#calls.require("fsChmod", "Cannot set permissions");
    await this.#calls.call("fs/chmod", { path: uriOf(path), mode, ...links }, { signal });
  }

  async hash(
    path: fs.FilePath,
    { signal, ...range }: fs.RangeOptions = {},
  ): Promise<HashResult> {
    this.#calls.require("fsHash", "Cannot hash a file");
    return await this.#calls.call("fs/hash", { path: uriOf(path), ...range }, { signal });
  }

  open(path: fs.FilePath, options: fs.OpenFileOptions = {}): Promise<fs.FileHandle> {
    return openHandle(this.#calls, path, options);
  }

  readable(
    path: fs.FilePath,
    options: fs.RangeOptions = {},
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    return readStream(this.#calls, path, options);
  }

  writable(path: fs.FilePath, options: fs.WritableOptions = {}): WritableStream<Uint8Array> {
    return writeStream(this.#calls, path, options);
  }

  walk(path: fs.FilePath, options: fs.WalkTreeOptions = {}): AsyncGenerator<fs.WalkItem> {
    return walkTree(this.#calls, path, options);
  }

  async glob(
    path: fs.FilePath,
    patterns: readonly string[],
    { signal, ...options }: fs.GlobOptions = {},
  ): Promise<WalkResult> {
    this.#calls.require("fsGlob", "Cannot find files by pattern");
    const params = { path: uriOf(path), patterns: [...patterns], ...options };
    return await this.#calls.call("fs/glob", params, { signal });
  }

  grep(
    path: fs.FilePath,
    pattern: string,
    options: fs.GrepOptions = {},
  ): AsyncGenerator<GrepMatch> {
    return grepTree(this.#parts, path, { ...options, pattern });
  }

  watch(path: fs.FilePath, options: fs.WatchOptions = {}): AsyncGenerator<fs.FileChanges> {
    return watchTree(this.#parts, path, options);
  }

  watchMissing(
    missing: readonly fs.FilePath[],
    options: fs.FileOptions & { readonly present?: fs.FilePath } = {},
  ): Promise<fs.MissingWatch> {
    return watchMissing(this.#parts, missing, options);
  }
}
