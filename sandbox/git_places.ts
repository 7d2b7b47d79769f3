/** Where below a writable directory Git would run something that a command left there. @module */

import type { DirectoryItem, DiskView } from "./disk_view.ts";
import { directoriesAmong, placeOf } from "./followed.ts";
import { pointedDirectories } from "./git_pointer.ts";
import { isBareRepository, repositoryRules } from "./git_repository.ts";
import { closed, type GitRule, kept, withheld } from "./git_rule.ts";
import { pathBelow } from "./paths.ts";
import { SandboxRefusal } from "./refusal.ts";

/** Looking for repositories may not take longer than starting the command, as a rule. */
const MOST_CHILDREN = 10_000;
const MOST_GRANDCHILDREN = 10_000;
const NEVER_WORKED_IN: ReadonlySet<string> = new Set([".git", "node_modules"]);
/** Every bare repository has one of them. */
const SIGNS: ReadonlySet<string> = new Set(["HEAD", "config"]);

/** Where to look for repositories. */
export interface NestedLook {
  /** Looked at. */
  readonly disk: DiskView;
  /** Whether a command may write somewhere; nothing has to be kept where it may not. */
  readonly isWritable: (path: string) => boolean;
}

/**
 * What stays read-only in repositories up to two directories below a writable one.
 * @param root without links
 * @throws {SandboxRefusal} when there is too much to look at
 */
export function nestedRules(root: string, look: NestedLook): readonly GitRule[] {
  return new Nested(look).below(root).filter(({ path }) => look.isWritable(path));
}

class Nested {
  readonly #disk: DiskView;
  readonly #isWritable: (path: string) => boolean;
  readonly #pointed = new Set<string>();
  readonly #found: GitRule[] = [];

  constructor({ disk, isWritable }: NestedLook) {
    this.#disk = disk;
    this.#isWritable = isWritable;
  }

  below(root: string): readonly GitRule[] {
    const entries = this.#disk.entries(root);
    if (entries === undefined) return [closed(root)];
    const children = childrenOf(root, entries).filter(this.#isWritable);
    if (children.length > MOST_CHILDREN) {
      throw new SandboxRefusal(
        "globTooLarge",
        `Cannot look for repositories in "${root}": it holds more than ${MOST_CHILDREN} ` +
          "directories; grant those of them that are to be written",
        { path: root },
      );
    }
    const parents = children.map((path) => ({ path, below: childrenOf(path, this.#lookAt(path)) }));
    // The fullest ones last, so that what many directories were put into hides nothing elsewhere.
    parents.sort((one, other) => one.below.length - other.below.length);
    let looks = MOST_GRANDCHILDREN;
    for (const { path, below } of parents) {
      looks -= below.length;
      if (looks < 0) this.#found.push(unseen(path));
      else for (const grandchild of below) this.#lookAt(grandchild);
    }
    return this.#found;
  }

  /** What is in a directory that may be the top of a worktree. */
  #lookAt(directory: string): readonly DirectoryItem[] {
    const entries = this.#disk.entries(directory);
    if (entries === undefined) this.#found.push(closed(directory));
    const isSuspect = entries?.some(({ name }) => name === ".git" || SIGNS.has(name)) ?? true;
    if (isSuspect && this.#isWritable(directory)) this.#inspect(directory);
    return entries ?? [];
  }

  #inspect(directory: string): void {
    const disk = this.#disk;
    if (isBareRepository(directory, disk)) this.#found.push(...repositoryRules(directory, disk));
    const path = pathBelow(directory, ".git");
    const place = placeOf(path, disk);
    if (place === undefined || place.kind === "missing") return;
    // Who may replace the link decides which repository this is.
    if (place.links.length > 0) this.#found.push(linked(directory));
    if (place.kind === "directory") this.#found.push(...repositoryRules(place.real, disk));
    else this.#pointer(place.real);
  }

  #pointer(path: string): void {
    this.#found.push(kept(path));
    for (const directory of pointedDirectories(path, this.#disk)) {
      if (this.#pointed.has(directory) || !this.#isWritable(directory)) continue;
      this.#pointed.add(directory);
      this.#found.push(...repositoryRules(directory, this.#disk));
    }
  }
}

function linked(directory: string): GitRule {
  return {
    ...withheld(directory, "its `.git` is a link, which could be replaced"),
    isForced: false,
  };
}

function unseen(directory: string): GitRule {
  const origin = "it holds too many directories to look for repositories in them; grant it itself";
  return { path: directory, access: "read", origin };
}

function childrenOf(directory: string, entries: readonly DirectoryItem[]): string[] {
  return directoriesAmong(entries).filter((name) => !NEVER_WORKED_IN.has(name))
    .map((name) => pathBelow(directory, name));
}
