/** The table of mounts. @module */

import { assertEquals } from "@std/assert";
import { loadFileLibrary } from "../../../../server/fs/posix/file_calls.ts";
import { MountTable, parseMounts } from "../../../../server/fs/posix/mount_table.ts";

const library = loadFileLibrary();

Deno.test("parseMounts() reads ids, paths and types, and leaves out what it cannot read", () => {
  const text = [
    "27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw",
    "31 27 0:60 / /mnt/a\\040b\\134c rw - fuse.sshfs me@there:/ rw",
    "garbage",
    "",
  ].join("\n");
  assertEquals(parseMounts(text), [
    { id: 27, path: "/", type: "ext4" },
    { id: 31, path: "/mnt/a b\\c", type: "fuse.sshfs" },
  ]);
});

Deno.test("MountTable takes no mount for local that it does not know", () => {
  const mounts = new MountTable(library);
  assertEquals([mounts.isLocal(0), mounts.laneOfMount(0)], [false, "slow"]);
  assertEquals(mounts.laneOf("/proc/self/status"), "local");
  const kernel = parseMounts(Deno.readTextFileSync("/proc/self/mountinfo"))
    .find(({ type }) => type === "proc");
  assertEquals(mounts.isLocal(kernel?.id ?? 0), false);
  assertEquals(mounts.laneOfMount(kernel?.id ?? 0), "local");
});
