/** What Git may do in a sandbox, in repositories of every kind. @module */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { SandboxEntry } from "../../../protocol/methods/sandbox_permissions.ts";
import { pathEntry } from "../../support/sandbox_intents.ts";
import {
  type SandboxedOutcome,
  sandboxedTest,
  shSandboxed,
  workspaceSandbox,
} from "../../support/sandboxed.ts";
import { Scratch } from "../../support/scratch.ts";
import { sharedServer } from "../../support/shared_server.ts";

const server = sharedServer();
const identity = {
  HOME: "/nonexistent",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@localhost",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@localhost",
};
const commit = "echo x >> new && git add new && git commit -qm new && git log --oneline | wc -l";

/** Runs Git outside of any sandbox. */
async function git(directory: string, ...words: readonly string[]): Promise<void> {
  const args = ["-C", directory, "-c", "protocol.file.allow=always", ...words];
  const { success, stderr } = await new Deno.Command("git", { args, env: identity }).output();
  assert(success, `git ${words.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

async function repository(path: string): Promise<void> {
  await Deno.mkdir(path, { recursive: true });
  await git(path, "init", "-q");
  await Deno.writeTextFile(`${path}/file`, "1\n");
  await git(path, "add", ".");
  await git(path, "commit", "-qm", "first");
}

let runs = 0;

async function inSandbox(
  cwd: string,
  script: string,
  entries: readonly SandboxEntry[] = [pathEntry(`${cwd}/.git`, "write")],
): Promise<SandboxedOutcome> {
  await using peer = await server().session();
  const sandbox = workspaceSandbox(cwd, entries);
  return await shSandboxed(peer, script, { cwd, sandbox, env: identity, processId: `p${++runs}` });
}

/** Which of these could be written. */
async function written(
  cwd: string,
  places: readonly string[],
  entries?: readonly SandboxEntry[],
): Promise<readonly string[]> {
  const script = places.map((place) =>
    `(mkdir -p "$(dirname '${place}')" && echo x >> '${place}') 2>/dev/null && echo '${place}'`
  ).join("; ");
  const { stdout } = await inSandbox(cwd, `${script}; true`, entries);
  return stdout.split("\n").filter((line) => line !== "");
}

const kept = [
  ".git/hooks/pre-commit",
  ".git/config",
  ".git/commondir",
  ".git/config.worktree",
];

sandboxedTest("without a grant nothing in a repository is written", async () => {
  await using room = await Scratch.create();
  await repository(room.path);
  assertEquals(await written(room.path, [...kept, ".git/x", ".git/objects/x", "f"], []), ["f"]);
  const { exitCode, stderr, sandboxDenied } = await inSandbox(room.path, commit, []);
  assertEquals([exitCode === 0, sandboxDenied], [false, true]);
  assertStringIncludes(stderr, "Read-only file system");
});

sandboxedTest("with a grant commits work, and hooks and settings stay", async () => {
  await using room = await Scratch.create();
  await repository(room.path);
  assertEquals(await written(room.path, kept), []);
  const ended = await inSandbox(room.path, commit);
  assertEquals([ended.stderr, ended.exitCode, ended.stdout], ["", 0, "2\n"]);
  const more = await inSandbox(
    room.path,
    "git checkout -qb other && echo 2 > file && git stash -q && git stash pop -q && " +
      "git gc -q && git worktree add -q tree && git -C tree log --oneline | wc -l && git status -s",
  );
  assertEquals([more.stderr, more.exitCode, more.stdout], ["", 0, "2\n M file\n?? tree/\n"]);
  await git(room.path, "fsck");
  assertEquals(leftovers(`${room.path}/.git`), []);
});

sandboxedTest("moving a granted repository's directories away does not work", async () => {
  await using room = await Scratch.create();
  await repository(room.path);
  const { stdout } = await inSandbox(
    room.path,
    "mv .git old 2>/dev/null && echo moved; mv .git/hooks h 2>/dev/null && echo moved; " +
      "rm -rf .git/hooks .git/config 2>/dev/null; ls .git/config",
  );
  assertEquals(stdout, ".git/config\n");
});

sandboxedTest("a worktree's repository is granted where it points back", async () => {
  await using room = await Scratch.create();
  const [main, tree] = [`${room.path}/main`, `${room.path}/tree`];
  await repository(main);
  await git(main, "worktree", "add", "-q", tree);
  const ended = await inSandbox(tree, commit);
  assertEquals([ended.stderr, ended.exitCode, ended.stdout], ["", 0, "2\n"]);
  const own = `${main}/.git/worktrees/tree`;
  const places = [
    ".git",
    ...kept.map((place) => `${main}/${place}`),
    `${own}/commondir`,
    `${own}/gitdir`,
    `${own}/config.worktree`,
    `${main}/outside`,
  ];
  assertEquals(await written(tree, places), []);
  assertEquals(await written(tree, [`${main}/.git/x`], []), []);
  assertEquals(leftovers(`${main}/.git`), []);
});

sandboxedTest("a submodule's repository is granted where it points back", async () => {
  await using room = await Scratch.create();
  const [main, part] = [`${room.path}/main`, `${room.path}/part`];
  await repository(main);
  await repository(part);
  await git(main, "submodule", "--quiet", "add", part, "sub");
  await git(main, "commit", "-qm", "sub");
  const ended = await inSandbox(`${main}/sub`, commit);
  assertEquals([ended.stderr, ended.exitCode, ended.stdout], ["", 0, "2\n"]);
  const own = `${main}/.git/modules/sub`;
  assertEquals(await written(`${main}/sub`, [".git", `${own}/config`, `${own}/hooks/x`]), []);
  // Seen from the top its settings stay as well.
  const top = await inSandbox(main, "cd sub && echo z > z && git add z && git commit -qm z");
  assertEquals([top.stderr, top.exitCode], ["", 0]);
  const places = [`${own}/config`, `${own}/hooks/x`, "sub/.git", ...kept];
  assertEquals(await written(main, places), []);
});

sandboxedTest("nested repositories keep their hooks and settings, also bare ones", async () => {
  await using room = await Scratch.create();
  await repository(room.path);
  await repository(`${room.path}/a/b`);
  await git(room.path, "init", "-q", "--bare", "bare.git");
  const places = [
    ...kept.map((place) => `a/b/${place}`),
    "bare.git/hooks/x",
    "bare.git/config",
  ];
  assertEquals(await written(room.path, [...places, "a/b/f", "a/b/.git/x"], []), [
    "a/b/f",
    "a/b/.git/x",
  ]);
  const moved = await inSandbox(room.path, "mv a c || mv a/b a/c || mv a/b/.git a/b/g", []);
  assertEquals(moved.exitCode, 1);
});

sandboxedTest("a bare repository as the workspace keeps its hooks and settings", async () => {
  await using room = await Scratch.create();
  await git(room.path, "init", "-q", "--bare");
  const places = ["hooks/x", "config", "commondir", "refs/x"];
  assertEquals(await written(room.path, places, []), ["refs/x"]);
  assertEquals(leftovers(room.path), []);
});

sandboxedTest("a .git file that points elsewhere grants nothing", async () => {
  await using room = await Scratch.create();
  const [work, other] = [`${room.path}/work`, `${room.path}/other`];
  await repository(other);
  await Deno.mkdir(work);
  for (
    const target of [`${other}/.git`, "../other/.git", "../other", "/", "../none", "a/../../.."]
  ) {
    await Deno.writeTextFile(`${work}/.git`, `gitdir: ${target}\n`);
    const places = [".git", `${other}/.git/x`, `${other}/x`];
    assertEquals([target, await written(work, places)], [target, []]);
  }
});

sandboxedTest("a .git file for a repository in the workspace makes that read-only", async () => {
  await using room = await Scratch.create();
  await repository(`${room.path}/store`);
  await Deno.rename(`${room.path}/store/.git`, `${room.path}/dir`);
  await Deno.writeTextFile(`${room.path}/.git`, "gitdir: dir\n");
  const places = [".git", "dir/hooks/x", "dir/config", "dir/x", "y"];
  assertEquals(await written(room.path, places), ["y"]);
});

sandboxedTest("a .git that is a link is refused", async () => {
  await using room = await Scratch.create();
  await repository(`${room.path}/store`);
  const work = `${room.path}/work`;
  await Deno.mkdir(work);
  await Deno.symlink("../store/.git", `${work}/.git`);
  await using peer = await server().session();
  for (const entries of [[], [pathEntry(`${work}/.git`, "write")]]) {
    const { code, message } = await peer.refused("process/start", {
      processId: "p",
      argv: ["true"],
      cwd: `file://${work}`,
      env: {},
      tty: false,
      sandbox: workspaceSandbox(work, entries),
    });
    assertEquals(code, -32602);
    assertStringIncludes(message, `the symbolic link "${work}/.git", which the command may change`);
  }
});

sandboxedTest("a repository whose hooks are a link is not written at all", async () => {
  await using room = await Scratch.create();
  await repository(room.path);
  await Deno.remove(`${room.path}/.git/hooks`, { recursive: true });
  await Deno.mkdir(`${room.path}/githooks`);
  await Deno.symlink("../githooks", `${room.path}/.git/hooks`);
  const places = [".git/x", ".git/hooks/x", "githooks/x", ".git/config", "y"];
  assertEquals(await written(room.path, places), ["y"]);
  const nested = `${room.path}/n`;
  await repository(nested);
  await Deno.remove(`${nested}/.git/hooks`, { recursive: true });
  await Deno.symlink("/etc", `${nested}/.git/hooks`);
  assertEquals(await written(room.path, ["n/.git/x", "n/y"]), ["n/y"]);
});

sandboxedTest("a nested .git that is a link opens nothing that is denied", async () => {
  await using room = await Scratch.create();
  const [work, secret] = [`${room.path}/work`, `${room.path}/secret`];
  await Deno.mkdir(`${work}/n`, { recursive: true });
  await Deno.mkdir(`${secret}/hooks`, { recursive: true });
  await Deno.writeTextFile(`${secret}/config`, "TOP");
  await Deno.symlink("../../secret", `${work}/n/.git`);
  const entries = [pathEntry(secret, "deny")];
  const { stdout } = await inSandbox(work, `cat n/.git/config; ls ${secret}; echo end`, entries);
  assertEquals(stdout, "end\n");
});

sandboxedTest("a granted but missing .git cannot be made", async () => {
  await using room = await Scratch.create();
  assertEquals(await written(room.path, [".git/config", "y"]), ["y"]);
  const { exitCode } = await inSandbox(room.path, "git init -q");
  assert(exitCode !== 0);
  assertEquals([...Deno.readDirSync(room.path)].map(({ name }) => name), ["y"]);
});

/** What stands for something missing, and should be gone. */
function leftovers(directory: string): readonly string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name)
    .filter((name) => name === "commondir" || name === "config.worktree");
}
