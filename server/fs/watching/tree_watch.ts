/**
 * Watches a directory, or a tree of them, directory by directory.
 *
 * A directory is watched first and listed then, so that nothing in it falls between the two: what
 * the list shows was there, what comes later is told by an event.
 * @module
 */

import { RpcError } from "../../../protocol/errors.ts";
import { displayPath } from "../../../protocol/native_path.ts";
import { isFault } from "../file_fault.ts";
import type { Child, DirectoryItem, FileKind } from "../file_system.ts";
import { NameWatch, wayTo } from "./name_watch.ts";
import { Listing, stronger, type Telling, TreeNode } from "./tree_node.ts";
import type { ClientWatch, Target } from "./target.ts";
import type { WatchEvent } from "./watcher.ts";
import { WorkQueue } from "./work_queue.ts";

const CONCURRENT_SCANS = 4;
const MAX_DIRECTORIES = 8192;

/** A directory, or all of a tree. */
export class TreeWatch implements ClientWatch {
  readonly #target: Target;
  readonly #root: TreeNode;
  readonly #way: NameWatch;
  readonly #scans: WorkQueue;
  #count = 0;

  constructor(target: Target) {
    this.#target = target;
    this.#root = new TreeNode(target.directory, target.uri);
    this.#way = new NameWatch(target.watcher, (event) => this.#onTheWay(event));
    this.#scans = new WorkQueue(CONCURRENT_SCANS);
  }

  /**
   * Begins to watch.
   * @returns how many directories are watched
   * @throws {FileFault} when the directory itself cannot be watched
   * @throws {RpcError} `fileRefused` when the connection watches as many as it may
   */
  async start(): Promise<number> {
    if (!this.#reserve()) {
      this.#root.detach();
      throw new RpcError("fileRefused", "Cannot watch more directories on this connection");
    }
    await this.#watchTheWay();
    await this.#scan(this.#root, "nothing");
    await this.#scans.idle();
    return this.#count;
  }

  /** Tells nothing more. */
  close(): void {
    this.#way.close();
    this.#scans.stop();
    this.#release(this.#root);
  }

  /** What is above need not be readable; then a move of it goes unnoticed. */
  async #watchTheWay(): Promise<void> {
    for (const [directory, name] of wayTo(this.#target.directory)) {
      await this.#way.watchNames(directory, new Set([name])).catch(() => {});
    }
  }

  #onTheWay(event: WatchEvent | undefined): void {
    if (event?.kind === "removed") this.#end();
  }

  #end(reason = "The watched directory was removed, moved or unmounted"): void {
    if (this.#root.isDetached) return;
    this.close();
    this.#target.feed.end(reason);
  }

  #reserve(): boolean {
    if (this.#count >= MAX_DIRECTORIES || !this.#target.directories.take(1)) return false;
    this.#count++;
    return true;
  }

  #release(node: TreeNode): void {
    const count = node.detach();
    this.#count -= count;
    this.#target.directories.give(count);
  }

  #take(node: TreeNode, event: WatchEvent): void {
    if (node.isDetached) return;
    if (event.name === "") return this.#ofItself(node, event.kind);
    const { kind, name } = event;
    const isDirectory = event.isDirectory ?? false;
    if (kind === "gone" || kind === "unmounted" || !this.#isWanted(node, name, isDirectory)) return;
    const change = node.noted(name, kind);
    this.#target.feed.push(this.#uriOf(node, name), change);
    if (!isDirectory || !this.#target.isRecursive || change === "changed") return;
    // One that was there is another one now: it may have been exchanged.
    this.#detachChild(node, name);
    if (change === "created") this.#attachChild(node, name, "everything");
  }

  #ofItself(node: TreeNode, kind: WatchEvent["kind"]): void {
    const isRoot = node === this.#root;
    if (isRoot && (kind === "gone" || kind === "unmounted")) return this.#end();
    // Of the others the directory above tells; but what a file system covered shows again.
    if (kind === "unmounted" || (isRoot && kind === "changed" && this.#target.only === undefined)) {
      this.#target.feed.push(node.uri, "changed");
    }
    if (kind === "unmounted") this.#plan(node, "everything");
  }

  #isWanted(node: TreeNode, name: string, isDirectory: boolean): boolean {
    const { only, rules } = this.#target;
    if (only !== undefined) return name === only;
    return !rules.ignores(node.relativeOf(name), isDirectory);
  }

  #uriOf(node: TreeNode, name: string): string {
    // The client may have named a file by a link elsewhere.
    return this.#target.only === undefined ? node.uriOf(name) : this.#target.uri;
  }

  #attachChild(node: TreeNode, name: string, telling: Telling): void {
    if (this.#reserve()) return this.#plan(node.attach(name), telling);
    this.#target.feed.incomplete(
      `"${displayPath(node.pathOf(name))}" is not watched: too many directories are already`,
    );
  }

  #detachChild(node: TreeNode, name: string): void {
    const child = node.children.get(name);
    if (child === undefined) return;
    node.children.delete(name);
    this.#release(child);
  }

  #plan(node: TreeNode, telling: Telling): void {
    const isPlanned = node.planned !== undefined;
    node.planned = stronger(node.planned ?? telling, telling);
    if (isPlanned) return;
    this.#scans.add(async () => {
      const planned = node.planned ?? telling;
      node.planned = undefined;
      try {
        await this.#scan(node, planned);
      } catch (error) {
        this.#failed(node, error);
      }
    });
  }

  async #scan(node: TreeNode, telling: Telling): Promise<void> {
    if (node.isDetached) return;
    const listing = new Listing(telling);
    node.listings.add(listing);
    try {
      await this.#watch(node);
      if (node.isDetached || !this.#target.isRecursive) return;
      const items = await this.#list(node);
      // What the list shows is told by events too, which must not come after it.
      this.#target.watcher.catchUp();
      if (!node.isDetached) this.#merge(node, items, listing);
    } finally {
      node.listings.delete(listing);
    }
  }

  async #watch(node: TreeNode): Promise<void> {
    // A file system that hangs hangs here, where it keeps nobody else waiting.
    await this.#target.files.status(node.path, "last");
    const registration = await this.#target.watcher.watch(node.path, {
      scope: "directory",
      listener: {
        event: (event) => this.#take(node, event),
        overflow: () => this.#overflow(node),
      },
    });
    if (node.isDetached) registration.close();
    else node.watchedBy(registration);
  }

  async #list(node: TreeNode): Promise<readonly DirectoryItem[]> {
    const { files, signal } = this.#target;
    const directory = await files.openDirectory(node.path, "last");
    try {
      const items = await directory.items(signal);
      if (items.every(({ kind }) => kind !== undefined)) return items;
      const known: DirectoryItem[] = [];
      for (const { name, kind } of items) {
        // Some file systems do not tell without being asked. What vanishes is told by an event.
        const place = { parent: directory, name };
        const found = kind ?? (await this.#kindOf(place));
        if (found !== undefined) known.push({ name, kind: found });
      }
      return known;
    } finally {
      directory.close();
    }
  }

  async #kindOf(place: Child): Promise<FileKind | undefined> {
    try {
      return (await this.#target.files.status(place, "last")).kind;
    } catch {
      return undefined;
    }
  }

  #merge(node: TreeNode, items: readonly DirectoryItem[], { told, telling }: Listing): void {
    const vanished = new Set(node.children.keys());
    for (const { name, kind } of items) {
      vanished.delete(name);
      const isDirectory = kind === "directory";
      if (told.has(name) || !this.#isWanted(node, name, isDirectory)) continue;
      if (telling === "everything") this.#target.feed.push(node.uriOf(name), "created");
      if (isDirectory) this.#found(node, name, telling);
    }
    for (const name of vanished) if (!told.has(name)) this.#detachChild(node, name);
  }

  #found(node: TreeNode, name: string, telling: Telling): void {
    const child = node.children.get(name);
    if (child !== undefined && !child.isDetached) return this.#plan(child, telling);
    if (telling === "unknownDirectories") this.#target.feed.push(node.uriOf(name), "created");
    this.#attachChild(node, name, telling === "nothing" ? "nothing" : "everything");
  }

  /** Every directory is told of lost events; the root takes care of all. */
  #overflow(node: TreeNode): void {
    if (node !== this.#root || node.isDetached) return;
    this.#target.feed.overflow();
    this.#plan(node, "unknownDirectories");
  }

  #failed(node: TreeNode, error: unknown): void {
    if (node.isDetached) return;
    const hasVanished = isFault(error, "ENOENT", "ENOTDIR", "ELOOP");
    const reason = error instanceof Error ? error.message : String(error);
    if (node === this.#root) {
      return this.#end(hasVanished ? undefined : `The directory cannot be watched: ${reason}`);
    }
    // What has vanished or turned into something else is told by the directory above.
    if (!hasVanished) {
      this.#target.feed.incomplete(`"${displayPath(node.path)}" is not watched: ${reason}`);
    }
    this.#release(node);
  }
}
