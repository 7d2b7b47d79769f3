/** Which program a name means, and how each reason against it is told. @module */

import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { SpawnError } from "../../../../server/process/spawner.ts";
import { childTest } from "../../../support/test_with_children.ts";
import { type RealStart, startProgram } from "../../../support/real_child.ts";
import { Scratch } from "../../../support/scratch.ts";

/** Writes an executable script that prints a text. */
async function script(path: string, text: string, mode = 0o755): Promise<void> {
  await Deno.writeTextFile(path, `#!/bin/sh\necho ${text}\n`);
  await Deno.chmod(path, mode);
}

async function printed(argv: readonly string[], options: RealStart): Promise<string> {
  const child = startProgram(argv, options);
  await child.closed;
  return child.text().trim();
}

function refusal(argv: readonly string[], options: RealStart = {}): string {
  return assertThrows(() => startProgram(argv, options), SpawnError).message;
}

childTest("a name is searched in the child's PATH, first come first served", async () => {
  await using scratch = await Scratch.create();
  const at = (name: string) => join(scratch.path, name);
  for (const name of ["one", "two"]) {
    await Deno.mkdir(at(name));
    await script(join(at(name), "prog"), name);
  }
  assertEquals(
    await printed(["prog"], { env: { PATH: `${at("none")}:${at("two")}:${at("one")}` } }),
    "two",
  );
  assertEquals(await printed(["prog"], { env: { PATH: `${at("one")}:${at("two")}` } }), "one");
});

childTest("relative and empty entries of PATH mean the child's directory, not ours", async () => {
  await using scratch = await Scratch.create();
  await Deno.mkdir(join(scratch.path, "bin"));
  await script(join(scratch.path, "bin", "prog"), "in bin");
  await script(join(scratch.path, "prog"), "in cwd");
  const cwd = scratch.path;
  assertEquals(await printed(["prog"], { cwd, env: { PATH: "bin" } }), "in bin");
  assertEquals(await printed(["prog"], { cwd, env: { PATH: "./bin" } }), "in bin");
  for (const PATH of ["", ".", ":/none", "/none:", "/none::/none", `../${cwd.split("/").at(-1)}`]) {
    assertEquals(await printed(["prog"], { cwd, env: { PATH } }), "in cwd");
  }
});

childTest(
  "a name with a slash is taken from the child's directory, and PATH does not matter",
  async () => {
    await using scratch = await Scratch.create();
    await Deno.mkdir(join(scratch.path, "sub"));
    await script(join(scratch.path, "sub", "prog"), "here");
    const options = { cwd: scratch.path, env: { PATH: "/none" } };
    for (const name of ["sub/prog", "./sub/prog", join(scratch.path, "sub/prog")]) {
      assertEquals(await printed([name], options), "here");
    }
  },
);

childTest("without PATH the system's directories are searched", async () => {
  assertEquals(await printed(["echo", "found"], { env: {} }), "found");
});

childTest("the search passes what cannot be executed, and goes on", async () => {
  await using scratch = await Scratch.create();
  const at = (name: string) => join(scratch.path, name);
  for (const name of ["plain", "folder", "good"]) await Deno.mkdir(at(name));
  await script(join(at("plain"), "prog"), "plain", 0o644);
  await Deno.mkdir(join(at("folder"), "prog"));
  await script(join(at("good"), "prog"), "good");
  const PATH = `${at("plain")}:${at("folder")}:${at("good")}`;
  assertEquals(await printed(["prog"], { env: { PATH } }), "good");
  const denied = `${at("plain")}:${at("folder")}`;
  assertEquals(
    refusal(["prog"], { env: { PATH: denied } }),
    `Permission denied (os error 13): program "prog" in PATH "${denied}" may not be executed`,
  );
});

childTest("a program that is nowhere in PATH is told with the PATH", () => {
  assertEquals(
    refusal(["no-such-program"], { env: { PATH: "/bin" } }),
    'No such file or directory (os error 2): program "no-such-program" is not in PATH "/bin"',
  );
});

childTest(
  "a program that does not exist, and a directory that does not, are told apart",
  async () => {
    await using scratch = await Scratch.create();
    const missing = join(scratch.path, "missing");
    assertEquals(
      refusal([missing]),
      `No such file or directory (os error 2): program "${missing}" does not exist, or its interpreter does not`,
    );
    for (const argv of [["true"], ["/bin/true"], [missing]]) {
      assertEquals(
        refusal(argv, { cwd: missing }),
        `No such file or directory (os error 2): cwd "${missing}" does not exist`,
      );
    }
  },
);

childTest("a missing cwd is told also when PATH leads through it", async () => {
  await using scratch = await Scratch.create();
  const cwd = join(scratch.path, "missing");
  assertEquals(
    refusal(["prog"], { cwd, env: { PATH: "bin" } }),
    `No such file or directory (os error 2): cwd "${cwd}" does not exist`,
  );
});

childTest("a cwd that is a file is told", async () => {
  await using scratch = await Scratch.create();
  const file = join(scratch.path, "file");
  await Deno.writeTextFile(file, "");
  const words = `Not a directory (os error 20): cwd "${file}" is not a directory`;
  assertEquals(refusal(["true"], { cwd: file }), words);
});

childTest("a program that may not be executed is told, and a directory is none", async () => {
  await using scratch = await Scratch.create();
  const plain = join(scratch.path, "plain");
  await script(plain, "x", 0o644);
  for (const path of [plain, scratch.path]) {
    assertEquals(
      refusal([path]),
      `Permission denied (os error 13): program "${path}" may not be executed`,
    );
  }
});

childTest("a file that is no program is refused; no shell is tried", async () => {
  await using scratch = await Scratch.create();
  const path = join(scratch.path, "prog");
  await Deno.writeTextFile(path, "echo never\n");
  await Deno.chmod(path, 0o755);
  const words = `Exec format error (os error 8): program "${path}" is neither a binary nor a ` +
    "script with an interpreter";
  assertEquals(refusal([path]), words);
  assertEquals(refusal(["prog"], { env: { PATH: scratch.path } }), words);
});

childTest("a script whose interpreter is missing is told as such", async () => {
  await using scratch = await Scratch.create();
  const path = join(scratch.path, "prog");
  await Deno.writeTextFile(path, "#!/no/such/interpreter\n");
  await Deno.chmod(path, 0o755);
  assertMatch(
    refusal([path]),
    /^No such file or directory \(os error 2\): .*interpreter does not$/,
  );
});

childTest("arguments that are too large for the system are told", () => {
  assertMatch(
    refusal(["/bin/true", "x".repeat(4_000_000)]),
    /^Argument list too long \(os error 7\): program "\/bin\/true" got too large arguments/,
  );
});

childTest("every refusal says its kind, its number and its stage to programs", async () => {
  await using scratch = await Scratch.create();
  const at = (name: string) => join(scratch.path, name);
  await script(at("plain"), "x", 0o644);
  await Deno.writeTextFile(at("bad"), "x");
  await Deno.chmod(at("bad"), 0o755);
  const failure = (argv: readonly string[], options: RealStart = {}) => {
    const { kind, errno, stage } = assertThrows(() =>
      startProgram(argv, options), SpawnError).failure;
    return [kind, errno, stage];
  };
  assertEquals(failure([""]), ["programNotFound", 2, "lookup"]);
  assertEquals(failure(["no-such-program"]), ["programNotFound", 2, "lookup"]);
  assertEquals(failure(["plain"], { env: { PATH: scratch.path } }), [
    "notExecutable",
    13,
    "lookup",
  ]);
  assertEquals(failure([at("none")]), ["programNotFound", 2, "exec"]);
  assertEquals(failure([at("plain/x")]), ["programNotFound", 20, "exec"]);
  assertEquals(failure([at("plain")]), ["notExecutable", 13, "exec"]);
  assertEquals(failure([at("bad")]), ["badFormat", 8, "exec"]);
  assertEquals(failure(["/bin/true", "x".repeat(4_000_000)]), ["argumentsTooLong", 7, "exec"]);
  assertEquals(failure(["true", "\0"]), ["zeroByte", 0, "lookup"]);
  assertEquals(failure(["true"], { cwd: at("none") }), ["cwdNotFound", 2, "chdir"]);
  assertEquals(failure(["true"], { cwd: at("plain") }), ["cwdNotDirectory", 20, "chdir"]);
});

childTest("an empty program name is refused in the reference's words", () => {
  assertMatch(refusal([""]), /^missing program for pipe spawn/);
});

for (
  const [place, argv, options] of [
    ["argv", ["true", "a\0b"], {}],
    ["argv", ["tr\0ue"], {}],
    ["argv", ["true"], { arg0: "\0" }],
    ["env", ["true"], { env: { A: "\0" } }],
    ["env", ["true"], { env: { "A\0": "" } }],
  ] as const
) {
  childTest(`a zero byte in ${place} of ${JSON.stringify([argv, options])} is refused`, () => {
    assertEquals(refusal(argv, options), `nul byte found in provided data; at \`${place}\``);
  });
}

childTest("starts that fail leave no descriptors and no children behind", async () => {
  await using scratch = await Scratch.create();
  const bad = join(scratch.path, "bad");
  await Deno.writeTextFile(bad, "x");
  await Deno.chmod(bad, 0o755);
  const descriptors = () => [...Deno.readDirSync("/proc/self/fd")].length;
  refusal([bad], { pipeStdin: true });
  const before = descriptors();
  for (let i = 0; i < 50; i++) {
    refusal([bad], { pipeStdin: true });
    refusal(["/none"], { pipeStdin: true });
    refusal(["true"], { cwd: "/none", pipeStdin: true });
  }
  assertEquals(descriptors(), before);
});
