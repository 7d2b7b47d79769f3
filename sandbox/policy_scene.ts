/** The directories that the entries of a policy are bound to, as native paths of this machine. @module */

import { RpcError } from "../protocol/errors.ts";
import type { SandboxIntent } from "../protocol/methods/sandbox.ts";
import { nativePath, type PathSystem, type PathUri, PathUriError } from "../protocol/path_uri.ts";
import type { EntryScene } from "./bind_entry.ts";

/** What intent is resolved against. */
export interface PolicyPlace {
  /** This machine's system. */
  readonly system: PathSystem;
  /** `TMPDIR` of the command's own environment; for file calls, of the server's. */
  readonly tmpdir?: string | undefined;
  /** Where the command starts, as a native path; absent for file calls. */
  readonly cwd?: string | undefined;
  /** The user's home, as a native path. */
  readonly home?: string | undefined;
}

/**
 * Finds the directories. `policyContext`, when given, is the only place they are taken from.
 * @throws {RpcError} in the words of the reference, when one is of another system
 */
export function policyScene(intent: SandboxIntent, place: PolicyPlace): EntryScene {
  const { system } = place;
  const isCommand = place.cwd !== undefined;
  if (isCommand && intent.windowsSandboxLevel === "mxc") {
    throw new RpcError("invalidParams", "native MXC is unavailable on this executor");
  }
  const from = intent.policyContext ?? intent;
  const words = isCommand ? commandWords : fileWords;
  const native = (uri: PathUri, what: keyof typeof words) => {
    try {
      return nativePath(uri, system);
    } catch (error) {
      if (!(error instanceof PathUriError)) throw error;
      const key = isCommand ? "invalidParams" : "fileRefused";
      throw new RpcError(key, `${words[what]}${error.message}`, { cause: error });
    }
  };
  // A file call without rules does not look at directories, as in the reference.
  const isLookedAt = isCommand || hasRules(intent);
  const cwd = isLookedAt ? from.cwd ?? undefined : undefined;
  const roots = isLookedAt ? from.workspaceRoots ?? [] : [];
  return {
    system,
    directory: cwd === undefined ? place.cwd : native(cwd, "cwd"),
    workspaceRoots: [...new Set(roots.map((uri) => native(uri, "root")))],
    homes: [place.home, homeOf(intent, system)].filter((home) => home !== undefined),
    tmpdir: place.tmpdir,
    nativeEntry: (uri) => native(uri, "entry"),
  };
}

const commandWords = {
  cwd: "failed to prepare process sandbox: invalid sandbox policy cwd: ",
  root: "failed to prepare process sandbox: invalid sandbox workspace root: ",
  entry: "failed to prepare process sandbox: invalid sandbox permission path: ",
};

const fileWords: typeof commandWords = {
  cwd: "",
  root: "file system sandbox workspace root is not native to this exec-server host: ",
  entry: "invalid sandbox permission path URI: ",
};

function hasRules({ permissions }: SandboxIntent): boolean {
  return permissions.type === "managed" && permissions.file_system.type === "restricted";
}

/** One of another system is no error: it only adds to what `TMPDIR` may not hold. */
function homeOf({ userHomeDir }: SandboxIntent, system: PathSystem): string | undefined {
  try {
    return userHomeDir == null ? undefined : nativePath(userHomeDir, system);
  } catch (error) {
    if (error instanceof PathUriError) return undefined;
    throw error;
  }
}
