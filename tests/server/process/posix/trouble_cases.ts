/** A watcher that throws, and a look at the processes that fails. @module */

import { assert, assertEquals } from "@std/assert";
import { closeAll, ourEnds } from "../../../../server/process/posix/child_streams.ts";
import { CondemnedTrees } from "../../../../server/process/posix/condemned_trees.ts";
import { ExitWatch } from "../../../../server/process/posix/exit_watch.ts";
import { descriptorFlags, loadLinuxLibc } from "../../../../server/process/posix/libc.ts";
import { Poller } from "../../../../server/process/posix/poller.ts";
import { posixSpawn } from "../../../../server/process/posix/posix_spawn.ts";
import { TreeMarks, withMark } from "../../../../server/process/posix/tree_mark.ts";
import { within } from "../../../support/deadline.ts";
import { childTest } from "../../../support/test_with_children.ts";
import { fail } from "../../../support/trouble.ts";

const RLIMIT_NOFILE = 7;
const libc = loadLinuxLibc();

/** Something to watch: readable once it was rung. */
class Bell implements Disposable {
  readonly descriptor = libc.eventfd(0, descriptorFlags.O_CLOEXEC | descriptorFlags.O_NONBLOCK);

  ring(): void {
    libc.write(this.descriptor, new BigUint64Array([1n]), 8);
  }

  [Symbol.dispose](): void {
    libc.close(this.descriptor);
  }
}

childTest("a watcher that throws is reported, and the others are told as before", async () => {
  using broken = new Bell();
  using sound = new Bell();
  const reported = Promise.withResolvers<unknown>();
  const told = Promise.withResolvers<void>();
  const poller = new Poller(reported.resolve);
  // Watched before the trouble: a watch begun after it would make a fresh start.
  poller.watch(sound.descriptor, "read", () => {
    poller.unwatch(sound.descriptor);
    told.resolve();
  });
  const trouble = new Error("Cannot go on");
  poller.watch(broken.descriptor, "read", () => {
    poller.unwatch(broken.descriptor);
    throw trouble;
  });
  broken.ring();
  assertEquals(await within(reported.promise, "the report"), trouble);
  sound.ring();
  await within(told.promise, "the other watcher's turn");
});

/** Runs something while no more files can be opened. */
function withoutDescriptors(action: () => void): void {
  const limit = new BigUint64Array(2);
  assertEquals(libc.prlimit(0, RLIMIT_NOFILE, null, limit), 0);
  const [, hard = 0n] = limit;
  assertEquals(libc.prlimit(0, RLIMIT_NOFILE, new BigUint64Array([0n, hard]), null), 0);
  try {
    action();
  } finally {
    libc.prlimit(0, RLIMIT_NOFILE, limit, null);
  }
}

childTest("a condemned tree that could not be looked for is ended by the next look", async () => {
  const errors: unknown[] = [];
  const trees = new CondemnedTrees((error) => errors.push(error));
  const mark = new TreeMarks().next();
  assert(mark !== undefined, "Real-time CPU time is limited here: nothing can be marked");
  const { pid, streams } = withMark(mark, () =>
    posixSpawn({
      program: "/bin/sleep",
      argv: ["sleep", "600"],
      cwd: "/",
      env: new Map(),
      pipeStdin: false,
    }));
  const ended = Promise.withResolvers<void>();
  const watch = new ExitWatch(pid, { poller: new Poller(fail), onExit: ended.resolve });
  try {
    trees.add(mark);
    withoutDescriptors(() => trees.end(mark));
    assertEquals(errors.length, 1);
    trees.end(mark);
    await within(ended.promise, "the end of the condemned tree");
    assertEquals([errors.length, watch.status], [1, { code: 0, signal: 9 }]);
  } finally {
    libc.kill(pid, 9);
    watch.reap();
    closeAll(ourEnds(streams));
  }
});
