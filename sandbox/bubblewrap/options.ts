/** Which options of bubblewrap a sandbox is made of, and which of them a program knows. @module */

/** Without any of these no sandbox is made; all of them are there since version 0.5.0. */
export const neededOptions: readonly string[] = [
  "--args",
  "--unshare-user",
  "--unshare-pid",
  "--unshare-ipc",
  "--unshare-uts",
  "--unshare-net",
  "--unshare-cgroup-try",
  "--die-with-parent",
  "--new-session",
  "--bind",
  "--ro-bind",
  "--remount-ro",
  "--tmpfs",
  "--perms",
  "--symlink",
  "--dev",
  "--proc",
  "--cap-drop",
  "--clearenv",
  "--setenv",
  "--chdir",
  "--seccomp",
  "--json-status-fd",
];

/** The first version that has all of them. */
export const NEEDED_VERSION = "0.5.0";

/** What a bubblewrap can do. */
export interface BubblewrapOptions {
  /** Options that are needed and not known; empty when it will do. */
  readonly missing: readonly string[];
  /** Whether it can keep user namespaces from being made inside. */
  readonly disablesUserNamespaces: boolean;
  /** Whether it can mount what a descriptor stands for. */
  readonly mountsDescriptors: boolean;
}

/** Reads what `bwrap --help` prints. */
export function optionsIn(help: string): BubblewrapOptions {
  const known = new Set(help.match(/(?<=^\s*)--[a-z0-9-]+/gm));
  return {
    missing: neededOptions.filter((option) => !known.has(option)),
    disablesUserNamespaces: known.has("--disable-userns"),
    mountsDescriptors: known.has("--bind-fd") && known.has("--ro-bind-fd"),
  };
}

/** Reads what `bwrap --version` prints; undefined when it is not bubblewrap that speaks. */
export function versionIn(text: string): string | undefined {
  return /^bubblewrap (\d[\w.+~-]*)\s*$/m.exec(text)?.[1];
}
