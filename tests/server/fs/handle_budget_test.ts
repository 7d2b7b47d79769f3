/** All tables of a server share one number of open files. @module */

import { assertEquals, assertThrows } from "@std/assert";
import { RpcError } from "../../../protocol/errors.ts";
import { HandleBudget } from "../../../server/fs/handle_budget.ts";
import { HandleTable } from "../../../server/fs/handle_table.ts";
import { fakeMachine } from "../../support/fake_child.ts";

const opening = {
  access: "read",
  place: () => "/dev/null",
  open: async (path: string) => await fakeMachine().files.open(path, { access: "read" }),
} as const;

Deno.test("files count in all tables, from open until they are closed", async () => {
  const budget = new HandleBudget(2);
  const [one, other] = [new HandleTable(budget), new HandleTable(budget)];
  await Promise.all([one.open("a", opening), other.open("a", opening)]);
  const error = assertThrows(() => void other.open("b", opening), RpcError);
  const words = "Cannot open: 2 files are open in all sessions of this server";
  assertEquals([error.code, error.message], [-32600, words]);
  await one.close("a");
  await other.open("b", opening);
  other.dispose();
  await other.settled();
  await Promise.all([one.open("a", opening), one.open("b", opening)]);
  one.dispose();
  await one.settled();
});

Deno.test("a table that is disposed of opens no more", () => {
  const table = new HandleTable(new HandleBudget(1));
  table.dispose();
  const error = assertThrows(() => void table.open("a", opening), RpcError);
  assertEquals(error.message, "The connection has ended");
});
