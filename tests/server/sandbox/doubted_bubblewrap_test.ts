/** Which bubblewrap a server's sandbox relies on, and for how long. @module */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { SpawnRequest } from "../../../server/process/spawner.ts";
import { SandboxRefusal } from "../../../sandbox/refusal.ts";
import { Sandbox } from "../../../server/sandbox/sandbox.ts";
import { pathEntry, readRoot, restrictedSandbox } from "../../support/sandbox_intents.ts";
import { Scratch } from "../../support/scratch.ts";

interface Scene {
  readonly sandbox: Sandbox;
  /** How often bubblewrap was looked for. */
  readonly searches: { count: number; isBroken: boolean };
  /** A directory that commands may write. */
  readonly workspace: string;
  /** Makes a command ready. */
  readonly hold: () => ReturnType<Sandbox["hold"]>;
}

/** @param place where bubblewrap is, below the scene's directory unless absolute */
function test(name: string, place: string, fn: (scene: Scene) => Promise<void>): void {
  const ignore = Deno.build.os !== "linux";
  // Libraries stay loaded.
  const options = { sanitizeResources: false, sanitizeOps: false };
  Deno.test({
    name,
    ignore,
    ...options,
    async fn() {
      await using scratch = await Scratch.create();
      const workspace = `${scratch.path}/ws`;
      await Deno.mkdir(workspace);
      const searches = { count: 0, isBroken: false };
      const path = place.startsWith("/") ? place : `${scratch.path}/${place}`;
      using sandbox = new Sandbox({
        system: "linux",
        home: undefined,
        hidden: [],
        findBubblewrap() {
          searches.count++;
          if (searches.isBroken) return Promise.reject(new SandboxRefusal("unavailable", "gone"));
          const abilities = { disablesUserNamespaces: true, mountsDescriptors: true };
          return Promise.resolve({ path, ...abilities, hidesFirstProcess: true });
        },
      });
      const request: SpawnRequest = {
        program: "true",
        argv: ["true"],
        cwd: workspace,
        env: new Map(),
        pipeStdin: false,
      };
      const intent = restrictedSandbox([readRoot, pathEntry(workspace, "write")]);
      const hold = () => sandbox.hold({ intent, request, isNetworkManaged: false });
      await fn({ sandbox, searches, workspace, hold });
    },
  });
}

/** Lets go of what was held. */
async function letGo(held: ReturnType<Sandbox["hold"]>): Promise<void> {
  const { started, ended } = await held;
  started();
  ended();
}

test(
  "bubblewrap is looked for once, and again when it is doubted",
  "/usr/bin/bwrap",
  async (it) => {
    await letGo(it.hold());
    const second = it.hold();
    assert(!(second instanceof Promise));
    await letGo(second);
    assertEquals(it.searches.count, 1);
    it.sandbox.doubt();
    it.sandbox.doubt();
    await Promise.all([letGo(it.hold()), letGo(it.hold())]);
    assertEquals(it.searches.count, 2);
    await letGo(it.hold());
    assertEquals(it.searches.count, 2);
  },
);

test(
  "what no longer works when it is doubted is not used any more",
  "/usr/bin/bwrap",
  async (it) => {
    await letGo(it.hold());
    it.sandbox.doubt();
    it.searches.isBroken = true;
    await assertRejects(async () => await it.hold(), SandboxRefusal, "gone");
    await assertRejects(async () => await it.hold(), SandboxRefusal, "gone");
    it.searches.isBroken = false;
    await letGo(it.hold());
    assertEquals(it.searches.count, 4);
  },
);

test("a bubblewrap in the workspace is not trusted with it", "ws/bwrap", async (it) => {
  const { message } = await assertRejects(async () => await it.hold(), SandboxRefusal);
  assertStringIncludes(message, `"${it.workspace}/bwrap", lies where the command may write`);
  assertThrows(() => it.hold(), SandboxRefusal, "lies where the command may write");
});

test("a bubblewrap beside the workspace is", "tools/bwrap", async (it) => {
  await letGo(it.hold());
  assertEquals(it.searches.count, 1);
});
