/** What the server's user may not do is refused as such, whoever runs the tests. @module */

import { assertEquals } from "@std/assert";
import { assertRefusal, system } from "../../support/file_refusals.ts";
import { type FileRoom, openRoom } from "../../support/file_room.ts";
import { sharedServer } from "../../support/shared_server.ts";
import { withoutOverride } from "../../support/without_override.ts";

const through = withoutOverride();
const server = sharedServer({ through: through ?? [] });

function deniedTest(name: string, work: (room: FileRoom) => Promise<void>): void {
  const needs = through === undefined ? " (needs a way to take root's rights away)" : "";
  Deno.test({
    name: name + needs,
    ignore: through === undefined,
    fn: async () => {
      await using room = await openRoom(server());
      await room.put({ secret: "s", "closed/inner": "i", "listed/inner": "i", "listed/sub/x": "" });
      await Deno.chmod(room.at("secret"), 0);
      await Deno.chmod(room.at("listed"), 0o500);
      await Deno.chmod(room.at("closed"), 0);
      try {
        await work(room);
      } finally {
        for (const folder of ["closed", "listed"]) await Deno.chmod(room.at(folder), 0o700);
      }
    },
  });
}

deniedTest("a directory that may not be changed refuses what would change it", async (room) => {
  const links = { target: "x" };
  assertRefusal(await room.refused("fs/symlink", "listed/new", links), system.EACCES);
  assertRefusal(await room.refused("fs/createDirectory", "listed/a/b"), system.EACCES);
  assertRefusal(await room.refused("fs/remove", "listed"), system.EACCES);
  const move = { sourcePath: room.uri("listed/inner"), destinationPath: room.uri("new") };
  assertRefusal(await room.peer.refused("fs/rename", move), system.EACCES);
  assertEquals(room.list("listed"), ["inner", "sub/"]);
});

deniedTest("a file that may not be read is neither read, hashed nor copied", async (room) => {
  assertRefusal(await room.refused("fs/hash", "secret"), system.EACCES);
  assertRefusal(await room.refused("fs/readFile", "secret"), system.EACCES);
  assertRefusal(await room.copyRefused("secret", "new"), system.EACCES);
  assertEquals(room.list().includes("new"), false);
});

deniedTest("an atomic write replaces nothing that may not be written", async (room) => {
  await using peer = await server().connect();
  await peer.call("initialize", { clientName: "tests", extensions: true });
  peer.send({ method: "initialized" });
  const write = (name: string) =>
    peer.refused("fs/writeFile", { path: room.uri(name), dataBase64: "eA==", atomic: true });
  assertRefusal(await write("secret"), system.EACCES);
  assertRefusal(await write("listed/inner"), system.EACCES);
  assertRefusal(await write("closed/inner"), system.EACCES);
  assertEquals(room.text("listed/inner"), "i");
  assertEquals(room.list(), ["closed/", "listed/", "secret"]);
});

deniedTest(
  "an empty directory that may not be looked into can be removed with its tree",
  async (room) => {
    await room.put({ "tree/blind/": "", "tree/full/x": "" });
    for (const folder of ["blind", "full"]) await Deno.chmod(room.at(`tree/${folder}`), 0);
    const failure = await room.refused("fs/remove", "tree");
    await Deno.chmod(room.at("tree/full"), 0o700);
    assertRefusal(failure, system.EACCES);
    await room.remove("tree");
    assertEquals(room.list().includes("tree/"), false);
  },
);
