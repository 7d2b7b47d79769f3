/** Names for files in the making. @module */

import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { nativeBytes } from "../../../protocol/native_path.ts";
import { temporaryName } from "../../../server/fs/temporary_name.ts";

Deno.test("temporaryName() is hidden, tells whose it is, and is never the same", () => {
  assertMatch(temporaryName("notes.txt"), /^\.notes\.txt\.[0-9a-f]{16}\.tmp$/);
  assertNotEquals(temporaryName("a"), temporaryName("a"));
});

for (const letter of ["a", "é", "€", "😀", "\udcff"]) {
  Deno.test(`temporaryName() of a long name of ${JSON.stringify(letter)} fits, in whole characters`, () => {
    const name = temporaryName(letter.repeat(255));
    const width = nativeBytes(letter).byteLength;
    const size = nativeBytes(name).byteLength;
    assertEquals(size <= 255 && size > 255 - width, true);
    assertEquals(name.slice(1, -21).replaceAll(letter, ""), "");
  });
}
