/** Where `.git` files lead: worktrees and submodules have their repository elsewhere. @module */

import type { DiskView } from "./disk_view.ts";
import { kindAt, parentOf, pathIn } from "./followed.ts";
import { pointerRules, repositoryRules } from "./git_repository.ts";
import type { GitRule } from "./git_rule.ts";
import { pathBelow } from "./paths.ts";

/**
 * What a repository elsewhere, to which a `.git` file points, has to grant and to keep.
 * @param pointer the `.git` file, without links
 * @returns undefined when it is not a file which Git made for this very place: a command could have
 * written it to be granted something else
 */
export function linkedRepositoryRules(pointer: string, disk: DiskView): GitRule[] | undefined {
  const linked = linkedDirectory(pointer, disk);
  if (linked === undefined) return undefined;
  const origin = `the repository that ${pointer} belongs to`;
  const common = commonDirectory(linked, disk);
  if (common === undefined) {
    if (!isSubmoduleOf(linked, pointer, disk)) return undefined;
    return [{ path: linked, access: "write", origin }, ...repositoryRules(linked, disk)];
  }
  if (pathIn(disk.text(pathBelow(linked, "gitdir")), linked, disk) !== pointer) return undefined;
  if (!linked.startsWith(`${common}/worktrees/`)) return undefined;
  return [
    { path: common, access: "write", origin },
    ...repositoryRules(common, disk),
    ...pointerRules(linked, disk),
  ];
}

/** Directories with which a `.git` file is concerned, whether its claims are true or not. */
export function pointedDirectories(pointer: string, disk: DiskView): string[] {
  const linked = linkedDirectory(pointer, disk);
  if (linked === undefined) return [];
  const common = commonDirectory(linked, disk);
  return common === undefined ? [linked] : [linked, common];
}

function linkedDirectory(pointer: string, disk: DiskView): string | undefined {
  const text = disk.text(pointer);
  if (text === undefined || !text.startsWith("gitdir:")) return undefined;
  const path = pathIn(text.slice("gitdir:".length), parentOf(pointer), disk);
  return path !== undefined && kindAt(path, disk) === "directory" ? path : undefined;
}

function commonDirectory(linked: string, disk: DiskView): string | undefined {
  return pathIn(disk.text(pathBelow(linked, "commondir")), linked, disk);
}

function isSubmoduleOf(linked: string, pointer: string, disk: DiskView): boolean {
  const worktree = /^\s*worktree\s*=\s*"?(.*?)"?\s*$/m.exec(
    disk.text(pathBelow(linked, "config")) ?? "",
  )
    ?.[1];
  return pathIn(worktree, linked, disk) === parentOf(pointer);
}
