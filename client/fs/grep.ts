/** Searches in files at a server; matches come while it goes on. @module */

import type { GrepMatch } from "../../protocol/methods/fs_grep.ts";
import { ExecServerError } from "../errors.ts";
import { type FileCalls, uriOf } from "./calls.ts";
import type { FilePath, GrepOptions } from "./file_system.ts";
import { Inbox } from "./inbox.ts";
import type { FileSubscriptions } from "./subscriptions.ts";

// Beyond this the reader is not reading: a search must not fill this side's memory.
const MAX_HELD = 20_000;

/**
 * Lines that match, in the order they are found. Leaving the loop ends the search.
 * @throws {ExecServerError} `limit` when matches come much faster than they are taken
 */
export async function* grepTree(
  { calls, subscriptions }: { calls: FileCalls; subscriptions: FileSubscriptions },
  path: FilePath,
  { signal, ...search }: GrepOptions & { readonly pattern: string },
): AsyncGenerator<GrepMatch> {
  calls.require("fsGrep", "Cannot search in files");
  signal?.throwIfAborted();
  const searchId = `s${subscriptions.newId()}`;
  const inbox = new Inbox<GrepMatch>();
  subscriptions.searches.set(searchId, (matches) => {
    for (const match of matches) inbox.put(match);
    if (inbox.held > MAX_HELD) inbox.fail(tooSlow());
  });
  const answer = calls.call("fs/grep", { ...search, searchId, path: uriOf(path) }, { signal });
  let isAnswered = false;
  // All matches come before the answer.
  answer.then(() => inbox.end(), (error) => inbox.fail(error))
    .finally(() => isAnswered = signal?.aborted !== true);
  try {
    yield* inbox.items();
  } finally {
    subscriptions.searches.delete(searchId);
    if (!isAnswered) calls.tidy("fs/cancelSearch", { searchId });
  }
}

function tooSlow(): ExecServerError {
  const text = `More than ${MAX_HELD} matches wait to be read: read faster or search for less`;
  return new ExecServerError("limit", text);
}
