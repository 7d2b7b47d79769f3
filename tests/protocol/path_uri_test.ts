/** Path URIs: the spellings a client may use, and native paths there and back. @module */

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { nativePath, parsePathUri, pathToUri, PathUriError } from "../../protocol/path_uri.ts";

const accepted: readonly (readonly [text: string, uri: string, path: string])[] = [
  ["file:///a/b", "file:///a/b", "/a/b"],
  ["file:/a/b", "file:///a/b", "/a/b"],
  ["FILE:///a/b", "file:///a/b", "/a/b"],
  ["file://localhost/a", "file:///a", "/a"],
  ["file://LocalHost/a", "file:///a", "/a"],
  ["  file:///a ", "file:///a", "/a"],
  ["file:///a\nb", "file:///ab", "/ab"],
  ["file:a/b", "file:///a/b", "/a/b"],
  [String.raw`file:\a\b`, "file:///a/b", "/a/b"],
  ["file:///a/./b", "file:///a/b", "/a/b"],
  ["file:///a/../b", "file:///b", "/b"],
  ["file:///../../b", "file:///b", "/b"],
  ["file:///a/%2e%2E/b", "file:///b", "/b"],
  ["file:///sp ace", "file:///sp%20ace", "/sp ace"],
  ["file:///ünï", "file:///%C3%BCn%C3%AF", "/ünï"],
  ["file:///a%23b%25c%3F", "file:///a%23b%25c%3F", "/a#b%c?"],
  ["file:///a%2Fb", "file:///a%2Fb", "/a/b"],
  ["file:///[a]|^';", "file:///[a]|^';", "/[a]|^';"],
  ["file:///x/C:/y", "file:///x/C:/y", "/x/C:/y"],
  ["file:///C|/x", "file:///C|/x", "/C|/x"],
  ["file:///CC:/x", "file:///CC:/x", "/CC:/x"],
  ["file:///", "file:///", "/"],
  ["file://", "file:///", "/"],
  ["file:", "file:///", "/"],
];

for (const [text, uri, path] of accepted) {
  Deno.test(`parsePathUri(${JSON.stringify(text)}) is ${uri} and leads to ${path}`, () => {
    assertEquals(parsePathUri(text), uri);
    assertEquals(nativePath(uri, "linux"), path);
  });
}

for (const text of ["file:///a/b/", "file:///a/b//", "file:////a/b"]) {
  Deno.test(`${text} leads to /a/b: slashes too many do not count`, () => {
    assertEquals(nativePath(parsePathUri(text), "linux").replace(/^\/+/, "/"), "/a/b");
  });
}

const refused: readonly (readonly [text: string, words: string])[] = [
  ["/x", "invalid URI: relative URL without a base"],
  ["x", "invalid URI: relative URL without a base"],
  ["", "invalid URI: relative URL without a base"],
  ["  ", "invalid URI: relative URL without a base"],
  ["://x", "invalid URI: relative URL without a base"],
  ["http://x/y", "unsupported path URI scheme `http`"],
  ["HTTP://x/y", "unsupported path URI scheme `http`"],
  ["c:\\x", "unsupported path URI scheme `c`"],
  ["file+x:///y", "unsupported path URI scheme `file+x`"],
  ["file:///x?y", "query parameters are not allowed in path URIs"],
  ["file:///x?", "query parameters are not allowed in path URIs"],
  ["file:///x?y#z", "query parameters are not allowed in path URIs"],
  ["file:///x#y", "fragments are not allowed in path URIs"],
  ["file:///x#", "fragments are not allowed in path URIs"],
  ["file:///x#y?z", "fragments are not allowed in path URIs"],
  ["file://u@/x", "invalid URI: invalid international domain name"],
  ["file://u@host/x", "invalid URI: invalid international domain name"],
  ["file://localhost:80/x", "invalid URI: invalid international domain name"],
];

for (const [text, words] of refused) {
  Deno.test(`parsePathUri(${JSON.stringify(text)}) says "${words}"`, () => {
    const error = assertThrows(() => parsePathUri(text), PathUriError);
    assertEquals([error.message, error.isInvalidAnywhere], [words, true]);
  });
}

const foreign: readonly (readonly [text: string, named: string])[] = [
  ["file:///C:/x", "file:///C:/x"],
  ["file:///c:", "file:///C:"],
  ["file:///c%3A/x", "file:///C%3A/x"],
  ["file:///c%3a", "file:///C%3A"],
  ["file://host/share/x", "file://host/share/x"],
  ["file://127.0.0.1/x", "file://127.0.0.1/x"],
  ["file://[::1]/x", "file://[::1]/x"],
];

for (const [text, named] of foreign) {
  Deno.test(`${text} is a path of another system`, () => {
    const uri = parsePathUri(text);
    const error = assertThrows(() => nativePath(uri, "linux"), PathUriError);
    assertEquals([error.message, error.isInvalidAnywhere], [
      `'${named}' is invalid on 'linux'`,
      false,
    ]);
  });
}

Deno.test("a path with a zero byte is invalid everywhere", () => {
  const uri = parsePathUri("file:///a%00b");
  const error = assertThrows(() => nativePath(uri, "linux"), PathUriError);
  assertEquals(error.message, "'file:///a%00b' is invalid on 'linux'");
  assertEquals(error.isInvalidAnywhere, true);
});

Deno.test("dots beside an escaped slash are resolved by the text alone", () => {
  const uris: readonly [string, string][] = [
    ["file:///a/link%2F..%2Ffile", "/a/file"],
    ["file:///a%2F.%2Fb%2F..", "/a"],
    ["file:///..%2F..%2Fx", "/x"],
    ["file:///a%2F..", "/"],
    ["file:///a%2F...%2F..b", "/a/.../..b"],
  ];
  for (const [uri, path] of uris) assertEquals(nativePath(parsePathUri(uri), "linux"), path);
});

Deno.test("a reserved URI that says no path is invalid everywhere, a needless one only here", () => {
  const uris: readonly [string, boolean][] = [
    ["", true],
    ["***", true],
    ["YQBiYg==", true],
    ["L2V0Yy9wYXNzd2Q", false],
    ["cmVsYXRpdmU", false],
    ["L2EAYg", false],
  ];
  for (const [base64, isInvalidAnywhere] of uris) {
    const uri = parsePathUri(`file:///%00/bad/path/${base64}`);
    const error = assertThrows(() => nativePath(uri, "linux"), PathUriError);
    assertEquals(error.message, `'${uri}' is invalid on 'linux'`);
    assertEquals(error.isInvalidAnywhere, isInvalidAnywhere, base64);
  }
});

const uris: readonly (readonly [path: string, uri: string])[] = [
  ["/a/b", "file:///a/b"],
  ["/a b", "file:///a%20b"],
  ["/100%", "file:///100%25"],
  ["/%2e%2e/x", "file:///%252e%252e/x"],
  ["/a?b#c", "file:///a%3Fb%23c"],
  [String.raw`/a\b`, "file:///a%5Cb"],
  ["/a\tb\rc\nd", "file:///a%09b%0Dc%0Ad"],
  ["/ü", "file:///%C3%BC"],
  ['/"<>`{}', "file:///%22%3C%3E%60%7B%7D"],
  ["/[]|^';:@&=+$,!*()~-_.x", "file:///[]|^';:@&=+$,!*()~-_.x"],
  ["/a/", "file:///a"],
  ["/a//", "file:///a"],
  ["/a/./b", "file:///a/b"],
  ["/a/../b", "file:///b"],
  ["/a|b/c:", "file:///a|b/c:"],
];

for (const [path, uri] of uris) {
  Deno.test(`pathToUri(${JSON.stringify(path)}) is ${uri}`, () => {
    assertEquals(pathToUri(path), uri);
  });
}

Deno.test("pathToUri() of the root is file:///", () => {
  assertEquals(pathToUri("/"), "file:///");
  assertEquals(pathToUri("//"), "file:///");
});

for (const path of ["/a ", "/a/ ", "/a\u0001", "/a\u001f", "/ "]) {
  Deno.test(`pathToUri(${JSON.stringify(path)}) keeps the sign at the end`, () => {
    assertEquals(nativePath(pathToUri(path), "linux"), path);
  });
}

for (const path of ["", "a", "./a", "../a", "~", "C:\\a"]) {
  Deno.test(`pathToUri(${JSON.stringify(path)}) is refused: it is not absolute`, () => {
    assertEquals(
      assertThrows(() => pathToUri(path), PathUriError).message,
      `Path "${path}" is not absolute`,
    );
  });
}

/** One name in a path: any characters but the two that no name has, and not a dot name. */
const name = fc.string({ unit: "binary", minLength: 1, maxLength: 8 })
  .map((text) => text.toWellFormed().replace(/[/\0]/g, "_"))
  .filter((text) => !/^\.{1,2}$/.test(text));

/** An absolute path that is its own normal form, and no drive of another system. */
const path = fc.array(name, { maxLength: 5 })
  .map((names) => `/${names.join("/")}`)
  .filter((text) => !/^\/[a-zA-Z]:(\/|$)/.test(text));

Deno.test("an absolute path comes back from its URI", () => {
  fc.assert(
    fc.property(path, (text) => {
      assertEquals(nativePath(pathToUri(text), "linux"), text);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("the URI of a path is in normal form", () => {
  fc.assert(fc.property(path, (text) => {
    assertEquals(parsePathUri(pathToUri(text)), pathToUri(text));
  }));
});

Deno.test("parsePathUri() of any text throws PathUriError or returns a URI in normal form", () => {
  const part = fc.constantFrom(
    ...["file:", "//", "/", "C:", "a", "%2e", "%", "..", "?", "#", "@", " "],
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      try {
        const uri = parsePathUri(`file:${parts.join("")}`);
        const path = nativePath(uri, "linux");
        assertEquals([parsePathUri(uri), path.startsWith("/")], [uri, true]);
      } catch (error) {
        if (!(error instanceof PathUriError)) throw error;
      }
    }),
    { numRuns: 1000 },
  );
});
