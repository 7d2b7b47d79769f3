/** Real programs: what they get from us, and what they tell us. @module */

import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { limits } from "../../../../protocol/limits.ts";
import { childTest } from "../../../support/test_with_children.ts";
import { runScript, startProgram, startScript } from "../../../support/real_child.ts";
import { Scratch } from "../../../support/scratch.ts";

childTest("a program's output, errors and exit code arrive, and the close last", async () => {
  const child = startScript("echo out; echo err >&2; exit 3");
  assertEquals(await child.exited, 3);
  await child.closed;
  assertEquals([child.text(), child.text("stderr")], ["out\n", "err\n"]);
  assertEquals(child.events.at(-1), "closed");
  assertEquals(child.events.filter((event) => event.startsWith("exited")), ["exited 3"]);
});

for (
  const [script, code] of [
    ["exit 0", 0],
    ["exit 255", 255],
    ["kill -TERM $$", 143],
    ["kill -KILL $$", 137],
    ["kill -INT $$", 130],
    ["kill -SEGV $$", 139],
    ["kill -RTMIN+3 $$", 128 + 37],
  ] as const
) {
  childTest(`"${script}" exits with ${code}`, async () => {
    assertEquals((await runScript(script)).code, code);
  });
}

childTest("what a program wrote before its end is told before its exit", async () => {
  for (let round = 0; round < 20; round++) {
    const child = startProgram(["echo", "last words"]);
    await child.closed;
    assertEquals(child.events, ["stdout", "exited 0", "closed"]);
  }
});

childTest("a large output arrives whole, in chunks of at most 64 KiB", async () => {
  const child = startProgram(["seq", "1", "200000"]);
  await child.closed;
  const wanted = Array.from({ length: 200_000 }, (_, i) => `${i + 1}\n`).join("");
  assertEquals(child.text() === wanted, true);
  assertEquals(child.bytes().byteLength > 10 * limits.maxChunkBytes, true);
});

childTest("standard input without a pipe is at its end", async () => {
  assertEquals((await runScript("cat; readlink /proc/self/fd/0")).stdout, "/dev/null\n");
});

childTest("a program gets its arguments exactly, also empty and odd ones", async () => {
  const child = startProgram(["printf", "<%s>", "", "a b", "é", "*", '"', "\n"]);
  await child.closed;
  assertEquals(child.text(), '<><a b><é><*><"><\n>');
});

for (const arg0 of ["-sh", "", "é name"]) {
  childTest(`a program sees "${arg0}" as its own name`, async () => {
    const child = startProgram(["cat", "/proc/self/cmdline"], { arg0 });
    await child.closed;
    assertEquals(child.text(), `${arg0}\0/proc/self/cmdline\0`);
  });
}

childTest("a program gets exactly the environment it was given", async () => {
  const env = { PATH: "/bin:/usr/bin", A: "1", "": "empty", "A=B": "odd", EMPTY: "", É: "ü\n" };
  const child = startProgram(["cat", "/proc/self/environ"], { env });
  await child.closed;
  const wanted = Object.entries(env).map(([name, value]) => `${name}=${value}\0`).join("");
  assertEquals(child.text(), wanted);
});

childTest("a program may have an empty environment", async () => {
  const child = startProgram(["/bin/cat", "/proc/self/environ"], { env: {} });
  await child.closed;
  assertEquals([child.text(), await child.exited], ["", 0]);
});

childTest("a program runs in the directory it was given, also through a link", async () => {
  await using scratch = await Scratch.create();
  const real = join(scratch.path, "é dir");
  await Deno.mkdir(real);
  await Deno.symlink(real, join(scratch.path, "link"));
  for (const name of ["é dir", "link"]) {
    const child = startProgram(["readlink", "/proc/self/cwd"], { cwd: join(scratch.path, name) });
    await child.closed;
    assertEquals(child.text(), `${real}\n`);
  }
});

childTest("a program leads a session and a group of its own", async () => {
  const child = startScript("echo $$; ps -o pid=,pgid=,sid= -p $$");
  await child.closed;
  const [pid, ...ids] = child.text().trim().split(/\s+/).map(Number);
  assertEquals([pid, ids], [child.child.pid, [child.child.pid, child.child.pid, child.child.pid]]);
});

childTest("a program has no descriptors but the three standard ones", async () => {
  await using scratch = await Scratch.create();
  // Some that are open on our side, and one that nobody marked as ours alone.
  using _file = await Deno.create(join(scratch.path, "open"));
  using _listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const waiting = startScript("cat", { pipeStdin: true });
  const child = startProgram(["ls", "-l", "/proc/self/fd"], { pipeStdin: true });
  await child.closed;
  const found = [...child.text().matchAll(/ (\d+) -> (\S+)/g)];
  const kinds = found.map(([, number, target = ""]) => `${number} ${target.split(":")[0]}`);
  // The fourth is the directory that `ls` reads.
  assertEquals(kinds.slice(0, 3), ["0 pipe", "1 pipe", "2 pipe"]);
  assertMatch(kinds[3] ?? "", /^3 \/proc\/\d+\/fd$/);
  assertEquals(kinds.length, 4);
  waiting.child.kill();
  await waiting.closed;
});

childTest("a program starts with no signal blocked and none ignored", async () => {
  const child = startProgram(["cat", "/proc/self/status"]);
  await child.closed;
  for (const set of ["SigBlk", "SigIgn", "SigCgt"]) {
    const [, digits = ""] = new RegExp(`^${set}:\\s*(\\w+)$`, "m").exec(child.text()) ?? [];
    // Two signals beyond these are the C library's own; it always sets them to be ignored.
    assertEquals([set, BigInt(`0x${digits}`) & 0x7fff_ffffn], [set, 0n]);
  }
});

childTest("a program that writes to nobody ends by SIGPIPE, as from a shell", async () => {
  const child = startScript("(yes; echo yes $? >&2) | head -n 1");
  await child.closed;
  assertEquals([child.text(), child.text("stderr")], ["y\n", "yes 141\n"]);
});

childTest("a program keeps the supplementary groups of the server", async () => {
  const child = startProgram(["grep", "Groups", "/proc/self/status"]);
  await child.closed;
  const status = await Deno.readTextFile("/proc/self/status");
  assertEquals(child.text().trim(), /^Groups:.*$/m.exec(status)?.[0].trim());
});

childTest("forty programs run side by side, none waiting for another", async () => {
  const children = Array.from(
    { length: 40 },
    (_, i) => startScript(`read x; echo $x ${i}`, { pipeStdin: true }),
  );
  for (const { child } of [...children].reverse()) child.write(new TextEncoder().encode("hi\n"));
  await Promise.all(children.map(({ closed }) => closed));
  assertEquals(children.map((child) => child.text()), children.map((_, i) => `hi ${i}\n`));
});

childTest("file operations go on while many programs run and print nothing", async () => {
  // Deno has 32 threads for blocking calls; a child must not hold one.
  const children = Array.from({ length: 40 }, () => startScript("read x", { pipeStdin: true }));
  for (let i = 0; i < 40; i++) await Deno.stat("/");
  for (const { child } of children) child.closeStdin();
  await Promise.all(children.map(({ closed }) => closed));
});
