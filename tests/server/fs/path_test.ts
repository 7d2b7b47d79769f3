/** From URIs to native paths, and from the system's failures to wire errors. @module */

import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { RpcError } from "../../../protocol/errors.ts";
import { FileFault } from "../../../server/fs/file_fault.ts";
import {
  fileError,
  localPath,
  named,
  noFollowError,
  refuseSandbox,
  splitPath,
} from "../../../server/fs/path.ts";
import { fakeMachine } from "../../support/fake_child.ts";
import { disabledSandbox } from "../../support/sandbox_intents.ts";

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

Deno.test("localPath() refuses what is too long for any system call, and does not repeat it", () => {
  const longest = `/${"é".repeat(2047)}`;
  assertEquals(localPath(`file://${longest}`, fakeMachine()), longest);
  const error = assertThrows(() => localPath(`file://${longest}a`, fakeMachine()), RpcError);
  const words = "File name too long (os error 36): a path of 4096 bytes";
  assertEquals([error.code, error.message], [-32603, words]);
});

Deno.test("refuseSandbox() refuses any sandbox, and none only when there is none", () => {
  for (const none of [undefined, null]) refuseSandbox(none);
  const error = assertThrows(() => refuseSandbox(disabledSandbox), RpcError);
  assertEquals(error.code, -32600);
});

const failures: readonly (readonly [fault: FileFault, code: number])[] = [
  [FileFault.of("ENOENT"), -32004],
  [FileFault.of("EACCES"), -32600],
  [FileFault.of("EPERM"), -32600],
  [FileFault.of("EINVAL"), -32600],
  [FileFault.of("EISDIR"), -32603],
  [new FileFault(4711, "Disk on fire (os error 4711)"), -32603],
];

for (const [fault, code] of failures) {
  Deno.test(`fileError() of ${fault.code} has code ${code}, and names the path`, () => {
    const wire = fileError(fault, "/a\udcff");
    assertInstanceOf(wire, RpcError);
    assertEquals([wire.code, wire.message], [code, `${fault.message}: "/a\ufffd"`]);
    assertEquals(wire.cause, fault);
  });
}

Deno.test("fileError() leaves other errors as they are", () => {
  for (const error of [new RpcError("fileRefused", "Too large"), new Error("Odd")]) {
    assertEquals(fileError(error, "/x") === error, true);
  }
  assertEquals(fileError("text", "/x").message, "text");
});

Deno.test("noFollowError() has words of its own for a link in the last place only", () => {
  const link = noFollowError(FileFault.of("ELOOP"), "/l");
  assertEquals(link.message, 'path contains a symbolic link: "/l"');
  assertEquals(noFollowError(FileFault.of("ENOTDIR"), "/l").message.startsWith("Not a dir"), true);
});

Deno.test("named() throws a fault as a wire error of its place", async () => {
  assertEquals(await named("/x", () => 1), 1);
  const parent = await openRoot();
  try {
    const error = await assertRejects(
      () => named({ parent, name: "x" }, () => Promise.reject(FileFault.of("EIO"))),
      RpcError,
    );
    assertEquals(error.message, 'Input/output error (os error 5): "/x"');
  } finally {
    parent.close();
  }
});

Deno.test("splitPath() parts a path at its last slash", () => {
  assertEquals(splitPath("/a/b"), { parent: "/a", name: "b" });
  assertEquals(splitPath("/a"), { parent: "/", name: "a" });
  assertEquals(splitPath("/"), undefined);
});

async function openRoot() {
  return await fakeMachine().files.openDirectory("/", "follow");
}
