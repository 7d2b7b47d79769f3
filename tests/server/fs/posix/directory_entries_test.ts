/** Entries as the kernel writes them. @module */

import { assertEquals } from "@std/assert";
import type { DirectoryItem } from "../../../../server/fs/file_system.ts";
import { appendEntries } from "../../../../server/fs/posix/directory_entries.ts";

/** One struct linux_dirent64. */
function entry(type: number, name: readonly number[]): number[] {
  const length = Math.ceil((19 + name.length + 1) / 8) * 8;
  const head = [...new Array(16).fill(0xff), length & 0xff, length >> 8, type];
  return [...head, ...name, ...new Array(length - head.length - name.length).fill(0)];
}

function text(name: string): number[] {
  return [...new TextEncoder().encode(name)];
}

Deno.test("appendEntries() tells names and kinds, but not the directory and its parent", () => {
  const bytes = [
    [4, text(".")],
    [4, text("..")],
    [8, text("...")],
    [4, text(".a")],
    [10, text("..b")],
    [0, text("unknown")],
    [1, text("fifo")],
    [12, text("socket")],
    [8, text("grün €")],
    [8, [0x61, 0xff, 0x62]],
    [8, text("x".repeat(255))],
    [99, text("new kind")],
  ] as const;
  const items: DirectoryItem[] = [];
  appendEntries(new Uint8Array(bytes.flatMap(([type, name]) => entry(type, name))), items);
  assertEquals(items, [
    { name: "...", kind: "file" },
    { name: ".a", kind: "directory" },
    { name: "..b", kind: "symlink" },
    { name: "unknown", kind: undefined },
    { name: "fifo", kind: "other" },
    { name: "socket", kind: "other" },
    { name: "grün €", kind: "file" },
    { name: "a\udcffb", kind: "file" },
    { name: "x".repeat(255), kind: "file" },
    { name: "new kind", kind: undefined },
  ]);
});
