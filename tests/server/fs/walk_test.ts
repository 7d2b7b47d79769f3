/** `fs/walk` on the files of this machine: odd names, the end of a connection, pauses. @module */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { realClock } from "../../../protocol/clock.ts";
import { RpcError } from "../../../protocol/errors.ts";
import type { WalkOptions } from "../../../protocol/methods/fs_walk.ts";
import { walk } from "../../../server/fs/walk.ts";
import { type FileScene, fileScene } from "../../support/file_call.ts";

const widest: WalkOptions = {
  maxDepth: 64,
  maxDirectories: 10_000,
  maxEntries: 50_000,
  followDirectorySymlinks: false,
};

function walkAll(scene: FileScene, options: Partial<WalkOptions> = {}) {
  return walk({ path: scene.uri("."), options: { ...widest, ...options } }, scene.call);
}

/** Makes names that are not UTF-8, written as `printf` does. */
async function makeOdd(scene: FileScene, script: string): Promise<void> {
  await new Deno.Command("sh", { args: ["-c", `cd "$0" && ${script}`, scene.path] }).output();
}

Deno.test("fs/walk lists names that are not UTF-8 exactly, and enters them", async () => {
  await using scene = await fileScene();
  const odd = (text: string) => `"$(printf '${text}')"`;
  await makeOdd(scene, `mkdir ${odd("d\\377")} && : > ${odd("d\\377/\\303")} && : > é`);
  const { entries, errors } = await walkAll(scene);
  const paths = entries.map(({ path }) => path.replace(`${scene.uri(".")}/`, ""));
  assertEquals([paths, errors], [["d%FF", "%C3%A9", "d%FF/%C3"], []]);
});

Deno.test("fs/walk enters each directory once, however many links lead to it", async () => {
  await using scene = await fileScene();
  await scene.put({ "a/f": "", "b/to-a": "->../a", "b/to-root": "->..", "c": "->a", "d": "->d" });
  const { entries } = await walkAll(scene, { followDirectorySymlinks: true });
  const paths = entries.map(({ path }) => path.replace(`${scene.uri(".")}/`, ""));
  assertEquals(paths, ["a", "b", "c", "a/f", "b/to-a", "b/to-root"]);
});

Deno.test("fs/walk ends with its connection", async () => {
  await using scene = await fileScene();
  await scene.put({ "a/b/c/d/": "" });
  const walking = walkAll(scene);
  scene.gone.abort();
  await assertRejects(() => walking, RpcError);
  await assertRejects(() => walkAll(scene), RpcError, "The connection has ended");
});

Deno.test("fs/walk waits until there is room for its answer", async () => {
  const asked: number[] = [];
  const gate = Promise.withResolvers<void>();
  const roomToAnswer = (bytes: number) => {
    asked.push(bytes);
    return gate.promise;
  };
  await using scene = await fileScene({ roomToAnswer });
  await scene.put({ f: "" });
  const walking = walkAll(scene, {});
  gate.resolve();
  const { entries } = await walking;
  assertEquals(asked, [(entries[0]?.path.length ?? 0) + 64]);
});

Deno.test("fs/walk of a large directory gives others their turn, and only what is wanted", async () => {
  await using scene = await fileScene({ clock: realClock });
  const names = Array.from({ length: 20_000 }, (_, index) => `n${`${index}`.padStart(5, "0")}`);
  for (const name of names) Deno.writeTextFileSync(scene.at(name), "");
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns++;
    if (!isOver) realClock.after(0, count);
  };
  count();
  const { entries, truncated } = await walkAll(scene, { maxEntries: 100 });
  isOver = true;
  assertEquals([entries.length, truncated], [100, true]);
  assertEquals(entries.at(-1)?.path, scene.uri("n00099"));
  assert(turns > 1, `${turns} turns`);
});

Deno.test("fs/walk of many empty directories gives others their turn", async () => {
  let pauses = 0;
  let nowMs = 0;
  const clock = {
    // Each look at it takes a while, so that pauses are due, however fast this machine is.
    now: () => nowMs++,
    after(_delayMs: number, action: () => void) {
      pauses++;
      return realClock.after(0, action);
    },
  };
  await using scene = await fileScene({ clock });
  for (let index = 0; index < 200; index++) Deno.mkdirSync(scene.at(`${index}`));
  const { entries } = await walkAll(scene);
  assertEquals(entries.length, 200);
  assert(pauses > 10, `${pauses} pauses`);
});
