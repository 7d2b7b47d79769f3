/** What clients are told about the machine. @module */

import { assertEquals, assertMatch } from "@std/assert";
import { decode } from "../../../protocol/schema.ts";
import { environmentInfo } from "../../../protocol/methods/environment.ts";
import { VERSION, WIRE_VERSION } from "../../../protocol/version.ts";
import { describeMachine } from "../../../server/environment/describe_machine.ts";

function describe(env: Readonly<Record<string, string>>) {
  return describeMachine({
    system: "linux",
    env: new Map(Object.entries(env)),
    hasTerminals: true,
  });
}

Deno.test("describeMachine() tells what every client expects", () => {
  const info = describe({ HOME: "/home/me" });
  assertEquals(info.executorVersion, WIRE_VERSION);
  assertEquals(info.platformOs, "linux");
  assertEquals(info.userHomeDir, "file:///home/me");
  assertEquals(info.implementation, { name: "exec-server", version: VERSION });
  assertMatch(info.cwd ?? "", /^file:\/\/\//);
  assertMatch(info.shell.path, /^\/.*[^/]$/);
  assertEquals(info.shell.name, info.shell.path.split("/").at(-1));
});

Deno.test("describeMachine() makes what its own decoder takes, once it is JSON", () => {
  const info = describe({ TMPDIR: "/tmp/é x" });
  const wire: unknown = JSON.parse(JSON.stringify(info));
  assertEquals(JSON.stringify(decode(environmentInfo, wire)), JSON.stringify(info));
});

const temporary:
  readonly (readonly [value: string | undefined, tempDir: string, listed: string[]])[] = [
    [undefined, "file:///tmp", []],
    ["", "file:///tmp", []],
    ["relative", "file:///tmp", []],
    ["/var/tmp/", "file:///var/tmp", ["file:///var/tmp"]],
  ];

for (const [value, tempDir, listed] of temporary) {
  Deno.test(`describeMachine() with TMPDIR ${JSON.stringify(value)} names ${tempDir}`, () => {
    const info = describe(value === undefined ? {} : { TMPDIR: value });
    assertEquals([info.tempDir, info.temporaryDirectories], [tempDir, listed]);
  });
}

Deno.test("describeMachine() finds a home without HOME, in the user database", () => {
  const { userHomeDir } = describe({});
  if (userHomeDir !== undefined) assertMatch(userHomeDir, /^file:\/\/\//);
});
