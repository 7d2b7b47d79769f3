/** `fs/readDirectory`: what is in a directory. @module */

import type { DirectoryEntry } from "../../protocol/methods/fs_metadata.ts";
import type { Params, Result } from "../../protocol/methods/mod.ts";
import { displayPath } from "../../protocol/native_path.ts";
import { childUri, type PathUri } from "../../protocol/path_uri.ts";
import type { Call } from "../call.ts";
import { forEachAtOnce } from "./at_once.ts";
import type { Child, DirectoryItem, FileKind, NativePath, OpenDirectory } from "./file_system.ts";
import { describe, describeUnix } from "./metadata.ts";
import { localPath, named, refuseSandbox } from "./path.ts";
import { requireWaiting, Steps } from "./steps.ts";

/** Lists a directory; what a link is is what it leads to. */
export async function readDirectory(
  params: Params<"fs/readDirectory">,
  call: Call,
): Promise<Result<"fs/readDirectory">> {
  refuseSandbox(params.sandbox);
  const path = localPath(params.path, call.machine);
  return await call.holdings.searches.trees.run(async () => {
    requireWaiting(call.signal);
    return await listPath(path, params, call);
  });
}

async function listPath(
  path: NativePath,
  params: Params<"fs/readDirectory">,
  call: Call,
): Promise<Result<"fs/readDirectory">> {
  const { machine, signal, wantsExtensions } = call;
  const directory = await named(path, () => machine.files.openDirectory(path, "follow"));
  try {
    const items = await named(path, () => directory.items(signal));
    const isDetailed = wantsExtensions && params.metadata === true;
    await call.roomToAnswer(items.length * (isDetailed ? DETAILED_ENTRY_BYTES : ENTRY_BYTES));
    const listing = { directory, uri: params.path, items, call };
    return { entries: isDetailed ? await listDetails(listing) : await list(listing) };
  } finally {
    directory.close();
  }
}

// What an entry takes in an answer, about.
const ENTRY_BYTES = 80;
const DETAILED_ENTRY_BYTES = 400;

/** A directory whose entries are looked at. */
interface Listing {
  readonly directory: OpenDirectory;
  readonly uri: PathUri;
  readonly items: readonly DirectoryItem[];
  readonly call: Call;
}

/** What leads nowhere is left out, as the reference does. */
async function list({ directory, items, call }: Listing): Promise<readonly DirectoryEntry[]> {
  const { files } = call.machine;
  const entries: DirectoryEntry[] = [];
  const unknown: DirectoryItem[] = [];
  const steps = new Steps(call);
  for (const item of items) {
    const pause = steps.nextSmall();
    if (pause !== undefined) await pause;
    if (item.kind === undefined || item.kind === "symlink") unknown.push(item);
    else entries.push(entryOf(item.name, item.kind));
  }
  await forEachAtOnce(unknown, async ({ name }) => {
    await steps.next();
    const target = await lookAt(() => files.status({ parent: directory, name }, "follow"));
    if (target !== undefined) entries.push(entryOf(name, target.kind));
  });
  return entries;
}

async function listDetails({ directory, uri, items, call }: Listing) {
  const entries: DirectoryEntry[] = [];
  const steps = new Steps(call);
  await forEachAtOnce(items, async ({ name, kind }) => {
    await steps.next();
    const details = await detail({ parent: directory, name }, kind, call);
    entries.push({ ...details, path: childUri(uri, name) });
  });
  return entries;
}

/** The entry itself; what is gone by now has no metadata. */
async function detail(
  place: Child,
  kind: FileKind | undefined,
  { machine: { files } }: Call,
): Promise<DirectoryEntry> {
  const own = await lookAt(() => files.status(place, "last"));
  if (own === undefined) return entryOf(place.name, kind);
  const isLink = own.kind === "symlink";
  const target = isLink ? await lookAt(() => files.status(place, "follow")) : own;
  const said = isLink ? await lookAt(() => files.readLink(place)) : undefined;
  const metadata = { ...describe(own, isLink), ...describeUnix(own, said) };
  return { ...entryOf(place.name, target?.kind), metadata };
}

function entryOf(name: string, kind: FileKind | undefined): DirectoryEntry {
  return {
    fileName: displayPath(name),
    isDirectory: kind === "directory",
    isFile: kind === "file",
  };
}

/** Undefined for what cannot be inspected, for whatever reason: the others are listed still. */
async function lookAt<T>(look: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch {
    return undefined;
  }
}
