/** What mounts come to, worked out step by step as the kernel would, on a fake disk. @module */

import type { MountOperation, Mounts } from "../../sandbox/mounts.ts";
import { isWithin } from "../../sandbox/paths.ts";
import type { Access } from "../../sandbox/rules.ts";
import { FakeLink, type FakeTree, nodeAt } from "../support/fake_disk.ts";

interface Mount {
  readonly at: string;
  readonly kind: "readOnly" | "writable" | "hidden" | "masked";
  /** Names in an empty directory: what has been made there. */
  readonly made: Set<string>;
  isSealed: boolean;
  /** Mounts on places of this one, the newest last. */
  readonly above: Mount[];
}

/** A view of a disk through mounts. */
export class MountModel {
  readonly #tree: FakeTree;
  readonly #placeholders: ReadonlySet<string>;
  readonly #root: Mount;
  /** Directories of the disk on which something is mounted: they cannot be renamed or removed. */
  readonly busy = new Set<string>();

  /** @throws {Error} when a mount could not be made, or only by making its place on the disk */
  constructor(tree: FakeTree, { base, operations, placeholders }: Mounts) {
    this.#tree = tree;
    this.#placeholders = new Set(placeholders.map(({ path }) => path));
    for (const path of this.#placeholders) this.#requireMakeable(path);
    const kinds = { deny: "hidden", read: "readOnly", write: "writable" } as const;
    this.#root = mountOf("/", kinds[base]);
    for (const operation of operations) this.#apply(operation);
  }

  /** What may be done at a path that exists on the disk. */
  accessOf(path: string): Access {
    const { kind } = this.#covering(path);
    return kind === "writable" ? "write" : kind === "readOnly" ? "read" : "deny";
  }

  #apply(operation: MountOperation): void {
    const { kind, path } = operation;
    this.#requireNoLinks(path);
    const below = this.#covering(path);
    if (kind === "sealed") {
      if (below.at !== path || below.kind !== "hidden") throw new Error(`${path} is not hidden`);
      below.isSealed = true;
      return;
    }
    if (below.kind === "hidden") {
      if (below.isSealed) throw new Error(`Nothing can be made in ${below.at} for ${path}`);
      below.made.add(path);
    } else if (!this.#exists(path)) throw new Error(`There is no ${path} to mount on`);
    else if (below.kind === "masked") throw new Error(`${path} lies behind a mask`);
    else this.busy.add(path);
    if (kind === "link") {
      if (below.kind !== "hidden") throw new Error(`The link ${path} would be made on the disk`);
      return;
    }
    if (kind !== "hidden" && kind !== "masked" && !this.#exists(path)) {
      throw new Error(`There is no ${path} to mount`);
    }
    below.above.push(mountOf(path, kind === "pin" ? "writable" : kind));
  }

  /** The mount in which a path lies, as seen now. */
  #covering(path: string): Mount {
    let at = this.#root;
    for (;;) {
      // The outermost place comes first on the way, and on it the newest mount.
      const above = at.above.filter((mount) => isWithin(path, mount.at))
        .sort((one, other) => one.at.length - other.at.length);
      const outermost = above.filter((mount) => mount.at === above[0]?.at).at(-1);
      if (outermost === undefined) return at;
      at = outermost;
    }
  }

  #exists(path: string): boolean {
    return this.#placeholders.has(path) || nodeAt(this.#tree, path) !== undefined;
  }

  #requireNoLinks(path: string): void {
    for (let end = path.indexOf("/", 1); end > 0; end = path.indexOf("/", end + 1)) {
      this.#requireNoLink(path.slice(0, end), path);
    }
    this.#requireNoLink(path, path);
  }

  #requireNoLink(at: string, path: string): void {
    const isMade = this.#covering(at).kind === "hidden";
    if (nodeAt(this.#tree, at) instanceof FakeLink && !isMade) {
      throw new Error(`${path} leads through the link ${at}`);
    }
  }

  #requireMakeable(path: string): void {
    const parent = path.slice(0, path.lastIndexOf("/")) || "/";
    const node = nodeAt(this.#tree, parent);
    const isDirectory = typeof node === "object" && !(node instanceof FakeLink);
    if (!isDirectory || nodeAt(this.#tree, path) !== undefined) {
      throw new Error(`${path} cannot be made`);
    }
  }
}

function mountOf(at: string, kind: Mount["kind"]): Mount {
  return { at, kind, made: new Set(), isSealed: false, above: [] };
}
