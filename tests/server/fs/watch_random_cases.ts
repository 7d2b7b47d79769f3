/** Whatever happens to a tree, what `fs/watch` tells leads to the same tree. @module */

import { assertEquals } from "@std/assert";
import { childTest } from "../../support/test_with_children.ts";
import { assertNothingWatched, WatchDesk } from "../../support/watch_desk.ts";

const NAMES = ["a", "b", "c"];

/** A number below `count`, the same for the same seed. */
function numbers(seed: number): (count: number) => number {
  let state = seed;
  return (count) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor(state / 65536) % count;
  };
}

/** A shell script of so many random steps, each of which may fail. */
function script(seed: number, steps: number): string {
  const below = numbers(seed);
  const path = () => Array.from({ length: 1 + below(4) }, () => NAMES[below(3)]).join("/");
  const step = [
    () => `mkdir -p ${path()}`,
    () => `mkdir -p ${path()}`,
    () => `echo x >> ${path()}`,
    () => `echo x >> ${path()}`,
    () => `rm -rf ${path()}`,
    () => `mv -T ${path()} ${path()}`,
    () => `mv ${path()} ${path()}`,
    () => `cp -r ${path()} ${path()}`,
    () => `ln -sfn x ${path()}`,
    () => `mv ${path()} ../out; mv ../out ${path()}`,
  ];
  return Array.from({ length: steps }, () => step[below(step.length)]?.() ?? "").join("\n");
}

/** Every path below a directory. */
function tree(directory: string, prefix = ""): string[] {
  return [...Deno.readDirSync(directory)].flatMap(({ name, isDirectory }) => [
    prefix + name,
    ...(isDirectory ? tree(`${directory}/${name}`, `${prefix}${name}/`) : []),
  ]);
}

/** The paths that a client knows after these changes. */
function known(changes: readonly string[]): Set<string> {
  const paths = new Set<string>();
  for (const change of changes) {
    const [kind = "", path = ""] = change.split(" in/");
    if (kind === "created") paths.add(path);
    if (kind !== "removed") continue;
    for (const one of [...paths]) {
      if (one === path || one.startsWith(`${path}/`)) paths.delete(one);
    }
  }
  return paths;
}

for (let seed = 1; seed <= 12; seed++) {
  childTest(`fs/watch tells enough to know the whole tree (seed ${seed})`, async () => {
    await using desk = await WatchDesk.open();
    await Deno.mkdir(desk.at("in"));
    await desk.watch("in");
    // Two at once, so that directories are moved while they are being made.
    const runs = [seed, seed + 1000].map((one) =>
      new Deno.Command("sh", {
        args: ["-c", script(one, 80)],
        cwd: desk.at("in"),
        stdout: "null",
        stderr: "null",
      }).output()
    );
    await Promise.all(runs);
    await desk.settled("in/mark");
    const isRight = () => {
      const paths = known(desk.changes);
      const wanted = tree(desk.at("in"));
      return wanted.length === paths.size && wanted.every((path) => paths.has(path));
    };
    // Directories may still be listed.
    await desk.until(isRight, "the tree").catch(() => {
      assertEquals([...known(desk.changes)].sort(), tree(desk.at("in")).sort());
    });
    desk.end();
    await assertNothingWatched();
  });
}
