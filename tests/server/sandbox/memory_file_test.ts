/** Files in memory and held places are what they were, whatever others do. @module */

import { assertEquals, assertThrows } from "@std/assert";
import { closeMemoryFile, memoryFile } from "../../../server/sandbox/memory_file.ts";
import { closePlaces, openPlace, pathIn } from "../../../server/sandbox/open_place.ts";
import { Scratch } from "../../support/scratch.ts";

const ignore = Deno.build.os !== "linux";

function linuxTest(name: string, fn: () => Promise<void> | void): void {
  Deno.test({ name, ignore, fn, sanitizeResources: false });
}

linuxTest("a file in memory is read from its beginning, and cannot be changed", () => {
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const file = memoryFile("test", bytes);
  const path = `/proc/self/fd/${file}`;
  try {
    for (let round = 0; round < 2; round++) assertEquals(Deno.readFileSync(path), bytes);
    assertThrows(() => Deno.writeFileSync(path, bytes, { create: false }));
    assertThrows(() => Deno.truncateSync(path, 1));
    assertEquals(Deno.readFileSync(path), bytes);
  } finally {
    closeMemoryFile(file);
  }
});

linuxTest("a held place stays the same under every name, and a link is none", async () => {
  await using room = await Scratch.create();
  await Deno.mkdir(`${room.path}/a`);
  await Deno.writeTextFile(`${room.path}/a/f`, "text");
  await Deno.symlink("a", `${room.path}/l`);
  const place = openPlace(`${room.path}/a`);
  if (place === undefined) throw new Error("It is there");
  await Deno.rename(`${room.path}/a`, `${room.path}/b`);
  assertEquals(Deno.readTextFileSync(pathIn(place, "f")), "text");
  closePlaces([place]);
  for (const name of ["l", "l/f", "none"]) {
    assertEquals(openPlace(`${room.path}/${name}`), undefined);
  }
});
