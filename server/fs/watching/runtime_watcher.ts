/**
 * Changes by the runtime's own function, for machines without inotify or FFI.
 *
 * It does less: what a tree leaves out is watched all the same, and on Linux each watch takes one of
 * the few inotify instances that a user may have.
 * @module
 */

import type { NativePath } from "../file_system.ts";
import { denoFault } from "../portable/deno_fault.ts";
import type { Registration, Watcher, WatchEvent, WatchOptions } from "./watcher.ts";

/** By `Deno.watchFs`. */
export class RuntimeWatcher implements Watcher {
  readonly coversTrees = true;

  // deno-lint-ignore require-await -- what is thrown must reject
  async watch(path: NativePath, options: WatchOptions): Promise<Registration> {
    try {
      const events = Deno.watchFs(path, { recursive: options.scope === "tree" });
      return new RuntimeWatch(path, { ...options, events });
    } catch (error) {
      throw denoFault(error);
    }
  }

  /** Everything is told as soon as the runtime tells it. */
  catchUp(): void {}

  /** Unknown. */
  deafness(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

/** One watch. */
class RuntimeWatch implements Registration {
  readonly #path: NativePath;
  readonly #options: WatchOptions & { readonly events: Deno.FsWatcher };
  #isClosed = false;

  constructor(path: NativePath, options: WatchOptions & { readonly events: Deno.FsWatcher }) {
    this.#path = path;
    this.#options = options;
    void this.#follow();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.events.close();
  }

  async #follow(): Promise<void> {
    try {
      for await (const event of this.#options.events) await this.#take(event);
    } catch {
      // What cannot be followed any more must not look like peace.
      if (!this.#isClosed) this.#options.listener.overflow();
    }
  }

  async #take({ kind, flag, paths }: Deno.FsEvent): Promise<void> {
    if (this.#isClosed || kind === "access") return;
    if (flag === "rescan") return this.#options.listener.overflow();
    for (const path of paths) {
      const name = this.#nameOf(path);
      if (name !== undefined) await this.#tell(kind, path, name);
    }
  }

  #nameOf(path: NativePath): string | undefined {
    if (path === this.#path) return "";
    const prefix = this.#path === "/" ? "/" : `${this.#path}/`;
    if (!path.startsWith(prefix)) return undefined;
    const name = path.slice(prefix.length);
    return this.#options.scope !== "tree" && name.includes("/") ? undefined : name;
  }

  async #tell(kind: Deno.FsEvent["kind"], path: NativePath, name: string): Promise<void> {
    const info = await Deno.lstat(path).catch(() => undefined);
    if (this.#isClosed) return;
    const found = eventKind(kind, info !== undefined);
    if (name === "" && found === "created") return;
    this.#options.listener.event({
      kind: name === "" && found === "removed" ? "gone" : found,
      name,
      isDirectory: info?.isDirectory,
    });
  }
}

/** The runtime's kinds say little about moved entries, and nothing on some systems. */
function eventKind(kind: Deno.FsEvent["kind"], exists: boolean): WatchEvent["kind"] {
  if (kind === "create" || kind === "remove") return kind === "create" ? "created" : "removed";
  if (!exists) return "removed";
  return kind === "rename" ? "created" : "changed";
}
