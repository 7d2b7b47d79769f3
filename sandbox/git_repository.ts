/**
 * What stays read-only in one Git repository that may be written: what makes Git run programs.
 *
 * A command may be allowed to commit, but not to leave a hook or a setting behind that somebody
 * else's Git, outside of the sandbox, would run later. A repository is recognised by what is kept,
 * never by what a command may move away.
 * @module
 */

import type { DiskView } from "./disk_view.ts";
import { directoriesAmong, isThere, kindAt, parentOf, placeOf } from "./followed.ts";
import { includedFiles } from "./git_includes.ts";
import { type GitRule, kept, withheld } from "./git_rule.ts";
import { pathBelow } from "./paths.ts";

/** Names of submodules may have slashes, and submodules submodules of their own. */
const DEEPEST_MODULES = 24;
/** Looking at submodules may not take longer than starting the command. */
const MOST_MODULES = 4000;
/** In every repository; a submodule that is called so has settings there. */
const INNER: ReadonlySet<string> = new Set([
  ...["objects", "refs", "logs", "hooks", "info", "branches", "lfs", "worktrees", "rr-cache"],
]);
/** Directories of a bare repository. */
const PARTS: readonly string[] = ["objects", "refs", "hooks"];

/**
 * What stays read-only in a repository that may be written.
 * @param directory a `.git` directory, without links
 */
export function repositoryRules(directory: string, disk: DiskView): GitRule[] {
  const modules = pathBelow(directory, "modules");
  if (placeOf(modules, disk)?.links.length !== 0) {
    return [...settingsRules(directory, disk), withheld(directory)];
  }
  const found = new Modules(disk).below(modules, DEEPEST_MODULES);
  const rules = found ?? [withheld(modules, "too much is in it to find what is to be kept there")];
  return [...settingsRules(directory, disk), ...rules];
}

/** What ties a worktree to its repository, and its own settings. */
export function pointerRules(directory: string, disk: DiskView): GitRule[] {
  const pointers = ["commondir", "gitdir"].map((name) => pathBelow(directory, name))
    .filter((path) => kindAt(path, disk) !== "missing")
    .map((path) => kept(path));
  return [...pointers, kept(pathBelow(directory, "config.worktree"), "")];
}

/**
 * Whether Git takes a directory itself for a repository, or took it for one before a command moved
 * parts of it away: the settings are kept, so they are still there.
 */
export function isBareRepository(directory: string, disk: DiskView): boolean {
  const config = pathBelow(directory, "config");
  const isHeaded = isThere(pathBelow(directory, "HEAD"), disk);
  if (isThere(config, disk) && kindAt(config, disk) !== "directory") {
    return isHeaded || /^\s*\[core\]/im.test(disk.text(config) ?? "") ||
      PARTS.some((name) => kindAt(pathBelow(directory, name), disk) === "directory");
  }
  if (!isHeaded) return false;
  const has = (name: string) => kindAt(pathBelow(directory, name), disk) === "directory";
  return (has("objects") && has("refs")) || isThere(pathBelow(directory, "commondir"), disk);
}

/** Hooks, settings, and what they name. */
function settingsRules(directory: string, disk: DiskView): GitRule[] {
  const own = keptIn(directory, disk, [
    kept(pathBelow(directory, "hooks")),
    kept(pathBelow(directory, "config"), ""),
    // It would name another directory whose hooks and settings count.
    kept(pathBelow(directory, "commondir"), ".\n"),
    // Not asked for yet, perhaps, but it would be as soon as somebody turns it on.
    kept(pathBelow(directory, "config.worktree"), ""),
  ]);
  return [...own, ...worktreeRules(pathBelow(directory, "worktrees"), disk), ...included()];

  function included(): GitRule[] {
    return includedFiles(directory, disk).flatMap(({ real, links }) => [
      kept(real, ""),
      ...links.map((link) => withheld(parentOf(link.path))),
    ]);
  }
}

function worktreeRules(directory: string, disk: DiskView): GitRule[] {
  const place = placeOf(directory, disk);
  if (place?.links.length !== 0) return [withheld(parentOf(directory))];
  if (place.kind !== "directory") return [];
  const entries = disk.entries(directory);
  if (entries === undefined) return [withheldUnseen(directory)];
  return directoriesAmong(entries).flatMap((name) => {
    const path = pathBelow(directory, name);
    return keptIn(path, disk, pointerRules(path, disk));
  });
}

/** What may be written is replaced at will, a link as well: then nothing there may be written. */
function keptIn(directory: string, disk: DiskView, rules: readonly GitRule[]): GitRule[] {
  const places = rules.map((rule) => ({ rule, place: placeOf(rule.path, disk) }));
  if (places.every(({ place }) => place?.links.length === 0)) return [...rules];
  return [
    withheld(directory),
    ...places.flatMap(({ rule, place }) =>
      place === undefined || place.links.length === 0 ? [] : [{ ...rule, path: place.real }]
    ),
  ];
}

/** Forced: a command may have closed it to have it overlooked. */
function withheldUnseen(directory: string): GitRule {
  return withheld(directory, "it is closed, so nobody knows which settings of Git are in it");
}

/** Repositories of submodules. */
class Modules {
  readonly #disk: DiskView;
  #looks = MOST_MODULES;

  constructor(disk: DiskView) {
    this.#disk = disk;
  }

  /** Undefined when there is more than can be looked at. */
  below(directory: string, depth: number, isRepository = false): GitRule[] | undefined {
    const entries = this.#disk.entries(directory);
    if (entries === undefined) return [withheldUnseen(directory)];
    if (entries.length > 0 && depth === 0) return undefined;
    const rules: GitRule[] = [];
    for (const { name, isDirectory } of entries) {
      const path = pathBelow(directory, name);
      if (!isDirectory) {
        // Outside of a repository all are directories; a link could be led elsewhere.
        if (!isRepository && this.#isLink(path)) rules.push(withheld(directory));
        continue;
      }
      if (isRepository && INNER.has(name) && !this.#hasSettings(path)) continue;
      if (--this.#looks < 0) return undefined;
      const found = this.#at(path, depth);
      if (found === undefined) return undefined;
      rules.push(...found);
    }
    return rules;
  }

  #at(path: string, depth: number): GitRule[] | undefined {
    const isRepository = this.#hasSettings(path);
    const below = this.below(path, depth - 1, isRepository);
    if (below === undefined) return undefined;
    const isHeaded = isThere(pathBelow(path, "HEAD"), this.#disk);
    if (isRepository || isHeaded) return [...settingsRules(path, this.#disk), ...below];
    const config = pathBelow(path, "config");
    // With settings, a part of submodules' names would pass for a repository.
    return isThere(config, this.#disk) ? below : [kept(config, ""), ...below];
  }

  /** Kept as soon as they are there, so no command takes them away. */
  #hasSettings(directory: string): boolean {
    const config = pathBelow(directory, "config");
    return isThere(config, this.#disk) && kindAt(config, this.#disk) !== "directory";
  }

  #isLink(path: string): boolean {
    return placeOf(path, this.#disk)?.links.length !== 0;
  }
}
