/** The files of a server's machine, as one end of a copy. @module */

import { type ExecServerClient, ExecServerError, type Metadata } from "../../client/mod.ts";
import { displayPath } from "../../protocol/native_path.ts";
import { childUri, nativePath, pathToUri } from "../../protocol/path_uri.ts";
import {
  CopyProblem,
  type EntryFacts,
  type Side,
  type SideEntry,
  type TransferOptions,
} from "./side.ts";

// Metadata calls on their way at once, for servers that describe only one entry at a time.
const CALLS_AT_ONCE = 64;
/** What a mode allows those who are not the owner. */
const OTHERS = 0o077;

/** A server's files; paths are URIs. */
export class RemoteSide implements Side {
  readonly isRemote: boolean = true;
  readonly #client: ExecServerClient;
  readonly #signal: AbortSignal;

  /** @param options `signal` stops what is asked for, and what waits for a lost connection */
  constructor(client: ExecServerClient, { signal }: { readonly signal: AbortSignal }) {
    this.#client = client;
    this.#signal = signal;
  }

  shown(path: string): string {
    // Only the form of the path counts here, and that is the same on every Unix.
    return `:${displayPath(nativePath(path, "linux"))}`;
  }

  join(directory: string, name: string): string {
    return childUri(directory, name);
  }

  split(path: string): { readonly directory: string; readonly name: string } {
    const native = nativePath(path, "linux");
    const at = native.lastIndexOf("/");
    return { directory: pathToUri(native.slice(0, at) || "/"), name: native.slice(at + 1) };
  }

  async look(
    path: string,
    { followLink }: { readonly followLink: boolean },
  ): Promise<EntryFacts | undefined> {
    try {
      return factsOf(await this.#client.fs.getMetadata(path, this.#stop()), followLink);
    } catch (error) {
      if (error instanceof ExecServerError && error.kind === "notFound") return undefined;
      throw this.#problem(error, path);
    }
  }

  list(path: string): Promise<readonly SideEntry[]> {
    return this.#tried(path, async () => {
      const { fs, capabilities } = this.#client;
      const metadata = capabilities.fsMetadata;
      const stop = this.#stop();
      const entries = await fs.readDirectory(path, metadata ? { metadata, ...stop } : stop);
      const listed: SideEntry[] = [];
      for (let at = 0; at < entries.length; at += CALLS_AT_ONCE) {
        const some = entries.slice(at, at + CALLS_AT_ONCE);
        listed.push(
          ...await Promise.all(some.map(async ({ fileName: name, path: exact, metadata }) => {
            const child = exact ?? childUri(path, name);
            return {
              name,
              path: child,
              facts: factsOf(metadata ?? await fs.getMetadata(child, stop), false),
            };
          })),
        );
      }
      return listed;
    });
  }

  readAll(path: string): Promise<Uint8Array> {
    return this.#tried(path, () => this.#client.fs.readFile(path, this.#stop()));
  }

  async create(path: string, mode: number | undefined): Promise<void> {
    // Others may look at it in the end, so that its first moments need no calls of their own.
    if (mode === undefined || (mode & OTHERS) !== 0 || !this.#client.capabilities.fsChmod) return;
    await this.writeAll(path, new Uint8Array());
    await this.setMode(path, 0o600);
  }

  writeAll(path: string, bytes: Uint8Array): Promise<void> {
    return this.#tried(path, () => this.#client.fs.writeFile(path, bytes, this.#stopWaiting()));
  }

  read(path: string, { offset, signal }: TransferOptions): ReadableStream<Uint8Array> {
    return this.#client.fs.readable(path, { offset, signal });
  }

  write(path: string, { offset, signal }: TransferOptions): WritableStream<Uint8Array> {
    const mode = offset === 0 ? "replace" : "update";
    return this.#client.fs.writable(path, { mode, offset, signal });
  }

  async hash(path: string, length?: number): Promise<string | undefined> {
    if (!this.#client.capabilities.fsHash) return undefined;
    const range = { ...(length === undefined ? {} : { length }), ...this.#stop() };
    return (await this.#tried(path, () => this.#client.fs.hash(path, range))).sha256;
  }

  makeDirectory(path: string): Promise<void> {
    return this.#tried(path, () => this.#client.fs.createDirectory(path, this.#stopWaiting()));
  }

  async makeLink(path: string, target: string): Promise<void> {
    if (!this.#client.capabilities.fsSymlink) {
      throw new CopyProblem(`${this.shown(path)}: this server has no way to make symbolic links`);
    }
    await this.remove(path);
    await this.#tried(path, () => this.#client.fs.symlink(path, target, this.#stopWaiting()));
  }

  async setMode(path: string, mode: number): Promise<void> {
    if (!this.#client.capabilities.fsChmod) return;
    await this.#tried(path, () => this.#client.fs.chmod(path, mode, this.#stopWaiting()));
  }

  replace(from: string, to: string): Promise<void> {
    return this.#tried(to, async () => {
      const { fs, capabilities } = this.#client;
      if (capabilities.fsRename) return await fs.rename(from, to, this.#stopWaiting());
      // A server that cannot rename copies on its own machine, which is at least soon over.
      await fs.copy(from, to, this.#stopWaiting());
      await fs.remove(from, this.#stopWaiting());
    });
  }

  remove(path: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const chosen = { recursive: false, ...this.#stopWaiting(), ...options };
    return this.#tried(path, () => this.#client.fs.remove(path, chosen));
  }

  #stop(): { readonly signal: AbortSignal } {
    return { signal: this.#signal };
  }

  /** A change that is under way is seen through: given up, it could still come after tidying up. */
  #stopWaiting(): { readonly signal?: AbortSignal } {
    return this.#client.state === "recovering" ? this.#stop() : {};
  }

  async #tried<T>(path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#problem(error, path);
    }
  }

  #problem(error: unknown, path: string): unknown {
    if (!(error instanceof ExecServerError) || error.serverMessage === undefined) return error;
    // Some servers name the path in their words, some do not.
    const isNamed = error.serverMessage.includes(this.shown(path).slice(1));
    const words = isNamed ? error.serverMessage : `${this.shown(path)}: ${error.serverMessage}`;
    return new CopyProblem(words, { cause: error });
  }
}

function factsOf(metadata: Metadata, followLink: boolean): EntryFacts {
  const { isSymlink, isDirectory, isFile, size, mode, linkTarget } = metadata;
  const kind = isSymlink && !followLink
    ? "symlink"
    : isDirectory
    ? "directory"
    : isFile
    ? "file"
    : "other";
  return { kind, size, mode, linkTarget };
}
