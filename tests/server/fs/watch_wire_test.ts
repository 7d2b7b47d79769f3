/** Watches over the wire: what a client sees, and what a server keeps of one that has gone. @module */

import { assertEquals } from "@std/assert";
import { notifications } from "../../../protocol/methods/mod.ts";
import type { ChangedParams } from "../../../protocol/methods/fs_watch.ts";
import { decode } from "../../../protocol/schema.ts";
import { FileRoom, openRoom } from "../../support/file_room.ts";
import { pause } from "../../support/deadline.ts";
import { sharedServer } from "../../support/shared_server.ts";

const server = sharedServer();

/** Watches of the kernel that a server has. */
function watchesOf(pid: number): number {
  let watches = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/fdinfo`)) {
    try {
      watches += Deno.readTextFileSync(`/proc/${pid}/fdinfo/${name}`).split("inotify ").length - 1;
    } catch {
      // Closed meanwhile.
    }
  }
  return watches;
}

/** Waits for what a server does after a connection is gone, which nothing tells the client. */
async function untilUnwatched(pid: number): Promise<void> {
  for (let turn = 0; turn < 400 && watchesOf(pid) > 0; turn++) await pause(10);
  assertEquals(watchesOf(pid), 0);
}

async function nextChange(room: FileRoom): Promise<ChangedParams> {
  const { params } = await room.peer.notification("fs/changed");
  return decode(notifications["fs/changed"].params, params);
}

Deno.test({
  name: "fs/watch tells a client of changes until it has gone, and then costs nothing",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { pid } = server();
    const room = await openRoom(server());
    await room.put({ "src/deep/a": "1", "node_modules/b": "" });
    const watch = { watchId: "w", ignore: ["node_modules"] };
    assertEquals(await room.call("fs/watch", ".", watch), { directories: 3 });
    await Deno.writeTextFile(room.at("src/deep/new"), "");
    assertEquals(await nextChange(room), {
      watchId: "w",
      changes: [{ path: room.uri("src/deep/new"), kind: "created" }],
    });
    assertEquals(watchesOf(pid) > 3, true);
    await using other = await openRoom(server());
    assertEquals(await other.call("fs/watch", ".", { watchId: "w" }), { directories: 1 });
    await room.peer.drop();
    await other.put({ "still/here": "" });
    assertEquals((await nextChange(other)).changes[0]?.path, other.uri("still"));
    assertEquals(await other.peer.call("fs/unwatch", { watchId: "w" }), {});
    assertEquals(await other.peer.call("fs/unwatch", { watchId: "w" }), {});
    await untilUnwatched(pid);
  },
});

Deno.test("fs/watch does not stop others when a client does not read", async () => {
  const peer = await server().session();
  await using other = await openRoom(server());
  await using stalled = new FileRoom(peer, other.path);
  await stalled.call("fs/watch", ".", { watchId: "w" });
  await other.call("fs/watch", ".", { watchId: "w" });
  peer.wire.socket.pause();
  const command = 'cd "$0" && seq 30000 | xargs touch && touch last';
  const child = new Deno.Command("sh", { args: ["-c", command, stalled.path] });
  const done = child.output();
  const isLast = ({ changes, overflow }: ChangedParams) =>
    overflow === true || changes.some(({ path }) => path === stalled.uri("last"));
  for (;;) if (isLast(await nextChange(other))) break;
  await done;
  await other.peer.call("environment/status");
  peer.wire.socket.resume();
  for (;;) if (isLast(await nextChange(stalled))) break;
});
