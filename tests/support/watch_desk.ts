/** Watches on real directories, and what they tell. @module */

import { assertEquals } from "@std/assert";
import type { ChangedParams, FileChange } from "../../protocol/methods/fs_watch.ts";
import {
  type NotificationName,
  type NotificationParams,
  notifications,
} from "../../protocol/methods/mod.ts";
import { pathToUri } from "../../protocol/path_uri.ts";
import { decode } from "../../protocol/schema.ts";
import type { Call } from "../../server/call.ts";
import { Holdings } from "../../server/holdings.ts";
import type { FileSystem } from "../../server/fs/file_system.ts";
import { closeInotify, openInotify } from "../../server/fs/posix/inotify_calls.ts";
import { PosixFileSystem } from "../../server/fs/posix/posix_file_system.ts";
import { watch } from "../../server/fs/watch.ts";
import { watchMissing } from "../../server/fs/watch_missing.ts";
import { chooseWatcher } from "../../server/fs/watching/choose_watcher.ts";
import type { Machine } from "../../server/machine.ts";
import { loadLibc } from "../../server/process/posix/libc.ts";
import { within } from "./deadline.ts";
import { fakeCall } from "./fake_call.ts";
import { Scratch } from "./scratch.ts";

// They stay loaded for good, so no test may be the one that seems to leak them.
loadLibc();
const realFiles = new PosixFileSystem({ places: 8 });
// One for all, as a server has it.
const realMachine: WatchedMachine = { files: realFiles, watcher: chooseWatcher(realFiles) };
await closeInotify(openInotify());

/** What of a machine a watch needs. */
type WatchedMachine = Pick<Machine, "files" | "watcher">;

/** One connection with a directory; more connections may share the directory. */
export class WatchDesk implements AsyncDisposable {
  readonly #scratch: Scratch;
  readonly #isOwner: boolean;
  readonly #gone = new AbortController();
  readonly call: Call;
  /** Every `fs/changed`, in order. */
  readonly messages: ChangedParams[] = [];
  /** Ids that `fs/missingChanged` told. */
  readonly missing: number[] = [];
  readonly #changes: string[] = [];
  readonly #told = new Set<string>();
  readonly #root: string;
  #stalled: PromiseWithResolvers<void> | undefined;
  #waiting: { readonly isThere: () => boolean; readonly resolve: () => void }[] = [];

  constructor(scratch: Scratch, { files, watcher }: WatchedMachine, isOwner: boolean) {
    this.#scratch = scratch;
    this.#isOwner = isOwner;
    this.#root = pathToUri(scratch.path);
    const call = fakeCall();
    this.call = {
      ...call,
      machine: { ...call.machine, files, watcher },
      signal: this.#gone.signal,
      holdings: new Holdings(),
      notifier: {
        notify: (name, params) => this.#take(name, params),
        room: () => this.#stalled?.promise,
      },
    };
  }

  /** Makes a directory. */
  static async open(files: FileSystem = realFiles): Promise<WatchDesk> {
    const machine = files === realFiles ? realMachine : { files, watcher: chooseWatcher(files) };
    return new WatchDesk(await Scratch.create(), machine, true);
  }

  /** Another connection of the same server, for the same directory. */
  another(): WatchDesk {
    return new WatchDesk(this.#scratch, this.call.machine, false);
  }

  get path(): string {
    return this.#scratch.path;
  }

  at(name: string): string {
    return name === "" ? this.path : `${this.path}/${name}`;
  }

  uri(name: string): string {
    return pathToUri(this.at(name));
  }

  /** Watches a name. @returns how many directories are watched */
  async watch(
    name = "",
    fields: { watchId?: string; recursive?: boolean; ignore?: readonly string[] } = {},
  ): Promise<number> {
    const params = { watchId: "w", path: this.uri(name), ...fields };
    return (await watch(params, this.call)).directories;
  }

  /** Waits for missing names. */
  async watchMissing(watchId: number, missing: string[], present?: string): Promise<boolean> {
    const paths = missing.map((name) => this.uri(name));
    const also = present === undefined ? {} : { present: this.uri(present) };
    return (await watchMissing({ watchId, missing: paths, ...also }, this.call)).watching;
  }

  /** All changes so far, as `kind name`. */
  get changes(): readonly string[] {
    return this.#changes;
  }

  /** Whether a change was told. */
  has(change: string): boolean {
    return this.#told.has(change);
  }

  /** What was told of one name. */
  kindsOf(name: string): readonly string[] {
    const suffix = ` ${name}`;
    return this.#changes.filter((change) => change.endsWith(suffix))
      .map((change) => change.slice(0, -suffix.length));
  }

  /** Waits until something holds; asked after each notification. */
  async until(isThere: () => boolean, label: string): Promise<void> {
    if (isThere()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ isThere, resolve });
    await within(promise, label);
  }

  /** Waits until a change was told. */
  async told(change: string): Promise<void> {
    await this.until(() => this.has(change), change);
  }

  /** Makes a mark and waits until it is told: what happened before has then been told too. */
  async settled(mark = "mark"): Promise<void> {
    await Deno.writeTextFile(this.at(mark), "");
    await this.told(`created ${mark}`);
  }

  /** From now on the client takes nothing. */
  stall(): void {
    this.#stalled = Promise.withResolvers();
  }

  /** The client takes everything again. */
  resume(): void {
    const stalled = this.#stalled;
    this.#stalled = undefined;
    stalled?.resolve();
  }

  /** The connection ends. */
  end(): void {
    this.#gone.abort();
    this.call.holdings.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
    if (this.#isOwner) await this.#scratch[Symbol.asyncDispose]();
  }

  #short({ kind, path }: FileChange): string {
    const name = path === this.#root ? "." : path.slice(this.#root.length + 1);
    return `${kind} ${decoded(name)}`;
  }

  #take<M extends NotificationName>(name: M, params: NotificationParams<M>): void {
    if (name === "fs/changed") {
      const message = decode(notifications["fs/changed"].params, params);
      this.messages.push(message);
      for (const change of message.changes.map((one) => this.#short(one))) {
        this.#changes.push(change);
        this.#told.add(change);
      }
    } else {
      this.missing.push(decode(notifications["fs/missingChanged"].params, params).watchId);
    }
    this.#waiting = this.#waiting.filter(({ isThere, resolve }) => {
      if (!isThere()) return true;
      resolve();
      return false;
    });
  }
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** How many inotify descriptors, and watches in them, this process has. */
export function inotifyCount(): { readonly descriptors: number; readonly watches: number } {
  let descriptors = 0;
  let watches = 0;
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    const path = `/proc/self/fd/${name}`;
    try {
      if (!Deno.readLinkSync(path).includes("inotify")) continue;
      descriptors++;
      watches += Deno.readTextFileSync(`/proc/self/fdinfo/${name}`).split("inotify wd:").length - 1;
    } catch {
      // It was the descriptor of this very listing.
    }
  }
  return { descriptors, watches };
}

/** Checks that nothing is watched any more; closing happens on another thread. */
export async function assertNothingWatched(): Promise<void> {
  for (let turn = 0; turn < 2000 && inotifyCount().descriptors > 0; turn++) await Deno.stat("/");
  assertEquals(inotifyCount(), { descriptors: 0, watches: 0 });
}
