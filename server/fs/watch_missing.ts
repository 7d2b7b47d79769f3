/** `fs/watchMissing`: tells once when a missing path appears. @module */

import { RpcError } from "../../protocol/errors.ts";
import type { Params, Result } from "../../protocol/methods/mod.ts";
import type { PathUri } from "../../protocol/path_uri.ts";
import type { Call } from "../call.ts";
import type { NativePath } from "./file_system.ts";
import { localPath } from "./path.ts";
import { type MissingPaths, MissingWatch } from "./watching/missing_watch.ts";

const MAX_MISSING = 64;

/** Takes the place of the watch before as soon as its id is higher, even if it watches nothing. */
export async function watchMissing(
  params: Params<"fs/watchMissing">,
  call: Call,
): Promise<Result<"fs/watchMissing">> {
  const { watchId } = params;
  const paths = pathsOf(params, call);
  const { files, watcher } = call.machine;
  const watch = new MissingWatch({
    files,
    watcher,
    onChange: () => call.notifier.notify("fs/missingChanged", { watchId }),
  });
  const isNewest = call.holdings.watches.replaceMissing(watchId, watch);
  if (!isNewest || paths === undefined) return { watching: false };
  return { watching: await watch.start(paths) };
}

/** Undefined when there is nothing that could be watched. @throws {RpcError} `invalidParams` */
function pathsOf(
  { missing, present }: Params<"fs/watchMissing">,
  call: Call,
): MissingPaths | undefined {
  const local = missing.map((uri) => pathHere(uri, call));
  const here = local.filter((path) => path !== undefined);
  const shown = present === undefined || present === null ? undefined : pathHere(present, call);
  const isHere = shown !== undefined || present === undefined || present === null;
  if (!isHere || here.length < local.length) return undefined;
  if (here.length === 0 || here.length > MAX_MISSING) return undefined;
  return { missing: here, present: shown };
}

/** Undefined for the path of another system. */
function pathHere(uri: PathUri, { machine }: Call): NativePath | undefined {
  try {
    return localPath(uri, machine);
  } catch (error) {
    if (error instanceof RpcError && error.key === "fileRefused") return undefined;
    throw error;
  }
}
