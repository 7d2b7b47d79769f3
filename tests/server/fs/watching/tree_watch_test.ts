/** Trees of watched directories, with a watcher that does what the test says. @module */

import { assertEquals, assertRejects } from "@std/assert";
import { Budget } from "../../../../server/fs/watching/budget.ts";
import { ChangeFeed } from "../../../../server/fs/watching/change_feed.ts";
import { IgnoreRules } from "../../../../server/fs/watching/ignore_rules.ts";
import { TreeWatch } from "../../../../server/fs/watching/tree_watch.ts";
import type {
  Registration,
  Watcher,
  WatchEvent,
  WatchOptions,
} from "../../../../server/fs/watching/watcher.ts";
import { FileFault } from "../../../../server/fs/file_fault.ts";
import { within } from "../../../support/deadline.ts";
import { settle } from "../../../support/fake_server.ts";
import { WatchDesk } from "../../../support/watch_desk.ts";

/** Tells nothing by itself. */
class FakeWatcher implements Watcher {
  readonly coversTrees = false;
  readonly watched = new Map<string, WatchOptions>();
  readonly #awaited = new Map<string, PromiseWithResolvers<void>>();
  /** Paths that cannot be watched. */
  readonly faults = new Map<string, FileFault>();
  /** Called when somebody wants to know what has happened. */
  whenCaughtUp: () => void = () => {};

  watch(path: string, options: WatchOptions): Promise<Registration> {
    const fault = this.faults.get(path);
    if (fault !== undefined) return Promise.reject(fault);
    // The way to the tree is of no interest here.
    if (options.scope === "names") return Promise.resolve({ close: () => {} });
    this.watched.set(path, options);
    this.#awaited.get(path)?.resolve();
    const close = () => {
      if (this.watched.get(path) === options) this.watched.delete(path);
    };
    return Promise.resolve({ close });
  }

  /** Settles when a path is watched. */
  whenWatched(path: string): Promise<void> {
    const awaited = Promise.withResolvers<void>();
    this.#awaited.set(path, awaited);
    return awaited.promise;
  }

  catchUp(): void {
    this.whenCaughtUp();
  }

  deafness(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  tell(path: string, kind: WatchEvent["kind"], name: string, isDirectory = false): void {
    this.watched.get(path)?.listener.event({ kind, name, isDirectory });
  }

  overflow(): void {
    for (const { listener } of [...this.watched.values()]) listener.overflow();
  }
}

/** A tree on real directories that tells a desk. */
class Scene {
  readonly watcher = new FakeWatcher();
  readonly directories: Budget;
  readonly tree: TreeWatch;

  constructor(desk: WatchDesk, room = 100) {
    this.directories = new Budget(room);
    const { call } = desk;
    const feed = new ChangeFeed({
      watchId: "w",
      notifier: call.notifier,
      room: new Budget(1e6),
      onEnd: () => {},
    });
    feed.open();
    this.tree = new TreeWatch({
      directory: desk.path,
      only: undefined,
      uri: desk.uri(""),
      isRecursive: true,
      rules: new IgnoreRules([]),
      feed,
      directories: this.directories,
      watcher: this.watcher,
      files: call.machine.files,
      signal: call.signal,
    });
  }

  /** Names of the watched directories. */
  names(desk: WatchDesk): readonly string[] {
    return [...this.watcher.watched.keys()].map((path) => path.slice(desk.path.length + 1)).sort();
  }
}

async function makeDirectories(desk: WatchDesk, ...names: readonly string[]): Promise<void> {
  for (const name of names) await Deno.mkdir(desk.at(name), { recursive: true });
}

Deno.test("TreeWatch says which directory the system cannot watch, and goes on", async () => {
  await using desk = await WatchDesk.open();
  await makeDirectories(desk, "a", "b/c", "d");
  const { watcher, tree } = new Scene(desk);
  watcher.faults.set(desk.at("b"), FileFault.of("ENOSPC", "No more"));
  assertEquals(await tree.start(), 3);
  await settle();
  const incomplete = `"${desk.at("b")}" is not watched: No more (os error 28)`;
  assertEquals(desk.messages, [{ watchId: "w", changes: [], incomplete }]);
  tree.close();
  assertEquals(watcher.watched.size, 0);
});

Deno.test("TreeWatch fails to start when the directory itself cannot be watched", async () => {
  await using desk = await WatchDesk.open();
  const { watcher, tree, directories } = new Scene(desk, 1);
  watcher.faults.set(desk.path, FileFault.of("ENOSPC"));
  await assertRejects(() => tree.start(), FileFault);
  tree.close();
  assertEquals(directories.take(1), true);
});

Deno.test("TreeWatch gives back the room of what it watches no more", async () => {
  await using desk = await WatchDesk.open();
  await makeDirectories(desk, "a/b");
  const { watcher, tree, directories } = new Scene(desk, 4);
  assertEquals(await tree.start(), 3);
  await makeDirectories(desk, "c", "d");
  watcher.tell(desk.path, "created", "c", true);
  watcher.tell(desk.path, "created", "d", true);
  await desk.until(() => desk.messages.some(({ incomplete }) => incomplete), "too many");
  watcher.tell(desk.path, "removed", "a", true);
  assertEquals(directories.take(2), true);
  directories.give(2);
  tree.close();
  assertEquals([directories.take(4), directories.take(1)], [true, false]);
});

Deno.test("TreeWatch looks for unknown directories when changes were lost", async () => {
  await using desk = await WatchDesk.open();
  await makeDirectories(desk, "gone/deep", "stays");
  const scene = new Scene(desk);
  await scene.tree.start();
  await Deno.remove(desk.at("gone"), { recursive: true });
  await makeDirectories(desk, "stays/new/deep");
  await Deno.writeTextFile(desk.at("stays/new/deep/f"), "");
  scene.watcher.overflow();
  await desk.told("created stays/new/deep/f");
  assertEquals(desk.messages.filter(({ overflow }) => overflow).length, 1);
  assertEquals(scene.names(desk), ["", "stays", "stays/new", "stays/new/deep"]);
  scene.tree.close();
});

Deno.test("TreeWatch tells of an entry once, whether the list or an event is first", async () => {
  await using desk = await WatchDesk.open();
  const { watcher, tree } = new Scene(desk);
  await tree.start();
  await makeDirectories(desk, "d/sub", "d/changed");
  await Deno.writeTextFile(desk.at("d/f"), "");
  await Deno.writeTextFile(desk.at("d/g"), "");
  watcher.whenCaughtUp = () => {
    watcher.whenCaughtUp = () => {};
    watcher.tell(desk.at("d"), "created", "sub", true);
    watcher.tell(desk.at("d"), "created", "f");
    watcher.tell(desk.at("d"), "changed", "g");
    watcher.tell(desk.at("d"), "changed", "g");
    watcher.tell(desk.at("d"), "changed", "changed", true);
  };
  watcher.tell(desk.path, "created", "d", true);
  const both = ["d/sub", "d/changed"].map((name) => watcher.whenWatched(desk.at(name)));
  await within(Promise.all(both), "the directories below");
  await settle();
  assertEquals([...desk.changes].sort(), [
    "created d",
    "created d/changed",
    "created d/f",
    "created d/g",
    "created d/sub",
  ]);
  tree.close();
});

Deno.test("TreeWatch shows what a file system covered when it is unmounted", async () => {
  await using desk = await WatchDesk.open();
  await makeDirectories(desk, "mount/below");
  const { watcher, tree } = new Scene(desk);
  await tree.start();
  watcher.tell(desk.at("mount"), "unmounted", "");
  await desk.told("changed mount");
  await desk.told("created mount/below");
  watcher.tell(desk.path, "unmounted", "");
  await desk.until(() => desk.messages.some(({ ended }) => ended), "the end");
  assertEquals(watcher.watched.size, 0);
});
