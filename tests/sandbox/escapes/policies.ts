/** The policies of the escape suite, as the objects a client sends. @module */

import type { Room } from "./host.ts";

/** Names of the policies; each is explained where it is made. */
export type PolicyName =
  | "WW"
  | "WWnet"
  | "WWNOGIT"
  | "GIT"
  | "DEN"
  | "DENFILE"
  | "DENWS"
  | "DENGLOB"
  | "SCOPED"
  | "MISSROOT"
  | "SUBROOT"
  | "TMPDIR"
  | "TMP"
  | "ROOTWRITE"
  | "DEEPDENY"
  | "READONLY"
  | "EVILREAD"
  | "EVILDENY"
  | "EVILWRITE"
  | "FRESH"
  | "GITFRESH";

/** The `sandbox` member of `process/start` and of the file calls. */
export interface WireSandbox {
  readonly permissions: Readonly<Record<string, unknown>>;
  readonly policyContext: Readonly<Record<string, unknown>>;
  readonly windowsSandboxLevel: "disabled";
}

type Entry = Readonly<Record<string, unknown>>;

const readAll = special("root", "read");
const project = special("project_roots", "write");

const makers: Readonly<Record<PolicyName, (room: Room) => WireSandbox>> = {
  /** Read everything, write the workspace. */
  WW: (room) => sandbox(room, [readAll, project]),
  /** The same with the host's network. */
  WWnet: (room) => sandbox(room, [readAll, project], { network: "enabled" }),
  /** The same on an empty directory, where every protected name is missing. */
  WWNOGIT: (room) => sandbox(room, [readAll, project], { workspace: `${room.path}/empty` }),
  /** The working profile: `.git` may be written. */
  GIT: (room) => sandbox(room, [readAll, project, special("project_roots", "write", ".git")]),
  /** A denied directory outside the workspace. */
  DEN: (room) => sandbox(room, [readAll, project, path(room.vars.SEC, "deny")]),
  /** A denied file outside the workspace. */
  DENFILE: (room) => sandbox(room, [readAll, project, path(`${room.vars.SEC}/key`, "deny")]),
  /** A denied file inside the workspace. */
  DENWS: (room) =>
    sandbox(room, [readAll, project, path(`${room.vars.WS}/den/sub/secret.env`, "deny")]),
  /** The same file denied by a pattern. */
  DENGLOB: (room) => {
    const glob = { type: "glob_pattern", pattern: `${room.vars.WS}/**/*.env` };
    return sandbox(room, [readAll, project, { path: glob, access: "deny" }]);
  },
  /** Nothing but the platform and the workspace can be seen. */
  SCOPED: (room) => sandbox(room, [special("minimal", "read"), project]),
  /** A writable root that does not exist yet. */
  MISSROOT: (room) => sandbox(room, [readAll, project, path(`${room.vars.WS}/late`, "write")]),
  /** A writable root inside another. */
  SUBROOT: (room) => sandbox(room, [readAll, project, path(`${room.vars.WS}/src`, "write")]),
  /** The temporary directory of the command's own environment. */
  TMPDIR: (room) => sandbox(room, [readAll, project, special("tmpdir", "write")]),
  /** The machine's temporary directory. */
  TMP: (room) => sandbox(room, [readAll, project, special("slash_tmp", "write")]),
  /** Everything but two places may be written. */
  ROOTWRITE: (room) =>
    sandbox(room, [
      special("root", "write"),
      path(room.vars.OUT, "read"),
      path(room.vars.SEC, "deny"),
      path(room.vars.HOME, "read"),
    ]),
  /** Write, deny and write again, one below the other. */
  DEEPDENY: (room) =>
    sandbox(room, [
      readAll,
      project,
      path(`${room.vars.WS}/den`, "deny"),
      path(`${room.vars.WS}/den/open`, "write"),
    ]),
  /** Read everything, write nothing. */
  READONLY: (room) => sandbox(room, [readAll]),
  /** A place below a name that an earlier command may have planted. */
  EVILREAD: (room) => sandbox(room, [readAll, project, path(`${room.vars.WS}/evil/new`, "read")]),
  EVILDENY: (room) => sandbox(room, [readAll, project, path(`${room.vars.WS}/evil/new`, "deny")]),
  EVILWRITE: (room) => sandbox(room, [readAll, project, path(`${room.vars.WS}/evil/new`, "write")]),
  /** A workspace inside the workspace. */
  FRESH: (room) => sandbox(room, [readAll, project], { workspace: `${room.vars.WS}/fresh` }),
  /** The same where `.git` may be written. */
  GITFRESH: (room) =>
    sandbox(room, [readAll, project, special("project_roots", "write", ".git")], {
      workspace: `${room.vars.WS}/fresh`,
    }),
};

/** Every name. */
export const policyNames: readonly PolicyName[] = Object.keys(makers).filter(isPolicyName);

function isPolicyName(name: string): name is PolicyName {
  return Object.hasOwn(makers, name);
}

/** The wire form of a policy, for a room. */
export function wireSandbox(name: PolicyName, room: Room): WireSandbox {
  return makers[name](room);
}

/** Where commands of a policy start. */
export function workspaceOf(name: PolicyName, room: Room): string {
  if (name === "WWNOGIT") return `${room.path}/empty`;
  return name === "FRESH" || name === "GITFRESH" ? `${room.vars.WS}/fresh` : room.vars.WS;
}

/** Changes that a policy permits, as beginnings of what the host reports. */
export function permittedDamage(name: PolicyName): readonly string[] {
  if (name === "ROOTWRITE") return ["ws/"];
  if (name !== "GIT") return [];
  // The last ones stand for nothing while commands or calls run that might make it.
  const plain = [
    ...["index", "HEAD", "objects", "refs", "logs", "COMMIT_EDITMSG", "ORIG_HEAD"],
    "commondir appeared",
    "config.worktree appeared",
  ];
  return plain.flatMap((entry) => [`ws/.git/${entry}`, `ws/nested/.git/${entry}`]);
}

function special(kind: string, access: string, subpath?: string): Entry {
  const value = subpath === undefined ? { kind } : { kind, subpath };
  return { path: { type: "special", value }, access };
}

function path(of: string, access: string): Entry {
  return { path: { type: "path", path: `file://${of}` }, access };
}

function sandbox(
  room: Room,
  entries: readonly Entry[],
  options: { readonly network?: string; readonly workspace?: string } = {},
): WireSandbox {
  const root = `file://${options.workspace ?? room.vars.WS}`;
  return {
    permissions: {
      type: "managed",
      network: options.network ?? "restricted",
      file_system: { type: "restricted", entries },
    },
    policyContext: { cwd: root, workspaceRoots: [root] },
    windowsSandboxLevel: "disabled",
  };
}
