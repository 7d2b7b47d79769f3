/** Attempts by the file calls, alone and with links that commands planted. @module */

import { type Attempt, attempts, call, type CallOptions, shell, type Step } from "./attempt.ts";
import { python } from "./python.ts";

const sh = String.raw;
const text = "ZXNjYXBlZAo=";

function write(path: string, options?: CallOptions & { readonly atomic?: boolean }): Step {
  const { atomic, ...rest } = options ?? {};
  const more = atomic === undefined ? {} : { atomic };
  return call("fs/writeFile", { path: `file://${path}`, dataBase64: text, ...more }, rest);
}

function read(path: string, options?: CallOptions): Step {
  return call("fs/readFile", { path: `file://${path}` }, options);
}

function copy(source: string, destination: string, options?: CallOptions): Step {
  const paths = { sourcePath: `file://${source}`, destinationPath: `file://${destination}` };
  return call("fs/copy", { ...paths, recursive: true }, options);
}

function move(source: string, destination: string): Step {
  const paths = { sourcePath: `file://${source}`, destinationPath: `file://${destination}` };
  return call("fs/rename", paths);
}

function remove(path: string, options?: CallOptions): Step {
  return call("fs/remove", { path: `file://${path}`, recursive: true, force: true }, options);
}

const walk = { maxDepth: 8, maxDirectories: 100, maxEntries: 1000, followDirectorySymlinks: true };

/** Swaps a directory and a link to a place outside, until it is ended. */
const swapper = python(
  `os.makedirs("src", exist_ok=True); os.symlink(OUT, "other")
print("ready", flush=True); end = time.time() + 20
while time.time() < end: l.renameat2(-100, b"src", -100, b"other", 2)`,
  { background: true },
);

const directly: readonly Attempt[] = attempts("file calls", [
  { id: "call-write-outside", what: "fs/writeFile outside", run: write("$OUT/made") },
  { id: "call-write-over-outside", what: "fs/writeFile over a file", run: write("$OUT/f") },
  {
    id: "call-write-atomic-outside",
    what: "fs/writeFile outside in one step",
    run: write("$OUT/f", { atomic: true }),
  },
  { id: "call-write-by-dots", what: "a path with dots", run: write("$WS/../outside/made") },
  { id: "call-write-encoded", what: "encoded dots", run: write("$WS/%2e%2e/outside/made") },
  {
    id: "call-write-by-proc",
    what: "a path through /proc/self/root",
    run: write("/proc/self/root$OUT/made"),
  },
  {
    id: "call-write-by-proc-cwd",
    what: "a path through /proc/self/cwd",
    control: { never: "depends on where the server runs" },
    run: write("/proc/self/cwd/../..$OUT/made"),
  },
  {
    id: "call-read-only-policy",
    what: "a write where nothing may be written",
    policy: "READONLY",
    run: [
      write("$WS/made-by-call"),
      shell("[ -e made-by-call ] && echo ESCAPED; true"),
    ],
  },
  { id: "call-protected", what: "agents' settings", run: write("$WS/.codex/config.toml") },
  { id: "call-hook", what: "a hook", run: write("$WS/.git/hooks/post-commit") },
  {
    id: "call-config-atomic",
    what: "a repository's configuration in one step",
    run: write("$WS/.git/config", { atomic: true }),
  },
  {
    id: "call-granted-hook",
    what: "a hook where .git may be written",
    policy: "GIT",
    run: [write("$WS/.git/hooks/post-commit"), write("$WS/.git/config", { atomic: true })],
  },
  {
    id: "call-nested-hook",
    what: "a hook of a repository below",
    run: write("$WS/nested/.git/hooks/post-commit"),
  },
  {
    id: "call-create-git",
    what: ".git where there was none",
    policy: "WWNOGIT",
    run: [
      call("fs/createDirectory", { path: "file://$BASE/empty/.git", recursive: true }),
      write("$BASE/empty/.git/config"),
      call("fs/readFile", { path: "file://$BASE/empty/.git/config" }, {
        plain: true,
        tells: "escaped",
      }),
    ],
  },
  { id: "call-move-git", what: "fs/rename of .git", run: move("$WS/.git", "$WS/g") },
  { id: "call-remove-git", what: "fs/remove of .git", run: remove("$WS/.git") },
  {
    id: "call-make-directory",
    what: "fs/createDirectory outside",
    run: call("fs/createDirectory", { path: "file://$OUT/made/deep", recursive: true }),
  },
  {
    id: "call-chmod",
    what: "fs/chmod outside",
    run: call("fs/chmod", { path: "file://$OUT/f", mode: 0o777 }),
  },
  {
    id: "call-chmod-set-user-id",
    what: "fs/chmod that leaves a set-user-id file",
    run: [
      call("fs/chmod", { path: "file://$WS/f", mode: 0o4755 }),
      shell("[ -u f ] && echo ESCAPED; true"),
    ],
  },
  { id: "call-remove-outside", what: "fs/remove outside", run: remove("$OUT/d") },
  { id: "call-move-out", what: "fs/rename to outside", run: move("$WS/f", "$OUT/made") },
  { id: "call-move-in", what: "fs/rename from outside", run: move("$OUT/f", "$WS/in") },
  { id: "call-copy-out", what: "fs/copy to outside", run: copy("$WS/f", "$OUT/made") },
  { id: "call-copy-tree-out", what: "fs/copy of a tree", run: copy("$WS/src", "$OUT/made") },
  {
    id: "call-symlink-outside",
    what: "fs/symlink outside",
    run: call("fs/symlink", { path: "file://$OUT/made", target: "/" }),
  },
  {
    id: "call-open-replace",
    what: "fs/open for writing",
    run: call("fs/open", { path: "file://$OUT/f", mode: "replace", handleId: "$ROOM-a" }, {
      tells: "handleId",
    }),
  },
  {
    id: "call-open-update",
    what: "fs/open for changing, and a block",
    run: [
      call("fs/open", { path: "file://$OUT/f", mode: "update", handleId: "$ROOM-b" }),
      call("fs/writeBlock", { handleId: "$ROOM-b", offset: 0, chunk: text }, { plain: true }),
    ],
  },
  {
    id: "call-open-sysctl",
    what: "fs/open of a switch of the machine",
    control: { never: "a switch is left alone" },
    run: call("fs/open", {
      path: "file:///proc/sys/kernel/printk",
      mode: "update",
      handleId: "$ROOM-c",
    }, { tells: "handleId" }),
  },
  {
    id: "call-temporary-directory",
    what: "the command's temporary directory does not count for calls",
    policy: "TMPDIR",
    run: write("$OUT/made"),
  },
]);

const denied: readonly Attempt[] = attempts(
  "file calls",
  [
    { id: "call-read", what: "fs/readFile of a denied file", run: read("$SEC/key") },
    { id: "call-read-by-dots", what: "with dots", run: read("$WS/../secret/key") },
    { id: "call-read-by-proc", what: "by /proc", run: read("/proc/self/root$SEC/key") },
    {
      id: "call-read-by-host-process",
      what: "by a host process's root",
      run: read("/proc/$HPID/root$SEC/key"),
    },
    {
      id: "call-list",
      what: "fs/readDirectory of a denied directory",
      run: call("fs/readDirectory", { path: "file://$SEC" }, { tells: "key2?" }),
    },
    {
      id: "call-walk",
      what: "fs/walk over a denied directory",
      run: call("fs/walk", { path: "file://$BASE", options: walk }, { tells: "secret/key" }),
    },
    {
      id: "call-glob",
      what: "fs/glob over a denied directory",
      run: call("fs/glob", { path: "file://$BASE", options: walk, patterns: ["**/key"] }, {
        tells: "secret/key",
      }),
    },
    {
      id: "call-grep",
      what: "fs/grep in a denied directory",
      run: call("fs/grep", {
        path: "file://$BASE/secret",
        options: walk,
        pattern: "TOP",
        searchId: "$ROOM-g",
      }, { tells: '"matches":[1-9]' }),
    },
    {
      id: "call-hash",
      what: "fs/hash of a denied file",
      run: call("fs/hash", { path: "file://$SEC/key" }, { tells: "sha256" }),
    },
    {
      id: "call-metadata",
      what: "fs/getMetadata of a denied file",
      run: call("fs/getMetadata", { path: "file://$SEC/key" }, { tells: '"size":15' }),
    },
    {
      id: "call-copy-denied",
      what: "fs/copy of a denied file into the workspace",
      run: [copy("$SEC/key", "$WS/k"), shell("grep TOP k && echo ESCAPED; true")],
    },
    {
      id: "call-copy-tree-denied",
      what: "fs/copy of the tree that holds it",
      run: [copy("$BASE/secret", "$WS/k"), shell("grep -r TOP k && echo ESCAPED; true")],
    },
    { id: "call-move-denied", what: "fs/rename of it", run: move("$SEC/key", "$WS/k") },
    {
      id: "call-open-denied",
      what: "fs/open and fs/readBlock",
      run: [
        call("fs/open", { path: "file://$SEC/key", handleId: "$ROOM-d" }),
        call("fs/readBlock", { handleId: "$ROOM-d", offset: 0, len: 64 }, { plain: true }),
      ],
    },
    {
      id: "call-read-by-link",
      what: "by a link that a command planted",
      run: [shell(sh`ln -s $SEC/key k && echo made`), read("$WS/k")],
    },
    {
      id: "call-copy-by-link",
      what: "fs/copy through a link that a command planted",
      run: [
        shell(sh`ln -s $SEC k && echo made`),
        copy("$WS/k/key", "$WS/c"),
        shell("grep TOP c && echo ESCAPED; true"),
      ],
    },
  ].map((sketch) => ({ policy: "DEN" as const, ...sketch })),
);

const planted: readonly Attempt[] = attempts("file calls", [
  {
    id: "call-write-by-link",
    what: "fs/writeFile by links that a command planted",
    run: [
      shell(sh`ln -s $OUT d; ln -s $OUT/f f2; ln -s $OUT/dangling g && echo made`),
      write("$WS/d/made"),
      write("$WS/f2"),
      write("$WS/g"),
      write("$WS/f2", { atomic: true }),
    ],
  },
  {
    id: "call-link-made-by-call",
    what: "a link made by fs/symlink, then written through",
    run: [
      call("fs/symlink", { path: "file://$WS/d2", target: "$OUT" }),
      write("$WS/d2/made"),
      shell(sh`echo x > d2/made2`),
    ],
  },
  {
    id: "call-remove-by-link",
    what: "fs/remove below a link that a command planted",
    run: [shell(sh`ln -s $OUT d && echo made`), remove("$WS/d/d"), remove("$WS/d/")],
  },
  {
    id: "call-copy-out-by-link",
    what: "fs/copy into a link that a command planted",
    run: [
      shell(sh`ln -s $OUT d && echo made`),
      copy("$WS/src", "$WS/d/made"),
      copy("$WS/f", "$WS/d/f"),
    ],
  },
  {
    id: "call-move-by-link",
    what: "fs/rename through a link that a command planted",
    run: [
      shell(sh`ln -s $OUT d && echo made`),
      move("$WS/f", "$WS/d/made"),
      move("$WS/d/f", "$WS/x"),
    ],
  },
  {
    id: "call-hard-link-protected",
    what: "a hard link to a protected file, written by a call",
    run: [shell("ln .git/config c && echo made"), write("$WS/c")],
  },
  {
    id: "call-after-root-became-link",
    what: "a writable root that became a link between two calls",
    policy: "SUBROOT",
    run: [
      write("$WS/src/first"),
      shell(sh`rm -rf src && ln -s $OUT src && echo made`, { policy: "WW" }),
      write("$WS/src/made"),
    ],
  },
  {
    id: "call-scoped",
    what: "what was never granted",
    policy: "SCOPED",
    run: [
      read("$SEC/key"),
      call("fs/readDirectory", { path: "file://$BASE" }, { tells: "outside" }),
    ],
  },
  {
    id: "call-denied-in-workspace",
    what: "a denied file of the workspace",
    policy: "DENWS",
    run: [
      read("$WS/den/sub/secret.env"),
      move("$WS/den", "$WS/den2"),
      read("$WS/den2/sub/secret.env"),
      copy("$WS/den", "$WS/den3"),
      read("$WS/den3/sub/secret.env"),
    ],
  },
  {
    id: "call-denied-by-pattern",
    what: "a file denied by a pattern",
    policy: "DENGLOB",
    run: [
      read("$WS/den/sub/secret.env"),
      copy("$WS/den/sub/secret.env", "$WS/plain"),
      read("$WS/plain"),
    ],
  },
  {
    id: "call-host-process",
    what: "a host process by file calls",
    run: read("/proc/$HPID/cmdline", { tells: "99991" }),
  },
  {
    id: "swap-while-writing",
    what: "fs/writeFile while a directory is swapped with a link",
    control: "chance",
    run: [swapper, write("$WS/src/made", { times: 40 })],
  },
  {
    id: "swap-while-writing-in-one-step",
    what: "atomic fs/writeFile while a directory is swapped with a link",
    control: "chance",
    run: [swapper, write("$WS/src/made", { times: 40, atomic: true })],
  },
  {
    id: "swap-while-removing",
    what: "fs/remove while a directory is swapped with a link",
    control: "chance",
    run: [swapper, remove("$WS/src/d", { times: 40 })],
  },
  {
    id: "swap-while-copying",
    what: "fs/copy while a directory is swapped with a link",
    control: "chance",
    run: [swapper, copy("$WS/den", "$WS/src/made", { times: 20 })],
  },
  {
    id: "swap-while-making",
    what: "fs/createDirectory while a directory is swapped with a link",
    control: "chance",
    run: [
      swapper,
      call("fs/createDirectory", { path: "file://$WS/src/made", recursive: true }, { times: 40 }),
    ],
  },
  {
    id: "swap-while-reading",
    what: "fs/readFile while a file is swapped with a link to a denied one",
    control: "chance",
    policy: "DEN",
    run: [
      python(
        `open("key", "w").write("harmless"); os.symlink(SEC + "/key", "other")
print("ready", flush=True); end = time.time() + 20
while time.time() < end: l.renameat2(-100, b"key", -100, b"other", 2)`,
        { background: true },
      ),
      read("$WS/key", { times: 60 }),
    ],
  },
]);

/** All of them. */
export const fileCalls: readonly Attempt[] = [...directly, ...denied, ...planted];
