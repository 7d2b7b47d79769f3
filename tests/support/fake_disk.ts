/** A disk made of an object: directories are objects, files texts, links say where they lead. @module */

import type { DiskReader, Look } from "../../sandbox/disk.ts";
import { Disk } from "../../sandbox/disk.ts";
import { type DirectoryItem, DiskRefusal } from "../../sandbox/disk_view.ts";

/** A symbolic link. */
export class FakeLink {
  /** What is written in it. */
  readonly target: string;

  constructor(target: string) {
    this.target = target;
  }
}

/** A directory by the names in it. */
export interface FakeTree {
  readonly [name: string]: FakeNode;
}

/** Anything on the disk. */
export type FakeNode = string | FakeLink | FakeTree;

/** A symbolic link. */
export function link(target: string): FakeLink {
  return new FakeLink(target);
}

/** What a fake disk does not let be done. */
export interface FakeBarriers {
  /** Directories of other users, which cannot be entered or listed. */
  readonly unreachable?: readonly string[];
  /** Directories of this user, closed by their mode. */
  readonly closed?: readonly string[];
  /** Directories in which nothing can be made. */
  readonly unwritable?: readonly string[];
}

/** A view of a fake disk. */
export function fakeDisk(tree: FakeTree, barriers: FakeBarriers = {}): Disk {
  return new Disk(fakeReader(tree, barriers));
}

/** Reads a fake disk. */
export function fakeReader(tree: FakeTree, barriers: FakeBarriers = {}): DiskReader {
  const { unreachable = [], closed = [], unwritable = [] } = barriers;
  return {
    look(path): Look {
      const parent = parentOf(path);
      if (unreachable.includes(parent)) return { kind: "unreachable" };
      if (closed.includes(parent)) throw new DiskRefusal(`Cannot look at "${path}"`);
      const node = nodeAt(tree, path);
      if (node === undefined) return { kind: "missing" };
      if (node instanceof FakeLink) return { kind: "link", target: node.target };
      return { kind: typeof node === "string" ? "file" : "directory" };
    },
    entries(directory) {
      if (closed.includes(directory)) return undefined;
      const node = nodeAt(tree, directory);
      if (unreachable.includes(directory) || !isTree(node)) return [];
      return Object.entries(node).map(([name, node]): DirectoryItem => ({
        name,
        isDirectory: isTree(node),
      }));
    },
    text(file) {
      const node = nodeAt(tree, file);
      return typeof node === "string" ? node : undefined;
    },
    canMakeIn: (directory) => !unwritable.includes(directory),
  };
}

/** Every path of a tree, the root included, links not followed. */
export function pathsOf(tree: FakeTree, at = ""): readonly string[] {
  const below = Object.entries(tree).flatMap(([name, node]) => {
    const path = `${at}/${name}`;
    return isTree(node) ? pathsOf(node, path) : [path];
  });
  return [at === "" ? "/" : at, ...below];
}

/** What lies at a path, links not followed. */
export function nodeAt(tree: FakeTree, path: string): FakeNode | undefined {
  let node: FakeNode | undefined = tree;
  for (const name of path.split("/").filter((name) => name !== "")) {
    node = isTree(node) && Object.hasOwn(node, name) ? node[name] : undefined;
  }
  return node;
}

/** Whether something is a directory. */
export function isTree(node: FakeNode | undefined): node is FakeTree {
  return typeof node === "object" && !(node instanceof FakeLink);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
