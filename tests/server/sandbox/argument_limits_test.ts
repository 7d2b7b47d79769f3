/** What is too much for a sandbox is refused before anything is made for it. @module */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { SandboxRefusal } from "../../../sandbox/refusal.ts";
import {
  requireFewArguments,
  requireFewPlaceholders,
  requireShortVariables,
} from "../../../server/sandbox/argument_limits.ts";
import { Sandbox } from "../../../server/sandbox/sandbox.ts";
import { pathEntry, restrictedSandbox } from "../../support/sandbox_intents.ts";

const LONGEST = 131_071;

Deno.test("a variable may be as long as the system takes, in bytes", () => {
  requireShortVariables(new Map([["A", "x".repeat(LONGEST - 2)], ["B", ""]]));
  for (const value of ["x".repeat(LONGEST - 1), "é".repeat(LONGEST / 2)]) {
    const { message } = assertThrows(
      () => requireShortVariables(new Map([["A", value]])),
      SandboxRefusal,
      'The sandbox cannot pass on the variable "A" of ',
    );
    assert(message.endsWith(`more than the ${LONGEST} that the system takes; shorten it`));
  }
});

Deno.test("arguments and names to keep from being made are counted", () => {
  requireFewArguments(8000);
  assertThrows(() => requireFewArguments(8001), SandboxRefusal, "The sandbox has 8001 arguments");
  const mounts = (length: number) => ({
    base: "read" as const,
    operations: [],
    placeholders: Array.from({ length }, (_, at) => ({ path: `/${at}`, text: undefined })),
  });
  requireFewPlaceholders(mounts(128));
  assertThrows(() => requireFewPlaceholders(mounts(129)), SandboxRefusal, "to keep 129 names");
});

Deno.test({
  name: "a refused sandbox leaves nothing behind, for nothing was made",
  ignore: Deno.build.os !== "linux",
  // The library that looks at the disk stays loaded.
  sanitizeResources: false,
  fn: refusedSandbox,
});

async function refusedSandbox(): Promise<void> {
  const root = Deno.makeTempDirSync();
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => Deno.removeSync(root, { recursive: true }));
  const before = Deno.statSync(root).mtime;
  using sandbox = new Sandbox({
    system: "linux",
    home: undefined,
    hidden: [],
    findBubblewrap: () =>
      Promise.resolve({
        path: "/usr/bin/bwrap",
        disablesUserNamespaces: true,
        mountsDescriptors: false,
        hidesFirstProcess: false,
      }),
  });
  const denied = Array.from({ length: 500 }, (_, at) => pathEntry(`${root}/${at}`, "deny"));
  const request = {
    program: "true",
    argv: ["true"],
    cwd: root,
    env: new Map<string, string>(),
    pipeStdin: false,
  };
  const intent = restrictedSandbox([pathEntry(root, "write"), pathEntry("/", "read"), ...denied]);
  await assertRejects(
    async () => await sandbox.hold({ intent, request, isNetworkManaged: false }),
    SandboxRefusal,
    "names from being made, more than the 128",
  );
  assertEquals(Deno.statSync(root).mtime, before);
}
