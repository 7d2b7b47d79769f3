/** Wire errors: the codes clients match on. @module */

import { assertEquals } from "@std/assert";
import { errors, RpcError } from "../../protocol/errors.ts";

Deno.test("every wire error has the code of the reference", () => {
  const rows = Object.entries(errors);
  const keys = (wanted: number) =>
    rows.filter(([, { code }]) => code === wanted).map(([key]) => key).sort();
  assertEquals(keys(-32004), ["notFound"]);
  assertEquals(keys(-32010), ["sessionAttached"]);
  assertEquals(keys(-32600), [
    "fileRefused",
    "malformedMessage",
    "notSupported",
    "outOfPhase",
    "processExists",
    "readOnly",
    "tooManyAttached",
    "unknownProcess",
    "unknownSession",
  ]);
  assertEquals(keys(-32601), ["methodNotFound"]);
  assertEquals(keys(-32602), ["invalidParams"]);
  assertEquals(keys(-32603), ["fileFailed", "internal", "spawnFailed", "stdinFailed"]);
});

Deno.test("RpcError carries key, code, sentence, data and cause", () => {
  const cause = new Error("Disk full");
  const error = new RpcError("fileFailed", "a b", { data: [1], cause });
  assertEquals(
    [error.name, error.key, error.code, error.message, error.data, error.cause],
    ["RpcError", "fileFailed", -32603, "a b", [1], cause],
  );
  assertEquals("cause" in new RpcError("internal", "x"), false);
});
