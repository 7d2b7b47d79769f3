/** Which machine a word of `cp` means. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { readEndpoint, serverOf } from "../../../cli/copy/endpoint.ts";
import type { ServerChoice } from "../../../cli/server_options.ts";
import { UsageError } from "../../../cli/usage_error.ts";

function local(path: string) {
  return { kind: "local", path };
}

function at(server: ServerChoice | undefined, path: string) {
  return { kind: "remote", server, path };
}

function remote(url: string | undefined, path: string) {
  return at(url === undefined ? undefined : { kind: "url", url, tokenFile: undefined }, path);
}

function on(id: string, path: string) {
  return at({ kind: "environment", id }, path);
}

const words: readonly [string, unknown][] = [
  ["file", local("file")],
  ["/a/b:c", local("/a/b:c")],
  ["./a:b", local("./a:b")],
  ["dir/a:b", local("dir/a:b")],
  [":", remote(undefined, ".")],
  [":/etc/hosts", remote(undefined, "/etc/hosts")],
  [":a:b", remote(undefined, "a:b")],
  ["ws://127.0.0.1:4000:/tmp/a:b", remote("ws://127.0.0.1:4000", "/tmp/a:b")],
  ["ws://127.0.0.1:4000:", remote("ws://127.0.0.1:4000", ".")],
  ["ws://127.0.0.1:4000/:rel", remote("ws://127.0.0.1:4000/", "rel")],
  ["wss://devbox:/tmp", remote("wss://devbox", "/tmp")],
  ["ws://[::1]:4000:/tmp", remote("ws://[::1]:4000", "/tmp")],
  ["unix:///run/a.sock:/tmp/x", remote("unix:///run/a.sock", "/tmp/x")],
  ["devbox:/tmp", on("devbox", "/tmp")],
  ["a:b:c", on("a", "b:c")],
  ["my_box-1:", on("my_box-1", ".")],
  ["local:x", at({ kind: "own" }, "x")],
];

for (const [word, wanted] of words) {
  Deno.test(`"${word}" is ${JSON.stringify(wanted)}`, () => {
    assertEquals<unknown>(readEndpoint(word), wanted);
  });
}

for (const word of ["me@devbox:/tmp", "a b:c", "none:x", " a:b"]) {
  Deno.test(`"${word}" names no server`, () => {
    assertThrows(() => readEndpoint(word), UsageError, `"${word}" names no server`);
  });
}

const own: ServerChoice = { kind: "own" };
const flagged: ServerChoice = { kind: "url", url: "ws://one", tokenFile: "t" };

Deno.test("The server is the one that the words or the flags name", () => {
  assertEquals(serverOf([readEndpoint(":x"), readEndpoint("y")], own), own);
  assertEquals(serverOf([readEndpoint(":x"), readEndpoint("y")], flagged), flagged);
  assertEquals(serverOf([readEndpoint("ws://one:x"), readEndpoint("y")], flagged), flagged);
  const named = { kind: "url", url: "ws://one", tokenFile: undefined } as const;
  assertEquals(serverOf([readEndpoint("ws://one:x"), readEndpoint("y")], own), named);
});

Deno.test("Two servers are one too many", () => {
  const two = [readEndpoint("ws://one:x"), readEndpoint("ws://two:x")];
  assertThrows(() => serverOf(two, own), UsageError, "are two servers");
  const other = [readEndpoint("ws://two:x"), readEndpoint("y")];
  assertThrows(() => serverOf(other, flagged), UsageError, "is not the server of the flags");
  const mixed = [readEndpoint("ws://one:x"), readEndpoint(":y")];
  assertThrows(() => serverOf(mixed, own), UsageError, "is not the server of the flags");
});

Deno.test("An environment is a server like any other", () => {
  const box: ServerChoice = { kind: "environment", id: "box" };
  assertEquals(serverOf([readEndpoint("box:x"), readEndpoint("y")], own), box);
  assertEquals(serverOf([readEndpoint("box:x"), readEndpoint(":y")], box), box);
  assertEquals(serverOf([readEndpoint("local:x"), readEndpoint("y")], own), own);
  const two = [readEndpoint("box:x"), readEndpoint("bag:x")];
  assertThrows(() => serverOf(two, own), UsageError, `"box" and "bag" are two servers`);
  const other = [readEndpoint("box:x"), readEndpoint("y")];
  assertThrows(() => serverOf(other, flagged), UsageError, `"box" is not the server of the flags`);
  const stdio: ServerChoice = { kind: "stdio", command: ["box"] };
  assertThrows(() => serverOf(other, stdio), UsageError, `"box" is not the server of the flags`);
});
