/** Searches are known by their ids as long as they run. @module */

import { assertEquals, assertThrows } from "@std/assert";
import { RpcError } from "../../../protocol/errors.ts";
import { SearchTable } from "../../../server/fs/search_table.ts";

function refusal(attempt: () => unknown): string {
  return assertThrows(attempt, RpcError).message;
}

Deno.test("an id is in use until its search is over", () => {
  const table = new SearchTable();
  {
    using _search = table.begin("a");
    assertEquals(refusal(() => table.begin("a")), 'Cannot search: the id "a" is in use');
  }
  using _search = table.begin("a");
});

Deno.test("an id has 1 to 64 bytes", () => {
  const table = new SearchTable();
  using _longest = table.begin("é".repeat(32));
  for (const [id, bytes] of [["", 0], ["é".repeat(33), 66]] as const) {
    const words = `Cannot search: \`searchId\` has ${bytes} bytes, wanted 1 to 64`;
    assertEquals(refusal(() => table.begin(id)), words);
  }
});

Deno.test("64 searches run at once, and no more", () => {
  const table = new SearchTable();
  const searches = Array.from({ length: 64 }, (_, index) => table.begin(`${index}`));
  const words = "Cannot search: 64 searches of this connection are running";
  assertEquals(refusal(() => table.begin("one more")), words);
  searches[0]?.[Symbol.dispose]();
  table.begin("one more");
});

Deno.test("cancel() ends the one search, dispose() all", () => {
  const table = new SearchTable();
  const [one, other] = [table.begin("one"), table.begin("other")];
  table.cancel("unknown");
  table.cancel("one");
  assertEquals([one.signal.aborted, other.signal.aborted], [true, false]);
  table.dispose();
  assertEquals(other.signal.aborted, true);
  assertEquals(refusal(() => table.begin("late")), "The connection has ended");
});
