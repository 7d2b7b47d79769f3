/** `fs/watch`: tells of every change in a directory or a tree. @module */

import { RpcError } from "../../protocol/errors.ts";
import type { Params, Result } from "../../protocol/methods/mod.ts";
import type { Call } from "../call.ts";
import type { NativePath } from "./file_system.ts";
import { fileError, localPath, refuseSandbox } from "./path.ts";
import { ChangeFeed } from "./watching/change_feed.ts";
import { CoveredTreeWatch } from "./watching/covered_tree_watch.ts";
import { IgnoreRules } from "./watching/ignore_rules.ts";
import { placeOf, type Target } from "./watching/target.ts";
import { TreeWatch } from "./watching/tree_watch.ts";

const MAX_ID_BYTES = 64;

/** Answers when everything is watched; what happens from then on is told. */
export async function watch(
  params: Params<"fs/watch">,
  call: Call,
): Promise<Result<"fs/watch">> {
  const { watchId, ignore = [] } = params;
  refuseSandbox(params.sandbox);
  requireId(watchId);
  const path = localPath(params.path, call.machine);
  const rules = new IgnoreRules(ignore);
  const { watches: table } = call.holdings;
  const begun = new BegunWatch(
    new ChangeFeed({
      watchId,
      notifier: call.notifier,
      room: table.room,
      onEnd: () => table.end(watchId),
    }),
  );
  table.add(watchId, begun);
  try {
    return { directories: await begun.start(path, { params, call, rules }) };
  } catch (error) {
    if (!begun.isClosed) table.end(watchId);
    throw fileError(error, path);
  }
}

function requireId(id: string): void {
  const bytes = new TextEncoder().encode(id).byteLength;
  if (bytes > 0 && bytes <= MAX_ID_BYTES) return;
  throw new RpcError("invalidParams", `\`watchId\` has ${bytes} bytes, not 1 to ${MAX_ID_BYTES}`);
}

/** What starting needs beside the path. */
interface Beginning {
  readonly params: Params<"fs/watch">;
  readonly call: Call;
  readonly rules: IgnoreRules;
}

/** A watch that may be ended before it has begun. */
class BegunWatch {
  readonly #feed: ChangeFeed;
  #watch: TreeWatch | CoveredTreeWatch | undefined;
  /** Whether it has ended. */
  isClosed = false;

  constructor(feed: ChangeFeed) {
    this.#feed = feed;
  }

  close(): void {
    this.isClosed = true;
    this.#feed.close();
    this.#watch?.close();
  }

  async start(path: NativePath, { params, call, rules }: Beginning): Promise<number> {
    const { files, watcher } = call.machine;
    const place = await placeOf(path, files);
    this.#requireOpen();
    const target: Target = {
      ...place,
      uri: params.path,
      isRecursive: (params.recursive ?? true) && place.only === undefined,
      rules,
      feed: this.#feed,
      directories: call.holdings.watches.directories,
      watcher,
      files,
      signal: call.signal,
    };
    this.#watch = watcher.coversTrees ? new CoveredTreeWatch(target) : new TreeWatch(target);
    const count = await this.#watch.start();
    const deafness = await watcher.deafness(place.directory);
    this.#requireOpen();
    if (deafness !== undefined) this.#feed.incomplete(deafness);
    this.#feed.open();
    return count;
  }

  #requireOpen(): void {
    if (this.isClosed) throw new RpcError("fileRefused", "Cannot watch: it was ended meanwhile");
  }
}
