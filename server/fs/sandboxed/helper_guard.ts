/** Keeps a file helper itself out of reach of the calls that it serves. @module */

import { dirname } from "@std/path";
import { RpcError } from "../../../protocol/errors.ts";
import { displayPath } from "../../../protocol/native_path.ts";
import { Disk } from "../../../sandbox/disk.ts";
import { DiskRefusal, type Place } from "../../../sandbox/disk_view.ts";
import { diskReader } from "../../sandbox/disk_reader.ts";
import type { Machine } from "../../machine.ts";
import type { FileMethod } from "../handlers.ts";
import { localPath } from "../path.ts";

/** Places in `/proc` that stand for a process. */
const PROCESS_PLACE = /^\/proc\/(self|thread-self|\d+)(\/|$)/;

const changes: ReadonlySet<FileMethod> = new Set<FileMethod>([
  "fs/writeFile",
  "fs/createDirectory",
  "fs/remove",
  "fs/copy",
  "fs/rename",
  "fs/symlink",
  "fs/chmod",
]);
/** These mean a link itself, not where it leads. */
const linkChanges: ReadonlySet<FileMethod> = new Set<FileMethod>([
  "fs/remove",
  "fs/rename",
  "fs/symlink",
]);
const SOURCE = "sourcePath";
const PATH_MEMBERS = ["path", SOURCE, "destinationPath"];

/**
 * Refuses calls that would change something by way of a process: its memory, or what it has open.
 * @param params decoded or not
 * @throws {RpcError} `fileRefused`
 */
export function requireNoProcess(method: FileMethod, params: unknown, machine: Machine): void {
  const members = Object(params);
  const isChange = changes.has(method) || (method === "fs/open" && members.mode !== "read");
  if (!isChange) return;
  for (const name of PATH_MEMBERS) {
    const uri: unknown = members[name];
    if (typeof uri !== "string") continue;
    const path = localPath(uri, machine);
    const meansLink = linkChanges.has(method) || name === SOURCE;
    if (!leadsToProcess(meansLink ? dirname(path) : path)) continue;
    throw new RpcError(
      "fileRefused",
      `Cannot change "${displayPath(path)}" in a sandbox: it leads to a running program; ` +
        "use a path that does not lead through /proc",
    );
  }
}

function leadsToProcess(path: string): boolean {
  const place = placeOf(path);
  if (place === undefined) return false;
  // A link in such a place leads to what the process has open, not to what its text says.
  return [place.real, ...place.links.map((link) => link.path)].some((it) => PROCESS_PLACE.test(it));
}

/** What cannot be followed here, the system does not follow either. */
function placeOf(path: string): Place | undefined {
  try {
    return new Disk(diskReader).place(path);
  } catch (error) {
    if (error instanceof DiskRefusal) return undefined;
    throw error;
  }
}
