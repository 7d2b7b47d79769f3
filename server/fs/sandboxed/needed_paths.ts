/** What this program has to be able to read to run once more in a sandbox. @module */

import { fromFileUrl } from "@std/path";
import { Disk } from "../../../sandbox/disk.ts";
import { diskReader } from "../../sandbox/disk_reader.ts";

/** Where programs find their loader; also under the names of links. */
const LOADERS = Deno.build.arch === "aarch64"
  ? ["/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-aarch64.so.1"]
  : ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1"];
/** Loaders do without it. */
const LOADER_CACHE = "/etc/ld.so.cache";
/** Searches in files set their limits by it. */
const SHELL = "/bin/sh";

/** Paths, and the variables by which they are found. */
export interface Needed {
  /** The program and its libraries, without links. */
  readonly program: readonly string[];
  /** Links on the way to its loader, which stay as they are where a policy does not name them. */
  readonly links: readonly string[];
  /** Absolute paths of files and directories; those that exist. */
  readonly paths: readonly string[];
  /** Variables beside PATH. */
  readonly env: ReadonlyMap<string, string>;
}

/**
 * Finds them.
 * @param env this program's environment
 */
export function neededToRun(env: ReadonlyMap<string, string>): Needed {
  const program = [...new Set([Deno.execPath(), ...mappedFiles()])];
  const loaders = LOADERS.filter(isThere);
  const links = loaders.flatMap(linksTo);
  const paths = [...program, SHELL, ...[...loaders, LOADER_CACHE].filter(isThere)];
  if (Deno.build.standalone) return { program, links, paths, env: new Map() };
  const cache = env.get("DENO_DIR") ?? `${env.get("HOME") ?? ""}/.cache/deno`;
  const root = fromFileUrl(new URL("../../../", import.meta.url)).replace(/\/$/, "");
  return {
    program,
    links,
    paths: [...paths, root, ...[cache].filter(isThere)],
    env: new Map([["DENO_DIR", cache], ["DENO_NO_UPDATE_CHECK", "1"], ["NO_COLOR", "1"]]),
  };
}

/** The executable and its libraries, without links. */
function mappedFiles(): string[] {
  const lines = Deno.readTextFileSync("/proc/self/maps").split("\n");
  return lines.map((line) => line.slice(line.indexOf("/")))
    .filter((path) => path.startsWith("/") && !path.startsWith("/dev/") && isThere(path));
}

function linksTo(path: string): string[] {
  return new Disk(diskReader).place(path).links.map((link) => link.path);
}

function isThere(path: string): boolean {
  try {
    const { isFile, isDirectory } = Deno.statSync(path);
    return isFile || isDirectory;
  } catch {
    return false;
  }
}
