/** Native paths as strings: every name there can be, and back. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { displayPath, nativeBytes, nativeText } from "../../protocol/native_path.ts";
import { childUri, nativePath, parsePathUri, pathToUri } from "../../protocol/path_uri.ts";

const names: readonly [string, readonly number[], string][] = [
  ["ASCII", [0x61, 0x0a, 0x7f], "a\n\x7f"],
  ["UTF-8", [0xc3, 0xa4, 0xf0, 0x9f, 0x98, 0x80], "ä😀"],
  ["a byte order mark", [0xef, 0xbb, 0xbf, 0x61], "\ufeffa"],
  ["a lone byte", [0x61, 0xff, 0x62], "a\udcffb"],
  ["a cut sequence", [0xe2, 0x82, 0x61], "\udce2\udc82a"],
  ["a cut sequence at the end", [0xf0, 0x9f, 0x98], "\udcf0\udc9f\udc98"],
  ["an encoded surrogate", [0xed, 0xb3, 0xbf], "\udced\udcb3\udcbf"],
  ["an overlong slash", [0xc0, 0xaf], "\udcc0\udcaf"],
];

for (const [title, bytes, text] of names) {
  Deno.test(`${title} has a text of its own and comes back from it`, () => {
    assertEquals(nativeText(new Uint8Array(bytes)), text);
    assertEquals([...nativeBytes(text)], bytes);
  });
}

const anyName = fc.uint8Array({ minLength: 1, maxLength: 40 })
  .map((bytes) => bytes.map((byte) => byte === 0 || byte === 0x2f ? 0x61 : byte))
  .map((bytes) => new Uint8Array(bytes))
  .filter((bytes) => ![".", ".."].includes(nativeText(bytes)));

Deno.test("Any bytes survive as text, and as a URI", () => {
  fc.assert(
    fc.property(anyName, (bytes) => {
      const text = nativeText(bytes);
      assertEquals(nativeBytes(text), bytes);
      const uri = pathToUri(`/d/${text}`);
      assertEquals(parsePathUri(uri), uri);
      assertEquals(nativePath(uri, "linux"), `/d/${text}`);
      assertEquals(childUri("file:///d", text), uri);
      assertEquals(displayPath(text).isWellFormed(), true);
    }),
    { numRuns: 500 },
  );
});

Deno.test("Paths whose URI would be one of Windows have the reserved form, and no others", () => {
  for (const path of ["/C:", "/C:/x", "/z:/\udcff"]) {
    const uri = pathToUri(path);
    assertEquals(uri.startsWith("file:///%00/bad/path/"), true, uri);
    assertEquals(nativePath(parsePathUri(uri), "linux"), path);
  }
  assertEquals(childUri("file:///", "C:"), pathToUri("/C:"));
  assertEquals(childUri(pathToUri("/C:"), "x"), pathToUri("/C:/x"));
  assertEquals(pathToUri("/a/C:"), "file:///a/C:");
});

Deno.test("A name is appended as one segment", () => {
  const children: readonly [string, string, string][] = [
    ["file:///a", "b", "file:///a/b"],
    ["file:///", "b", "file:///b"],
    ["file:///a/", "b", "file:///a/b"],
    ["file:///a", "b c%41?#\\", "file:///a/b%20c%2541%3F%23%5C"],
    ["file:///a", "...", "file:///a/..."],
    ["file:///a", "%2e", "file:///a/%252e"],
    ["file:///a", "\udcff", "file:///a/%FF"],
  ];
  for (const [directory, name, wanted] of children) {
    assertEquals(childUri(directory, name), wanted);
    assertEquals(nativePath(wanted, "linux").split("/").at(-1), name);
  }
});
