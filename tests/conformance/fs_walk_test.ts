/** Checks of `fs/walk`: order, links, hidden names, limits. @module */
import { assert, assertEquals } from "@std/assert";
import { assertRefusal, inWords, system } from "../support/file_refusals.ts";
import { type Fields, type FileRoom, openRoom, walkOptions } from "../support/file_room.ts";
import { sharedServer } from "../support/shared_server.ts";
import { withoutOverride } from "../support/without_override.ts";
import { check } from "./check.ts";
import { expectations } from "./expectations.ts";

const server = sharedServer();
const through = withoutOverride();
const plainUser = sharedServer({ through: through ?? [] });

const FOLLOW = { followDirectorySymlinks: true };
const BUDGET = 4_194_304;

/** Directories, files, and things that are neither. */
const files = {
  "w/.h/f": "",
  "w/.h/x/": "",
  "w/a/B": "",
  "w/a/a10": "",
  "w/a/a9": "",
  "w/a/b/c/": "",
  "w/a/f": "",
  "w/a/up": "->..",
  "w/dangling": "->nowhere",
  "w/f": "",
  "w/fifo": "|",
  "w/la": "->a",
  "w/lf": "->f",
  "w/loop": "->loop",
  "w/z/": "",
};

/** What a walk of `w` lists, as one text; directories end with `/`, a cut walk with `…`. */
async function walked(room: FileRoom, options: Fields = {}, name = "w"): Promise<string> {
  const { entries, errors, truncated } = await room.walk(name, options);
  assertEquals(errors, []);
  const paths = entries.map(({ path, kind }) => `${path}${kind === "directory" ? "/" : ""}`);
  const short = paths.map((path) => path.replace(`${name}/`, ""));
  return [...short, ...(truncated ? ["…"] : [])].join(" ");
}

const ROOT = ".h/ a/ f z/";
const SECOND = ".h/f .h/x/ a/B a/a10 a/a9 a/b/ a/f";

const walks: readonly (readonly [words: string, options: Fields, listed: string])[] = [
  ["breadth first and sorted, without links", {}, `${ROOT} ${SECOND} a/b/c/`],
  [
    "with links to directories, each directory entered once",
    FOLLOW,
    ".h/ a/ f la/ z/ .h/f .h/x/ a/B a/a10 a/a9 a/b/ a/f a/up/ a/b/c/",
  ],
  [
    "with hidden directories listed and not entered",
    { pruneHiddenDirectories: true },
    `${ROOT} a/B a/a10 a/a9 a/b/ a/f a/b/c/`,
  ],
  ["to depth 0", { maxDepth: 0 }, ROOT],
  ["to depth 1", { maxDepth: 1 }, `${ROOT} ${SECOND}`],
  ["into 1 directory", { maxDirectories: 1 }, `${ROOT} …`],
  ["into 2 directories", { maxDirectories: 2 }, `${ROOT} .h/f .h/x/ …`],
  ["into 6 directories", { maxDirectories: 6 }, `${ROOT} ${SECOND} a/b/c/ …`],
  ["into exactly its 7 directories", { maxDirectories: 7 }, `${ROOT} ${SECOND} a/b/c/`],
  ["over 1 entry", { maxEntries: 1 }, ".h/ …"],
  // The FIFO and two links are looked at and not listed; links to nowhere are not looked at.
  ["over 3 entries", { maxEntries: 3 }, ".h/ a/ f …"],
  ["over 6 entries", { maxEntries: 6 }, ".h/ a/ f …"],
  ["over 7 entries", { maxEntries: 7 }, ".h/ a/ f z/ …"],
  ["over 15 entries", { maxEntries: 15 }, `${ROOT} ${SECOND} …`],
  ["over exactly its 16 entries", { maxEntries: 16 }, `${ROOT} ${SECOND} a/b/c/`],
];

for (const [words, options, listed] of walks) {
  check(`86: a walk ${words}`, async () => {
    await using room = await openRoom(server());
    await room.put(files);
    assertEquals(await walked(room, options), listed);
  });
}

check("86: names are in order of code points", async () => {
  await using room = await openRoom(server());
  const sorted = ["!", "10", "9", "A", "Z", "a", "a b", "a-", "b", "é", "\u{ffff}", "\u{1f600}"];
  await room.put(Object.fromEntries(sorted.map((name) => [`w/${name}`, ""])));
  const { entries } = await room.walk("w");
  assertEquals(entries.map(({ path }) => decodeURIComponent(path.slice(2))), sorted);
});

check("86: a root that is a link is walked only when links are followed", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  for (const name of ["w/la", "w/la/"]) assertEquals(await walked(room, {}, name), "");
  const { entries } = await room.walk("w/la", { ...FOLLOW, maxDepth: 0 });
  // Paths begin with the root as it was given, not with its real path.
  const expected = ["B", "a10", "a9", "b", "f", "up"].map((name) => `w/la/${name}`);
  assertEquals(entries.map(({ path }) => path), expected);
});

check("86: followed links that lead back are listed once and end", async () => {
  await using room = await openRoom(server());
  await room.put({ "w/d/back": "->../d", "w/d/self": "->.", "w/d/root": "->..", "w/d/f": "" });
  assertEquals(await walked(room, FOLLOW), "d/ d/back/ d/f d/root/ d/self/");
});

check("86: a hidden root is walked, and links with hidden names are not entered", async () => {
  await using room = await openRoom(server());
  await room.put({ ".w/f": "", ".w/.l": "->../t", "t/in": "" });
  const options = { ...FOLLOW, pruneHiddenDirectories: true };
  assertEquals(await walked(room, options, ".w"), ".l/ f");
});

check("86: what is no directory has no entries", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  for (const name of ["w/f", "w/fifo", "w/z", "w/lf"]) {
    assertEquals(await walked(room, FOLLOW, name), "", name);
  }
});

check("86: a root that is missing is refused", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  const options = walkOptions();
  for (const name of ["missing", "w/dangling"]) {
    assertRefusal(await room.refused("fs/walk", name, { options }), system.ENOENT);
  }
  assertRefusal(await room.refused("fs/walk", "w/loop", { options }), system.ELOOP);
  assertRefusal(await room.refused("fs/walk", "w/f/below", { options }), system.ENOTDIR);
});

const TOO_FAR = inWords(
  "filesystem walk limits exceed maximums: depth=64, directories=10000, entries=50000",
);
const NOTHING = inWords("filesystem walk limits must be greater than zero");

const limits = [
  [{ maxDepth: 65 }, TOO_FAR],
  [{ maxDirectories: 10_001 }, TOO_FAR],
  [{ maxEntries: 50_001 }, TOO_FAR],
  [{ maxDirectories: 0 }, NOTHING],
  [{ maxEntries: 0 }, NOTHING],
  [{ maxDepth: 65, maxEntries: 0 }, NOTHING],
] as const;

for (const [options, refusal] of limits) {
  check(
    `86: a walk with ${JSON.stringify(options)} is refused before its root is looked at`,
    async () => {
      await using room = await openRoom(server());
      const failure = await room.refused("fs/walk", "missing", { options: walkOptions(options) });
      assertRefusal(failure, refusal);
    },
  );
}

check("86: a walk says all its options", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  const all = walkOptions();
  for (const field of Object.keys(all)) {
    const options = Object.fromEntries(Object.entries(all).filter(([key]) => key !== field));
    const failure = await room.refused("fs/walk", "w", { options });
    assertRefusal(failure, inWords(`missing field \`${field}\``, -32602));
  }
  assertRefusal(await room.refused("fs/walk", "w"), inWords("missing field `options`", -32602));
  const wrong = [{ maxDepth: -1 }, { maxDepth: 1.5 }, { maxEntries: "1" }, {
    followDirectorySymlinks: null,
  }, { pruneHiddenDirectories: null }];
  for (const options of wrong) {
    const failure = await room.refused("fs/walk", "w", { options: walkOptions(options) });
    assertEquals(failure.code, -32602, JSON.stringify(options));
  }
});

check("86: a walk goes 64 directories deep", async () => {
  await using room = await openRoom(server());
  await room.put({ [`w/${"d/".repeat(70)}`]: "" });
  const { entries, truncated } = await room.walk("w");
  assertEquals([entries.length, truncated], [65, false]);
});

check("86: dots in the root are resolved, a slash behind it is nothing", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  for (const name of ["w/a/../z/../a", "w/a/", "w/./a"]) {
    const { entries } = await room.walk(name, { maxDepth: 0 });
    assertEquals(entries[0], { path: "w/a/B", kind: "file" });
  }
});

check("86: a directory that cannot be read is an error beside the others", async () => {
  await using room = await openRoom(plainUser());
  await room.put({ "w/closed/in": "", "w/open/in": "" });
  await Deno.chmod(room.at("w/closed"), 0);
  const { entries, errors, truncated } = await room.walk("w");
  await Deno.chmod(room.at("w/closed"), 0o700);
  assertEquals(entries.map(({ path }) => path), ["w/closed", "w/open", "w/open/in"]);
  assertEquals(errors.map(({ path }) => path), ["w/closed"]);
  assert(errors[0]?.message.includes(system.EACCES.words), errors[0]?.message);
  assertEquals(truncated, false);
}, { needs: through === undefined ? "a way to take root's rights away" : undefined });

check(
  "86: a directory that can be read and not searched is one in which names are known",
  async () => {
    await using room = await openRoom(plainUser());
    await room.put({ "w/blind/f": "", "w/open/in": "" });
    await Deno.chmod(room.at("w/blind"), 0o444);
    const { entries, errors } = await room.walk("w");
    await Deno.chmod(room.at("w/blind"), 0o700);
    const { listsUnsearchable } = expectations();
    const inner = listsUnsearchable ? ["w/blind/f"] : [];
    const listed = ["w/blind", "w/open", ...inner, "w/open/in"];
    assertEquals(entries.map(({ path }) => path), listed);
    assertEquals(errors.map(({ path }) => path), listsUnsearchable ? [] : ["w/blind/f"]);
  },
  { needs: through === undefined ? "a way to take root's rights away" : undefined },
);

check("87: a walk returns at most 4 MiB", async () => {
  await using room = await openRoom(server());
  await room.put({ "w/": "" });
  const size = (uri: string) => uri.length + 64;
  const each = size(room.uri(`w/${name(0)}`));
  const fitting = Math.floor(BUDGET / each);
  for (let index = 0; index < fitting; index++) {
    Deno.writeTextFileSync(room.at(`w/${name(index)}`), "");
  }
  const whole = await room.walk("w");
  assertEquals([whole.entries.length, whole.truncated], [fitting, false]);
  await Deno.writeTextFile(room.at(`w/${name(fitting)}`), "");
  const cut = await room.walk("w");
  assertEquals([cut.entries.length, cut.truncated], [fitting, true]);
  await Deno.remove(room.at("w"), { recursive: true });
});

/** Names of one length, in order. */
function name(index: number): string {
  return "n".repeat(240) + `${index}`.padStart(6, "0");
}

check("a walk of thousands of entries does not hold up other connections", async () => {
  await using room = await openRoom(server());
  for (let directory = 0; directory < 20; directory++) {
    await room.put({ [`w/${directory}/`]: "" });
    for (let file = 0; file < 100; file++) {
      Deno.writeTextFileSync(room.at(`w/${directory}/${file}`), "");
    }
  }
  await using other = await server().session();
  const walk = room.walk("w");
  assertEquals(await other.call("environment/status"), { status: "ready" });
  assertEquals((await walk).entries.length, 2020);
});
