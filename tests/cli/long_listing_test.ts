/** The long form of a listing. @module */
import { assertEquals } from "@std/assert";
import { longListing, plainName } from "../../cli/long_listing.ts";
import type { Metadata } from "../../client/mod.ts";

const now = new Date(2026, 10, 21, 12, 0);
const file: Metadata = {
  isDirectory: false,
  isFile: true,
  isSymlink: false,
  size: 1234,
  createdAtMs: 0,
  modifiedAtMs: new Date(2026, 10, 3, 9, 5).getTime(),
  mode: 0o644,
  userId: 0,
  groupId: 50,
  links: 1,
};

Deno.test("Kinds, bits, numbers, times and links stand in columns", () => {
  const old = { ...file, modifiedAtMs: new Date(2019, 0, 31).getTime() };
  const entries = [
    { name: "a", metadata: file },
    { name: "d", metadata: { ...old, isFile: false, isDirectory: true, mode: 0o1777, size: 4 } },
    { name: "l", metadata: { ...file, isSymlink: true, mode: 0o777, linkTarget: "a b" } },
    { name: "s", metadata: { ...file, mode: 0o6750, userId: 1000 } },
    { name: "t", metadata: { ...file, mode: 0o4644, isFile: false } },
    { name: "gone", metadata: undefined },
  ];
  assertEquals(longListing(entries, now), [
    "-rw-r--r-- 1    0 50 1234 Nov  3 09:05 a",
    "drwxrwxrwt 1    0 50    4 Jan 31  2019 d",
    "lrwxrwxrwx 1    0 50 1234 Nov  3 09:05 l -> a b",
    "-rwsr-s--- 1 1000 50 1234 Nov  3 09:05 s",
    "?rwSr--r-- 1    0 50 1234 Nov  3 09:05 t",
    "?????????? ?    ?  ?    ? ?            gone",
  ]);
});

Deno.test("A server that tells less gets question marks", () => {
  const { isDirectory, isFile, isSymlink, size, createdAtMs, modifiedAtMs } = file;
  const metadata = { isDirectory, isFile, isSymlink, size, createdAtMs, modifiedAtMs };
  assertEquals(longListing([{ name: "a", metadata }], now), [
    "-????????? ? ? ? 1234 Nov  3 09:05 a",
  ]);
});

Deno.test("A name cannot move the cursor or begin a line", () => {
  assertEquals(plainName("a\nb\x1b[2J\x7f\x9bé"), "a\\nb\\u001b[2J\\u007f\\u009bé");
});
