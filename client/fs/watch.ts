/** Waits at a server for changes of files. @module */

import type { ChangedParams, WatchParams } from "../../protocol/methods/fs_watch.ts";
import type { Caller } from "../caller.ts";
import { ExecServerError } from "../errors.ts";
import { type FileCalls, uriOf } from "./calls.ts";
import type { FileChanges, FilePath, MissingWatch, WatchOptions } from "./file_system.ts";
import { Inbox } from "./inbox.ts";
import type { FileSubscriptions } from "./subscriptions.ts";

/** What both kinds of watch need. */
export interface WatchParts {
  /** Where calls go. */
  readonly calls: FileCalls;
  /** Where notifications come from. */
  readonly subscriptions: FileSubscriptions;
}

// Notifications of a reader that does not read; then they become one: look again.
const MAX_HELD = 1000;

/** Changes from the first read on, until the loop is left. */
export async function* watchTree(
  { calls, subscriptions }: WatchParts,
  path: FilePath,
  { signal, ...options }: WatchOptions = {},
): AsyncGenerator<FileChanges> {
  calls.require("fsWatch", "Cannot watch files");
  signal?.throwIfAborted();
  const watchId = `w${subscriptions.newId()}`;
  const inbox = new Inbox<FileChanges>();
  const params = { ...options, watchId, path: uriOf(path) };
  let isBegun = false;
  subscriptions.watches.set(watchId, {
    take: (changed) => take(inbox, changed),
    // Before it has begun, the call that begins it is still on its way.
    renew: (connection) => isBegun ? renew(connection, params, inbox) : Promise.resolve(),
  });
  const abort = () => inbox.fail(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const fail = (error: unknown) => inbox.fail(error);
  subscriptions.ends.add(fail);
  try {
    await calls.call("fs/watch", params, { signal });
    isBegun = true;
    yield* inbox.items();
  } finally {
    signal?.removeEventListener("abort", abort);
    subscriptions.ends.delete(fail);
    subscriptions.watches.delete(watchId);
    calls.tidy("fs/unwatch", { watchId });
  }
}

/** Watches again over a new connection; what happened in between is not known. */
async function renew(
  connection: Caller,
  params: WatchParams,
  inbox: Inbox<FileChanges>,
): Promise<void> {
  try {
    await connection.call("fs/watch", params);
    inbox.put({ changes: [], overflow: true });
  } catch (error) {
    if (error instanceof ExecServerError && error.kind === "disconnected") throw error;
    inbox.fail(error);
  }
}

function take(inbox: Inbox<FileChanges>, changed: ChangedParams): void {
  const { changes, overflow = false, incomplete, ended } = changed;
  if (inbox.held >= MAX_HELD) {
    inbox.clear();
    inbox.put({ changes: [], overflow: true });
  }
  const more = incomplete === undefined ? {} : { incomplete };
  if (changes.length > 0 || overflow || incomplete !== undefined) {
    inbox.put({ changes, overflow, ...more });
  }
  if (ended !== undefined) {
    inbox.fail(new ExecServerError("watchEnded", `The watch ended: ${ended}`));
  }
}

/** Waits for missing paths; see `FileSystem.watchMissing`. */
export async function watchMissing(
  { calls, subscriptions }: WatchParts,
  missing: readonly FilePath[],
  { present, signal }: { readonly present?: FilePath; readonly signal?: AbortSignal | undefined },
): Promise<MissingWatch> {
  calls.require("fsWatchMissing", "Cannot wait for missing files");
  const watchId = subscriptions.newId();
  const { promise: told, resolve } = Promise.withResolvers<void>();
  // An earlier wait is over at the server, whatever becomes of this one: look again.
  for (const [id, wake] of [...subscriptions.missing]) {
    if (id < watchId) wake();
  }
  const wake = () => {
    subscriptions.missing.delete(watchId);
    subscriptions.ends.delete(wake);
    resolve();
  };
  subscriptions.missing.set(watchId, wake);
  // A lost session watches nothing: time to look again, by another one.
  subscriptions.ends.add(wake);
  const about = present === undefined ? {} : { present: uriOf(present) };
  const params = { watchId, missing: missing.map(uriOf), ...about };
  try {
    const { watching } = await calls.call("fs/watchMissing", params, { signal });
    if (!watching) wake();
    return { watching, changed: told };
  } catch (error) {
    wake();
    throw error;
  }
}
