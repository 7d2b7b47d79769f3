/** Takes notifications about files to whoever waits for them. @module */

import type { Notification } from "../../protocol/message.ts";
import type { GrepMatch } from "../../protocol/methods/fs_grep.ts";
import type { ChangedParams } from "../../protocol/methods/fs_watch.ts";
import { notifications } from "../../protocol/methods/mod.ts";
import type { Caller } from "../caller.ts";
import type { ExecServerError } from "../errors.ts";
import { decode } from "../../protocol/schema.ts";

/** One who watches. */
export interface WatchSubscription {
  /** Told of changes. */
  readonly take: (changes: ChangedParams) => void;
  /** Begins again over a new connection. */
  readonly renew: (connection: Caller) => Promise<void>;
}

/** Those who wait, by what they wait for. */
export class FileSubscriptions {
  /** Running searches, by id. */
  readonly searches: Map<string, (matches: readonly GrepMatch[]) => void> = new Map();
  /** Watches, by id. */
  readonly watches: Map<string, WatchSubscription> = new Map();
  /** Waits for missing paths, by id. */
  readonly missing: Map<number, () => void> = new Map();
  /** Told when nothing will come any more. */
  readonly ends: Set<(error: ExecServerError) => void> = new Set();
  #lastId = 0;

  /** A number that no search or watch of this connection has had. */
  newId(): number {
    return ++this.#lastId;
  }

  /**
   * Takes in a notification; what nobody waits for any more is dropped.
   * @throws {RpcError} `invalidParams` when its parameters make no sense
   */
  accept({ method, params }: Notification): undefined {
    switch (method) {
      case "fs/grepMatches": {
        const { searchId, matches } = decode(notifications[method].params, params);
        this.searches.get(searchId)?.(matches);
        return undefined;
      }
      case "fs/changed": {
        const changed = decode(notifications[method].params, params);
        this.watches.get(changed.watchId)?.take(changed);
        return undefined;
      }
      case "fs/missingChanged": {
        const { watchId } = decode(notifications[method].params, params);
        this.missing.get(watchId)?.();
        return undefined;
      }
    }
    return undefined;
  }

  /** Nothing will come any more. */
  end(error: ExecServerError): void {
    for (const end of [...this.ends]) end(error);
    this.ends.clear();
  }

  /**
   * Sets everything up again over a new connection, for watches end with theirs; changes in between
   * are told as lost.
   * @throws {ExecServerError} when the connection is lost again
   */
  async renew(connection: Caller): Promise<void> {
    for (const wake of [...this.missing.values()]) wake();
    await Promise.all([...this.watches.values()].map((watch) => watch.renew(connection)));
  }
}
