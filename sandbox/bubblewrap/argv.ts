/** A plan as arguments of bubblewrap. Pure. @module */

import type { MountOperation, Mounts } from "../mounts.ts";
import { isWithin } from "../paths.ts";

/** What bubblewrap is to do. */
export interface Containment {
  /** What is seen of the disk. */
  readonly mounts: Mounts;
  /** Whether there is a network of its own, with nothing but a loopback device. */
  readonly isolatesNetwork: boolean;
  /** Working directory, without links. */
  readonly cwd: string;
  /** The whole environment of the program. */
  readonly env: ReadonlyMap<string, string>;
  /** Whether this bubblewrap can keep user namespaces from being made inside. */
  readonly disablesUserNamespaces: boolean;
  /** Whether mounts can hide the memory of the first process inside. */
  readonly hidesFirstProcess: boolean;
  /** Directories that tell about the machine's network, to be emptied where it is not shared. */
  readonly networkFacts: readonly string[];
}

/** Descriptors that are passed to bubblewrap. */
export interface ContainmentDescriptors {
  /** A system call filter, read to its end. */
  readonly filter: number;
  /** Where it reports what became of the program. */
  readonly status: number;
  /**
   * For each operation, what is to be mounted by it; bubblewrap compares what it has mounted with
   * that, so that nobody can put something else in its place meanwhile, and closes it then. Where
   * there is none, the path has to do.
   */
  readonly places: readonly (number | undefined)[];
}

/**
 * What bubblewrap reads from `--args`: neither the profile nor the environment is on a command line
 * that other users of the machine can read.
 */
export function containmentArguments(
  containment: Containment,
  { filter, status, places }: ContainmentDescriptors,
): string[] {
  const { mounts, isolatesNetwork, cwd, env, disablesUserNamespaces } = containment;
  const namespaces = ["user", "pid", "ipc", "uts", ...(isolatesNetwork ? ["net"] : [])];
  return [
    "--die-with-parent",
    "--new-session",
    ...namespaces.map((name) => `--unshare-${name}`),
    "--unshare-cgroup-try",
    ...(disablesUserNamespaces ? ["--disable-userns"] : []),
    ...baseArguments(containment),
    ...mounts.operations.flatMap((operation, at) => operationArguments(operation, places[at])),
    ...(isolatesNetwork ? shownAgain(containment).flatMap(emptied) : []),
    "--cap-drop",
    "ALL",
    // What bubblewrap itself runs with is nothing to the program, and the other way round: a
    // library that the program is to load must not be loaded by bubblewrap.
    "--clearenv",
    ...Array.from(env, ([name, value]) => ["--setenv", name, value]).flat(),
    "--chdir",
    cwd,
    "--seccomp",
    String(filter),
    "--json-status-fd",
    String(status),
  ];
}

function baseArguments(containment: Containment): string[] {
  const { mounts, isolatesNetwork, networkFacts } = containment;
  const root = {
    deny: ["--tmpfs", "/"],
    read: ["--ro-bind", "/", "/"],
    write: ["--bind", "/", "/"],
  };
  return [
    ...root[mounts.base],
    "--dev",
    "/dev",
    // Kernel settings: root owns them, and needs no capability to write them.
    ...(mounts.base === "write" ? readOnly("/sys") : []),
    "--proc",
    "/proc",
    ...readOnly("/proc/sys"),
    // The first process inside is bubblewrap's, of the same user, and tells how the program ended.
    ...(containment.hidesFirstProcess
      ? ["/proc/1/mem", "/proc/1/task/1/mem"].flatMap((path) => ["--ro-bind", "/dev/null", path])
      : []),
    ...(isolatesNetwork && mounts.base !== "deny" ? networkFacts.flatMap(emptied) : []),
  ];
}

/** What tells about the network, in directories that the policy names. */
function shownAgain({ mounts: { operations }, networkFacts }: Containment): readonly string[] {
  return networkFacts.filter((fact) =>
    operations.some(({ kind, path }) =>
      (kind === "readOnly" || kind === "writable") && path !== fact && isWithin(fact, path)
    )
  );
}

function operationArguments(
  operation: MountOperation,
  descriptor: number | undefined,
): string[] {
  const { path } = operation;
  const place = descriptor?.toString();
  switch (operation.kind) {
    case "readOnly":
      return place === undefined ? readOnly(path) : ["--ro-bind-fd", place, path];
    case "writable":
    case "pin":
      return place === undefined ? ["--bind", path, path] : ["--bind-fd", place, path];
    case "hidden":
      return ["--perms", operation.isPassage ? "0111" : "0000", "--tmpfs", path];
    case "sealed":
      return ["--remount-ro", path];
    case "masked":
      return ["--ro-bind", "/dev/null", path];
    case "link":
      return ["--symlink", operation.target, path];
  }
}

function readOnly(path: string): string[] {
  return ["--ro-bind", path, path];
}

function emptied(path: string): string[] {
  return ["--tmpfs", path, "--remount-ro", path];
}
