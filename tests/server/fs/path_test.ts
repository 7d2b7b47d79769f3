/** From URIs to native paths, and from the system's failures to wire errors. @module */

import { assertEquals, assertThrows } from "@std/assert";
import { RpcError } from "../../../protocol/errors.ts";
import { fileError, localPath, refuseSandbox } from "../../../server/fs/path.ts";
import { fakeMachine } from "../../support/fake_child.ts";

const refused: readonly (readonly [uri: string, code: number, words: string])[] = [
  ["file:///C:/x", -32600, "'file:///C:/x' is invalid on 'linux'"],
  ["file://host/x", -32600, "'file://host/x' is invalid on 'linux'"],
  ["file:///a%00b", -32602, "'file:///a%00b' is invalid on 'linux'"],
];

for (const [uri, code, words] of refused) {
  Deno.test(`localPath("${uri}") is refused with ${code}`, () => {
    const error = assertThrows(() => localPath(uri, fakeMachine()), RpcError);
    assertEquals([error.code, error.message], [code, words]);
  });
}

Deno.test("localPath() is the native path", () => {
  assertEquals(localPath("file:///a%20b/", fakeMachine()), "/a b");
});

Deno.test("refuseSandbox() refuses any sandbox, and none only when there is none", () => {
  for (const none of [undefined, null]) refuseSandbox(none);
  for (const sandbox of [{}, [], false, 0, "", { permissions: { type: "disabled" } }]) {
    const error = assertThrows(() => refuseSandbox(sandbox), RpcError);
    assertEquals(error.code, -32600);
  }
});

const failures: readonly (readonly [error: unknown, code: number, words: string])[] = [
  [
    new Deno.errors.NotFound("No such file or directory (os error 2): readfile '/x'"),
    -32004,
    'No such file or directory (os error 2): "/x"',
  ],
  [
    new Deno.errors.PermissionDenied("Permission denied (os error 13): open '/x'"),
    -32600,
    'Permission denied (os error 13): "/x"',
  ],
  [new Error("Disk on fire (os error 5)"), -32603, 'Disk on fire (os error 5): "/x"'],
  [new Error("Odd"), -32603, 'Odd: "/x"'],
  ["not an error", -32603, 'not an error: "/x"'],
];

for (const [error, code, words] of failures) {
  Deno.test(`fileError() of ${error} has code ${code}`, () => {
    const wire = fileError(error, "/x");
    assertEquals([wire.code, wire.message, wire.cause], [code, words, error]);
  });
}

Deno.test("fileError() leaves a wire error as it is", () => {
  const error = new RpcError("fileRefused", "Too large");
  assertEquals(fileError(error, "/x") === error, true);
});
