/** Rules that meet, and rules that lead to the root. @module */

import { assertEquals, assertThrows } from "@std/assert";
import { RpcError } from "../../protocol/errors.ts";
import { accessOf, canonicalRules, Decisions, inOrder, type Rule } from "../../sandbox/rules.ts";

function rule(path: string, access: Rule["access"], origin = `path = ${access}`): Rule {
  return { path, access, origin };
}

Deno.test("inOrder() keeps the strongest of the rules about one path, with its origin", () => {
  const rules = [rule("/a", "read", "1"), rule("/a", "write", "2"), rule("/a", "write", "3")];
  assertEquals(inOrder(rules), [rule("/a", "write", "2")]);
  assertEquals(inOrder([...rules, rule("/a", "deny", "4")].reverse()), [rule("/a", "deny", "4")]);
});

Deno.test("accessOf() takes whole names, not beginnings of names", () => {
  const rules = { base: "read", rules: [rule("/a", "write")] } as const;
  const at = (path: string) => accessOf(rules, path).access;
  assertEquals([at("/a"), at("/a/b"), at("/ab"), at("/")], ["write", "write", "read", "read"]);
});

Deno.test("Decisions are those of accessOf()", () => {
  const rules = inOrder([rule("/a", "write"), rule("/a/b/c", "deny"), rule("/ab", "read")]);
  const decisions = new Decisions({ base: "read", rules });
  for (const path of ["/", "/a", "/a/b", "/a/b/c", "/a/b/c/d", "/a/b/cd", "/ab/x", "/abc", "/x"]) {
    assertEquals(decisions.at(path), accessOf({ base: "read", rules }, path));
  }
  const above = (path: string) => decisions.above(path).access;
  assertEquals(["/", "/a", "/a/b/c", "/a/b/c/d"].map(above), ["read", "read", "write", "deny"]);
});

Deno.test("of two that say the same, the one that was asked for stays", () => {
  const [own, asked] = [{ ...rule("/a", "read", "1"), isOwn: true }, rule("/a", "read", "2")];
  assertEquals([inOrder([own, asked]), inOrder([asked, own])], [[asked], [asked]]);
});

Deno.test("canonicalRules() refuses a rule that leads to the root", () => {
  const error = assertThrows(
    () => canonicalRules([rule("/x/link", "write", "tmpdir = write")], () => "/"),
    RpcError,
  );
  assertEquals(
    [error.code, error.message],
    [
      -32602,
      'Cannot use the sandbox: "/x/link" (tmpdir = write) leads to "/"; ' +
      "name the root itself if everything is meant",
    ],
  );
});
