/** Finds this program's control group, and what keeps it from making groups below. @module */

import type { GroupFiles } from "./group_files.ts";

/** A part of the kernel that limits something. */
export type Controller = "memory" | "pids";

/** Why commands cannot be limited. */
export interface LimitObstacle {
  /** What is in the way; goes on after "Cannot limit sandboxed commands: ". */
  readonly obstacle: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** A group of this program's that it may make groups in. */
export interface OwnGroup {
  /** Its directory. */
  readonly directory: string;
  /** Whether it is the root of all groups, to which some rules do not apply. */
  readonly isRoot: boolean;
}

/** Where to look. */
export interface GroupScene {
  readonly files: GroupFiles;
  /** This process. */
  readonly pid: number;
  /** What all paths are below; nothing but in tests. */
  readonly root: string;
}

const BOOT = "boot with systemd.unified_cgroup_hierarchy=1, so that everything is cgroup v2";
const DELEGATE = "start the server with " +
  "`systemd-run --user --scope -p Delegate=yes exec-server …`, " +
  "or in a container with a writable cgroup";

/** This program's own group, or what is in the way of limiting commands with these controllers. */
export function ownGroup(
  scene: GroupScene,
  controllers: readonly Controller[],
): OwnGroup | LimitObstacle {
  try {
    const directory = ownDirectory(scene);
    if (typeof directory !== "string") return directory;
    const group = { directory, isRoot: !scene.files.exists(`${directory}/cgroup.type`) };
    return missingControllers(scene, directory, controllers) ??
      undelegated(scene, group) ??
      strangers(scene, group) ??
      group;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return { obstacle: `control groups cannot be looked at: ${words}`, remedy: DELEGATE };
  }
}

/** Whether a process is this one or its child. */
export function isOwn({ files, pid, root }: GroupScene, other: number): boolean {
  if (other === pid) return true;
  try {
    // The name in parentheses may hold anything, spaces and parentheses too.
    const after = files.read(`${root}/proc/${other}/stat`).split(") ").at(-1) ?? "";
    return Number(after.split(" ")[1]) === pid;
  } catch {
    // It has ended: nobody's obstacle any more.
    return true;
  }
}

/** Process ids of a group's members; 0 for those of which nothing can be known here. */
export function members(files: GroupFiles, directory: string): readonly number[] {
  return words(files.read(`${directory}/cgroup.procs`)).map(Number);
}

/** The parts of a text between blanks. */
export function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

function ownDirectory({ files, root }: GroupScene): string | LimitObstacle {
  const own = files.read(`${root}/proc/self/cgroup`).split("\n");
  const path = own.find((line) => line.startsWith("0::"))?.slice("0::".length);
  const mounts = unifiedMounts(files.read(`${root}/proc/self/mountinfo`));
  if (path === undefined || mounts.length === 0) {
    return { obstacle: "this machine has no cgroup v2", remedy: BOOT };
  }
  for (const { top, at } of mounts) {
    const inside = below(path, top);
    if (inside !== undefined) return `${root}${at === "/" ? "" : at}${inside}`;
  }
  return { obstacle: `its control group "${path}" is not among what is mounted`, remedy: DELEGATE };
}

interface UnifiedMount {
  /** Which group is mounted. */
  readonly top: string;
  /** Where. */
  readonly at: string;
}

/** Source of the columns: proc_pid_mountinfo(5). */
function unifiedMounts(text: string): readonly UnifiedMount[] {
  return text.split("\n").flatMap((line) => {
    const [, , , top, at, ...rest] = line.split(" ");
    const isUnified = rest[rest.indexOf("-") + 1] === "cgroup2";
    return isUnified && top !== undefined && at !== undefined
      ? [{ top: unescaped(top), at: unescaped(at) }]
      : [];
  });
}

function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(parseInt(digits, 8)));
}

/** The rest of `path` from `top` on, beginning with a slash or empty; undefined when elsewhere. */
function below(path: string, top: string): string | undefined {
  const rest = top === "/"
    ? path
    : path === top || path.startsWith(`${top}/`)
    ? path.slice(top.length)
    : undefined;
  // A group outside of this namespace is written with dots.
  if (rest === undefined || rest.split("/").includes("..")) return undefined;
  return rest === "/" ? "" : rest;
}

function missingControllers(
  { files, root }: GroupScene,
  directory: string,
  controllers: readonly Controller[],
): LimitObstacle | undefined {
  const present = words(files.read(`${directory}/cgroup.controllers`));
  const missing = controllers.filter((name) => !present.includes(name));
  if (missing.length === 0) return undefined;
  const old = files.read(`${root}/proc/self/cgroup`).split("\n")
    .filter((line) => !line.startsWith("0::"))
    .flatMap((line) => line.split(":")[1]?.split(",") ?? []);
  const subject = `${missing.length === 1 ? "the controller" : "the controllers"} ${
    missing.join(" and ")
  }`;
  if (missing.some((name) => old.includes(name))) {
    const verb = missing.length === 1 ? "belongs" : "belong";
    return { obstacle: `${subject} ${verb} to cgroup v1 on this machine (hybrid)`, remedy: BOOT };
  }
  return { obstacle: `its control group was not given ${subject}`, remedy: DELEGATE };
}

function undelegated(
  { files }: GroupScene,
  { directory, isRoot }: OwnGroup,
): LimitObstacle | undefined {
  const needed = ["cgroup.subtree_control", "cgroup.procs"];
  if (!needed.every((name) => files.isWritable(`${directory}/${name}`))) {
    return { obstacle: "its control group is not delegated to it", remedy: DELEGATE };
  }
  if (!isRoot && files.read(`${directory}/cgroup.type`).trim() !== "domain") {
    return { obstacle: "its control group is one for threads", remedy: DELEGATE };
  }
  return undefined;
}

/** Controllers are handed down only by a group without processes. The root is exempt. */
function strangers(scene: GroupScene, { directory, isRoot }: OwnGroup): LimitObstacle | undefined {
  if (isRoot) return undefined;
  const { files, root } = scene;
  const other = members(files, directory).find((pid) => !isOwn(scene, pid));
  if (other === undefined) return undefined;
  const name = other === 0
    ? "from outside"
    : `${other} (${nameOf(files, `${root}/proc/${other}`)})`;
  return { obstacle: `process ${name} is in its control group, too`, remedy: DELEGATE };
}

function nameOf(files: GroupFiles, directory: string): string {
  try {
    return files.read(`${directory}/comm`).trim();
  } catch {
    return "ended";
  }
}
