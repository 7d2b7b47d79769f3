/** What stands for missing things is there as long as it is needed, and not longer. @module */

import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Placeholder } from "../../../sandbox/mounts.ts";
import { nativeText } from "../../../protocol/native_path.ts";
import { placeholderTimeMs } from "../../../sandbox/placeholder_mark.ts";
import { SandboxRefusal } from "../../../sandbox/refusal.ts";
import { Placeholders } from "../../../server/sandbox/placeholders.ts";
import { diskReader } from "../../../server/sandbox/disk_reader.ts";
import { makeFifo } from "../../support/fifo.ts";
import { Scratch } from "../../support/scratch.ts";

const isLinux = Deno.build.os === "linux";

/** Libraries stay loaded. */
function placeholderTest(name: string, fn: (room: string) => Promise<void> | void): void {
  const test = async () => {
    await using room = await Scratch.create();
    await fn(room.path);
  };
  Deno.test({ name, ignore: !isLinux, fn: test, sanitizeResources: false, sanitizeOps: false });
}

function directory(path: string): Placeholder {
  return { path, text: undefined };
}

function modeOf(path: string): number {
  return (Deno.lstatSync(path).mode ?? 0) & 0o7777;
}

/** What only the server that made it, or one like it, does. */
function date(path: string): void {
  Deno.utimeSync(path, new Date(placeholderTimeMs), new Date(placeholderTimeMs));
}

function namesIn(path: string): string[] {
  return [...Deno.readDirSync(path)].map(({ name }) => name).sort();
}

placeholderTest(
  "a placeholder is made with its mark, and removed by the last who needs it",
  (room) => {
    const placeholders = new Placeholders();
    const wanted = [directory(`${room}/.git`), { path: `${room}/config`, text: ".\n" }];
    const [first, second] = [placeholders.hold(wanted), placeholders.hold(wanted)];
    assertEquals([modeOf(`${room}/.git`), modeOf(`${room}/config`)], [0o1555, 0o1444]);
    assertEquals(Deno.readTextFileSync(`${room}/config`), ".\n");
    first();
    first();
    assertEquals(namesIn(room), [".git", "config"]);
    second();
    assertEquals(namesIn(room), []);
  },
);

placeholderTest("a mark does not depend on the umask or on the directory's own bits", (room) => {
  Deno.chmodSync(room, 0o2775);
  const before = Deno.umask(0o077);
  try {
    const release = new Placeholders().hold([directory(`${room}/a`), {
      path: `${room}/b`,
      text: "",
    }]);
    assertEquals([modeOf(`${room}/a`), modeOf(`${room}/b`)], [0o1555, 0o1444]);
    release();
  } finally {
    Deno.umask(before);
  }
  assertEquals(namesIn(room), []);
});

placeholderTest("of two servers the last one removes a placeholder", (room) => {
  const [one, other] = [new Placeholders(), new Placeholders()];
  const wanted = [directory(`${room}/.git`)];
  const [first, second] = [one.hold(wanted), other.hold(wanted)];
  first();
  assertEquals(namesIn(room), [".git"]);
  const third = one.hold(wanted);
  second();
  assertEquals(namesIn(room), [".git"]);
  third();
  assertEquals(namesIn(room), []);
});

placeholderTest("what a killed server left behind is taken over, and removed", (room) => {
  Deno.mkdirSync(`${room}/.git`);
  Deno.chmodSync(`${room}/.git`, 0o1555);
  Deno.writeTextFileSync(`${room}/config`, "");
  Deno.chmodSync(`${room}/config`, 0o1444);
  for (const name of [".git", "config"]) date(`${room}/${name}`);
  // The second was left by another policy, which kept a directory there.
  const release = new Placeholders().hold([directory(`${room}/.git`), directory(`${room}/config`)]);
  assert(Deno.lstatSync(`${room}/config`).isDirectory);
  release();
  assertEquals(namesIn(room), []);
});

placeholderTest(
  "something real that has come meanwhile is left alone, and refused",
  async (room) => {
    Deno.mkdirSync(`${room}/full`, { mode: 0o755 });
    Deno.writeTextFileSync(`${room}/full/x`, "");
    Deno.mkdirSync(`${room}/empty`, { mode: 0o700 });
    Deno.writeTextFileSync(`${room}/file`, "text");
    Deno.symlinkSync("full", `${room}/link`);
    await makeFifo(`${room}/pipe`);
    const before = namesIn(room);
    const placeholders = new Placeholders();
    for (const name of before) {
      const wanted = [directory(`${room}/made`), directory(`${room}/${name}`)];
      const refusal = assertThrows(() => placeholders.hold(wanted), SandboxRefusal);
      assertEquals([name, refusal.obstacle], [name, "changedPath"]);
    }
    assertEquals(namesIn(room), before);
    assertEquals([modeOf(`${room}/full`), modeOf(`${room}/empty`)], [0o755, 0o700]);
  },
);

placeholderTest("what people made with the mode of a placeholder stays theirs", (room) => {
  Deno.mkdirSync(`${room}/drop`);
  Deno.chmodSync(`${room}/drop`, 0o1555);
  for (const [name, content] of [["pin", "1234\n"], ["none", ""]] as const) {
    Deno.writeTextFileSync(`${room}/${name}`, content);
    Deno.chmodSync(`${room}/${name}`, 0o1444);
  }
  Deno.writeTextFileSync(`${room}/dated`, "12");
  Deno.chmodSync(`${room}/dated`, 0o1444);
  date(`${room}/dated`);
  for (const name of ["drop", "pin", "none", "dated"]) {
    const path = `${room}/${name}`;
    assertEquals([name, diskReader.look(path).kind === "missing"], [name, false]);
    for (const text of [undefined, ""]) {
      assertThrows(() => new Placeholders().hold([{ path, text }]), SandboxRefusal);
    }
  }
  assertEquals(namesIn(room), ["dated", "drop", "none", "pin"]);
});

placeholderTest(
  "an own placeholder is missing to readers, also where names are no text",
  (room) => {
    const odd = nativeText(new Uint8Array([...new TextEncoder().encode(`${room}/`), 0xff]));
    const wanted = [directory(`${room}/.git`), directory(odd), { path: `${odd}f`, text: ".\n" }];
    const placeholders = new Placeholders();
    const [first, second] = [placeholders.hold(wanted), placeholders.hold(wanted)];
    for (const { path } of wanted) assertEquals(diskReader.look(path), { kind: "missing" });
    first();
    for (const { path } of wanted) assertEquals(diskReader.look(path), { kind: "missing" });
    second();
    assertEquals(diskReader.entries(room), []);
  },
);

placeholderTest("a pipe with the mark of a file stops nobody", async (room) => {
  await makeFifo(`${room}/config`);
  Deno.chmodSync(`${room}/config`, 0o1444);
  date(`${room}/config`);
  const wanted = [{ path: `${room}/config`, text: "" }];
  assertThrows(() => new Placeholders().hold(wanted), SandboxRefusal);
});

placeholderTest("a placeholder that somebody put to use stays, with a usual mode", (room) => {
  const release = new Placeholders().hold([directory(`${room}/.git`)]);
  Deno.chmodSync(`${room}/.git`, 0o755);
  Deno.writeTextFileSync(`${room}/.git/HEAD`, "");
  Deno.chmodSync(`${room}/.git`, 0o1555);
  release();
  assertEquals(namesIn(`${room}/.git`), ["HEAD"]);
  assertEquals(modeOf(`${room}/.git`), 0o777 & ~Deno.umask());
});

placeholderTest(
  "a placeholder that somebody removed is made again for the next command",
  (room) => {
    const placeholders = new Placeholders();
    const wanted = [directory(`${room}/.git`)];
    const first = placeholders.hold(wanted);
    Deno.removeSync(`${room}/.git`);
    const second = placeholders.hold(wanted);
    assertEquals(modeOf(`${room}/.git`), 0o1555);
    first();
    assertEquals(namesIn(room), [".git"]);
    second();
    assertEquals(namesIn(room), []);
  },
);

placeholderTest("a placeholder that was moved is not taken for another's", (room) => {
  const release = new Placeholders().hold([directory(`${room}/.git`)]);
  Deno.renameSync(`${room}/.git`, `${room}/moved`);
  Deno.mkdirSync(`${room}/.git`);
  release();
  assertEquals(namesIn(room), [".git", "moved"]);
});

placeholderTest("what was moved with its directory stays, and is made anew here", (room) => {
  const placeholders = new Placeholders();
  const wanted = [directory(`${room}/d/.git`)];
  Deno.mkdirSync(`${room}/d`);
  const first = placeholders.hold(wanted);
  Deno.renameSync(`${room}/d`, `${room}/moved`);
  Deno.mkdirSync(`${room}/d`);
  const second = placeholders.hold(wanted);
  for (const name of ["d", "moved"]) assertEquals(namesIn(`${room}/${name}`), [".git"]);
  first();
  second();
  for (const name of ["d", "moved"]) assertEquals(namesIn(`${room}/${name}`), []);
});

placeholderTest(
  "what another command has a file for cannot be a directory for the next",
  (room) => {
    const placeholders = new Placeholders();
    const release = placeholders.hold([{ path: `${room}/config`, text: "" }]);
    const refusal = assertThrows(
      () => placeholders.hold([directory(`${room}/config`)]),
      SandboxRefusal,
    );
    assertEquals(refusal.obstacle, "placeholder");
    release();
    assertEquals(namesIn(room), []);
  },
);

placeholderTest("a directory that is missing or a link is refused, and nothing is left", (room) => {
  Deno.mkdirSync(`${room}/real`);
  Deno.symlinkSync("real", `${room}/link`);
  for (const place of ["none/.git", "link/.git"]) {
    const wanted = [directory(`${room}/real/a`), directory(`${room}/${place}`)];
    assertThrows(() => new Placeholders().hold(wanted), SandboxRefusal);
  }
  assertEquals(namesIn(`${room}/real`), []);
});

placeholderTest("all placeholders are removed with their server", (room) => {
  const placeholders = new Placeholders();
  const release = placeholders.hold([directory(`${room}/.git`), { path: `${room}/c`, text: "" }]);
  placeholders[Symbol.dispose]();
  assertEquals(namesIn(room), []);
  release();
});

placeholderTest("holding and letting go leaves no descriptor open", (room) => {
  const count = () => [...Deno.readDirSync("/proc/self/fd")].length;
  const placeholders = new Placeholders();
  placeholders.hold([directory(`${room}/.git`)])();
  const before = count();
  Deno.writeTextFileSync(`${room}/taken`, "real");
  for (let round = 0; round < 50; round++) {
    placeholders.hold([directory(`${room}/.git`), { path: `${room}/c`, text: "" }])();
    if (round % 10 > 0) continue;
    assertThrows(() => placeholders.hold([directory(`${room}/x`), directory(`${room}/taken`)]));
    assertThrows(() => placeholders.hold([directory(`${room}/none/x`)]));
  }
  assertEquals(count(), before);
});
