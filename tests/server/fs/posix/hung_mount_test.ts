/** A file system that hangs holds up nobody who does not ask it. @module */

import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { PosixFileSystem } from "../../../../server/fs/posix/posix_file_system.ts";
import { within } from "../../../support/deadline.ts";
import { FakeClock } from "../../../support/fake_clock.ts";
import { settle } from "../../../support/fake_server.ts";
import { Scratch } from "../../../support/scratch.ts";
import { bytesOf, faultOf, openDescriptors, textOf } from "../file_systems.ts";
import { canMountHung, HungMount } from "./hung_mount.ts";

const PLACES = 2;

/** Everything that goes to the pool, on a healthy file system. */
async function doEverything(files: PosixFileSystem, path: string): Promise<void> {
  const at = join(path, "directory");
  await files.makeDirectory(at, 0o755);
  const parent = await files.openDirectory(at, "none");
  const file = await files.open({ parent, name: "file" }, { access: "readWrite", create: true });
  await file.write(bytesOf("text"), 0);
  await file.flush();
  assertEquals(await textOf(file), "text");
  await file.close();
  assertEquals((await parent.items()).length, 1);
  parent.close();
  await files.remove(join(at, "file"), "other");
  await files.remove(at, "directory");
}

Deno.test({
  name: "PosixFileSystem goes on beside a file system that hangs",
  ignore: !canMountHung(),
  async fn() {
    await using scratch = await Scratch.create();
    const mounted = join(scratch.path, "mounted");
    const link = join(scratch.path, "link");
    await Deno.mkdir(mounted);
    await Deno.symlink(join(mounted, "inner"), link);
    const clock = new FakeClock();
    const files = new PosixFileSystem({ places: PLACES, clock });
    await doEverything(files, scratch.path);
    const before = openDescriptors(scratch.path);

    const hung = new HungMount(mounted);
    let answers: readonly Promise<string>[];
    try {
      answers = Array.from({ length: 2 * PLACES }, () => [
        faultOf(() => files.status(mounted, "none")),
        faultOf(() => files.open(join(mounted, "file"), { access: "read" })),
        faultOf(() => files.makeDirectory(join(mounted, "made"), 0o755)),
      ]).flat();
      await within(doEverything(files, scratch.path), "calls beside ones that hang");
      // A link leads there from a place that looks harmless; after a while that is noticed.
      const misled = Array.from({ length: PLACES }, () => faultOf(() => files.realPath(link)));
      await settle();
      clock.advance(1_000);
      await within(doEverything(files, scratch.path), "the places of calls that hang");
      answers = [...answers, ...misled];
    } finally {
      hung[Symbol.dispose]();
    }
    // What they say depends on when the mount went; that they end is what counts.
    assertEquals((await Promise.all(answers)).length, 7 * PLACES);
    assertEquals(openDescriptors(scratch.path), before);
  },
});
