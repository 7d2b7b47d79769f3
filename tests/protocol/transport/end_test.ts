/** The end of a transport. @module */

import { assertEquals } from "@std/assert";
import { End } from "../../../protocol/transport/end.ts";

Deno.test("End is reached once, and keeps its first reason", async () => {
  const end = new End();
  assertEquals([end.reached, end.reason], [false, undefined]);
  assertEquals(end.reach("first"), true);
  assertEquals(end.reach("second"), false);
  assertEquals([end.reached, end.reason, await end.promise], [true, "first", "first"]);
});

Deno.test("End counts an empty reason as one", () => {
  const end = new End();
  assertEquals([end.reach(""), end.reached, end.reach("later")], [true, true, false]);
});
