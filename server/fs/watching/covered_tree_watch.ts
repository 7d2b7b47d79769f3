/** Watches a directory or a tree by a watcher that covers trees itself. @module */

import { childUri } from "../../../protocol/path_uri.ts";
import type { ClientWatch, Target } from "./target.ts";
import type { Registration, WatchEvent } from "./watcher.ts";
import { WorkQueue } from "./work_queue.ts";

const CONCURRENT_LISTINGS = 2;
const MAX_LISTINGS = 8192;

/** A directory, or all of a tree. */
export class CoveredTreeWatch implements ClientWatch {
  readonly #target: Target;
  readonly #listings = new WorkQueue(CONCURRENT_LISTINGS);
  #registration: Registration | undefined;
  #isClosed = false;

  constructor(target: Target) {
    this.#target = target;
  }

  async start(): Promise<number> {
    const { watcher, directory, isRecursive, feed } = this.#target;
    const registration = await watcher.watch(directory, {
      scope: isRecursive ? "tree" : "directory",
      listener: { event: (event) => this.#take(event), overflow: () => feed.overflow() },
    });
    this.#registration = registration;
    if (this.#isClosed) registration.close();
    return 1;
  }

  close(): void {
    this.#isClosed = true;
    this.#listings.stop();
    this.#registration?.close();
  }

  #take({ kind, name, isDirectory = false }: WatchEvent): void {
    if (this.#isClosed) return;
    const { feed, uri, isRecursive, only } = this.#target;
    if (kind === "gone" || kind === "unmounted") return this.#end();
    if (!this.#isWanted(name, isDirectory)) return;
    feed.push(only === undefined ? this.#uriOf(name) : uri, kind);
    // What is in it already may have come before the system looked at it.
    if (kind === "created" && isDirectory && isRecursive) this.#plan(name);
  }

  #end(): void {
    this.close();
    this.#target.feed.end("The watched directory was removed, moved or unmounted");
  }

  #isWanted(name: string, isDirectory: boolean): boolean {
    const { only, rules } = this.#target;
    if (only !== undefined) return name === only;
    return name === "" || !rules.ignores(name, isDirectory);
  }

  #uriOf(name: string): string {
    return name.split("/").filter((part) => part !== "").reduce(childUri, this.#target.uri);
  }

  #plan(name: string): void {
    if (this.#listings.length >= MAX_LISTINGS) return this.#target.feed.overflow();
    this.#listings.add(async () => {
      try {
        await this.#list(name);
      } catch {
        // What has vanished meanwhile is told by an event.
      }
    });
  }

  async #list(name: string): Promise<void> {
    const { files, directory, feed, signal } = this.#target;
    const opened = await files.openDirectory(`${directory}/${name}`, "last");
    try {
      for (const item of await opened.items(signal)) {
        const relative = `${name}/${item.name}`;
        const isDirectory = item.kind === "directory";
        if (this.#isClosed || !this.#isWanted(relative, isDirectory)) continue;
        feed.push(this.#uriOf(relative), "created");
        if (isDirectory) this.#plan(relative);
      }
    } finally {
      opened.close();
    }
  }
}
