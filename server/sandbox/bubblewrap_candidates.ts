/** Where bubblewrap may be, and whether what is there may be trusted with sandboxes. @module */

/** Where distributions put it; security modules know it there. */
export const USUAL = "/usr/bin/bwrap";

/** What was found. */
export interface Candidates {
  /** Real paths of programs, the one to try first first. */
  readonly paths: readonly string[];
  /** Sentences about what was found and is not used. */
  readonly passedOver: readonly string[];
}

/** Beyond that it is no search any more. */
const MOST = 3;
const OTHERS_MAY_WRITE = 0o002;
const STICKY = 0o1000;
const EXECUTABLE = 0o111;

/**
 * Looks for it where distributions put it, then in the directories of the server's own PATH.
 * @param path PATH of the server, never of a command
 * @param usual where to look first; another place in tests only
 */
export function bubblewrapCandidates(path: string | undefined, usual = USUAL): Candidates {
  const directories = (path ?? "").split(":").filter((directory) => directory.startsWith("/"));
  const named = [
    usual,
    ...directories.map((directory) => `${directory.replace(/\/+$/, "")}/bwrap`),
  ];
  const paths: string[] = [];
  const passedOver: string[] = [];
  const seen = new Set<string>();
  for (const name of named) {
    const found = programAt(name);
    if (found === undefined || seen.has(found)) continue;
    seen.add(found);
    const reason = distrust(name) ?? distrust(found);
    if (reason === undefined) paths.push(found);
    else passedOver.push(`"${name}" is not used because ${reason}`);
  }
  return { paths: paths.slice(0, MOST), passedOver: passedOver.slice(0, MOST) };
}

/** The real path of a program; undefined when there is none. */
function programAt(path: string): string | undefined {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && ((mode ?? 0) & EXECUTABLE) !== 0 ? Deno.realPathSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** Why somebody else could have put it there; undefined when only root and we could. */
function distrust(path: string): string | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  const root = Deno.statSync("/").uid;
  // In a user namespace root's files may belong to nobody that is known there.
  const trusted = new Set([0, Deno.uid(), root]);
  for (let length = parts.length; length >= 0; length--) {
    const place = `/${parts.slice(0, length).join("/")}`;
    const { uid, mode, isDirectory, isSymlink } = Deno.lstatSync(place);
    if (!trusted.has(uid)) return `"${place}" belongs to user ${uid}`;
    const isOpen = ((mode ?? 0) & OTHERS_MAY_WRITE) !== 0 && !isSymlink;
    const isSticky = isDirectory && ((mode ?? 0) & STICKY) !== 0;
    if (isOpen && !isSticky) return `everybody may write "${place}"`;
  }
  return undefined;
}
