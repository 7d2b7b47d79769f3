/** What one connection holds open beside its session: files, watches, searches. @module */

import type { NotificationName, NotificationParams } from "../protocol/methods/mod.ts";
import { HandleTable } from "./fs/handle_table.ts";
import { SearchTable } from "./fs/search_table.ts";
import { WatchTable } from "./fs/watch_table.ts";

/** Where notifications of one connection go. */
export interface Notifier {
  /** Queues a notification; dropped once the connection has ended. */
  readonly notify: <M extends NotificationName>(name: M, params: NotificationParams<M>) => void;
  /** Settles when the client has taken enough that more may be queued; undefined when it has. */
  readonly room: () => Promise<void> | undefined;
}

/** Let go of when the connection ends; files not, where they belong to the session. */
export class Holdings {
  /** Open files. */
  readonly files: HandleTable;
  /** Watched paths. */
  readonly watches: WatchTable = new WatchTable();
  /** Running searches. */
  readonly searches: SearchTable = new SearchTable();

  readonly #ownsFiles: boolean;

  /** @param sessionFiles open files that outlive the connection; its own ones when absent */
  constructor(sessionFiles?: HandleTable) {
    this.files = sessionFiles ?? new HandleTable();
    this.#ownsFiles = sessionFiles === undefined;
  }

  /** Lets go of everything. */
  dispose(): void {
    if (this.#ownsFiles) this.files.dispose();
    this.watches.dispose();
    this.searches.dispose();
  }
}
