/** Environments by name: shared attempts, fresh ones after failures, and what never connects. @module */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type EnvironmentConnector,
  EnvironmentManager,
  type EnvironmentSettings,
  EnvironmentSettingsError,
} from "../../../client/environments/mod.ts";
import { type ExecServerClient, ExecServerError } from "../../../client/mod.ts";
import { PATIENCE_MS, within } from "../../support/deadline.ts";
import { scriptedInfo, type ScriptedSession, scriptedSession } from "../scripted_server.ts";

/** One attempt to connect, settled by the test. */
interface Attempt {
  readonly settings: EnvironmentSettings;
  readonly signal: AbortSignal | undefined;
  readonly settle: PromiseWithResolvers<ExecServerClient>;
}

/** Connections as the test says. */
class Connections {
  readonly attempts: Attempt[] = [];

  readonly connect: EnvironmentConnector = (settings, { signal }) => {
    const settle = Promise.withResolvers<ExecServerClient>();
    this.attempts.push({ settings, signal, settle });
    return settle.promise;
  };

  /** Lets the attempt at `index` succeed. */
  async succeed(index: number): Promise<ScriptedSession> {
    const session = await scriptedSession();
    this.attempts[index]?.settle.resolve(session.client);
    return session;
  }

  /** Lets it fail. */
  fail(index: number, text: string): void {
    this.attempts[index]?.settle.reject(new ExecServerError("connect", text));
  }
}

const url = "ws://127.0.0.1:1";
const box = { environments: { box: { url } }, default: "box", includeLocal: false };

function boxed(): { manager: EnvironmentManager; connections: Connections } {
  const connections = new Connections();
  const manager = EnvironmentManager.fromSettings(box, { connect: connections.connect });
  return { manager, connections };
}

Deno.test("Ids, defaults and settings are as a program gives them", async () => {
  const environments = { a: { url }, b: { program: " p " } };
  const given = { environments, default: "b", includeLocal: true };
  await using manager = EnvironmentManager.fromSettings(given);
  assertEquals(manager.ids(), ["local", "a", "b"]);
  assertEquals(manager.defaultEnvironmentIds(), ["b", "local", "a"]);
  assertEquals(manager.defaultEnvironment()?.id, "b");
  assertEquals([manager.get("c"), manager.status("c")], [undefined, undefined]);
  await using none = EnvironmentManager.fromSettings({ environments, default: "none" });
  assertEquals([none.defaultEnvironment(), none.defaultEnvironmentIds()], [undefined, []]);
  const refused: readonly [string, EnvironmentSettings][] = [
    ["local", { url }],
    ["a b", { url }],
    ["a", { url: "http://h" }],
    ["a", { url: "ws://h", headers: { "x-key": "1" } }],
    ["a", { program: " " }],
  ];
  for (const [id, settings] of refused) {
    const given = { environments: { [id]: settings } };
    assertThrows(() => EnvironmentManager.fromSettings(given), EnvironmentSettingsError);
    assertThrows(() => manager.upsert(id, settings), EnvironmentSettingsError);
  }
});

Deno.test("Everyone who asks at the same time shares one attempt, and then one client", async () => {
  const { manager, connections } = boxed();
  await using _manager = manager;
  const environment = manager.get("box");
  assert(environment !== undefined);
  const asked = [environment.client(), environment.client(), environment.capabilities()] as const;
  const { client } = await connections.succeed(0);
  assertEquals(await asked[0], client);
  assertEquals(await asked[1], client);
  assertEquals((await asked[2]).processCloseStdin, true);
  assertEquals(await environment.client(), client);
  assertEquals(connections.attempts.length, 1);
});

Deno.test("Who gives up waiting does not end the attempt of the others", async () => {
  const { manager, connections } = boxed();
  await using _manager = manager;
  const environment = manager.defaultEnvironment();
  const impatient = environment?.client({ signal: AbortSignal.abort(new Error("No time")) });
  const patient = environment?.client();
  await assertRejects(async () => await impatient, Error, "No time");
  const { client } = await connections.succeed(0);
  assertEquals(await patient, client);
});

Deno.test("A failed attempt is not remembered", async () => {
  const { manager, connections } = boxed();
  await using _manager = manager;
  const environment = manager.get("box");
  const first = [environment?.client(), environment?.fs.readFile("file:///x")];
  connections.fail(0, "Nobody there");
  for (const it of first) {
    await assertRejects(async () => await it, ExecServerError, "Nobody there");
  }
  assertEquals(manager.status("box"), { disconnected: "Nobody there" });
  const again = environment?.client();
  assertEquals(manager.status("box"), "pending");
  const { client } = await connections.succeed(1);
  assertEquals(await again, client);
  assertEquals(manager.status("box"), "ready");
});

Deno.test("A connector that throws at once is tried again like any other", async () => {
  let calls = 0;
  const connect: EnvironmentConnector = () => {
    throw new ExecServerError("connect", `Attempt ${++calls}`);
  };
  await using manager = EnvironmentManager.fromSettings(box, { connect });
  for (const text of ["Attempt 1", "Attempt 2"]) {
    await assertRejects(async () => await manager.get("box")?.info(), ExecServerError, text);
  }
});

Deno.test("After the end of a client the next use makes a fresh one", async () => {
  const { manager, connections } = boxed();
  await using _manager = manager;
  const environment = manager.get("box");
  const asking = environment?.client();
  const { client } = await connections.succeed(0);
  await asking;
  await client.close();
  await client.closed;
  assert(typeof manager.status("box") === "object");
  const again = environment?.client();
  const fresh = await connections.succeed(1);
  assertEquals(await again, fresh.client);
});

Deno.test("Asking for the status never connects", () => {
  const { manager, connections } = boxed();
  assertEquals(manager.status("box"), "pending");
  assertEquals(manager.ids(), ["box"]);
  assertEquals(connections.attempts, []);
});

Deno.test("Information is that of the greeting, or fresh", async () => {
  const { manager, connections } = boxed();
  await using _manager = manager;
  const environment = manager.get("box");
  const asking = environment?.info();
  const { server } = await connections.succeed(0);
  assertEquals((await asking)?.cwd, "file:///work");
  const fresh = environment?.info({ fresh: true });
  await server.serve("environment/info", { ...scriptedInfo, cwd: "file:///moved" });
  assertEquals((await fresh)?.cwd, "file:///moved");
});

Deno.test("A replaced environment goes on for those who hold it, until the manager ends", async () => {
  const { manager, connections } = boxed();
  const old = manager.get("box");
  const asking = old?.client();
  const first = await connections.succeed(0);
  await asking;
  const replaced = manager.upsert("box", { url: "ws://127.0.0.1:2" });
  assertEquals(manager.get("box"), replaced);
  assertEquals(manager.status("box"), "pending");
  assertEquals(await old?.client(), first.client);
  const asked = manager.defaultEnvironment()?.client();
  assertEquals(connections.attempts[1]?.settings, { url: "ws://127.0.0.1:2" });
  const second = await connections.succeed(1);
  await asked;
  manager.upsert("more", { program: "p" });
  assertEquals(manager.ids(), ["box", "more"]);
  await within(manager[Symbol.asyncDispose](), "the end of the manager");
  for (const { client } of [first, second]) assertEquals((await client.closed).kind, "closed");
});

Deno.test("The end of a manager ends attempts, and later uses are refused", async () => {
  const { manager, connections } = boxed();
  const environment = manager.get("box");
  const asking = environment?.client();
  const refused = assertRejects(async () => await asking, ExecServerError);
  const ending = manager[Symbol.asyncDispose]();
  const [attempt] = connections.attempts;
  assertEquals(attempt?.signal?.aborted, true);
  attempt?.settle.reject(attempt.signal?.reason);
  await within(ending, "the end of the manager", PATIENCE_MS);
  assertEquals((await refused).kind, "closed");
  const late = await assertRejects(
    async () => await environment?.exec.start({ argv: ["x"] }),
    ExecServerError,
  );
  assertEquals([late.kind, connections.attempts.length], ["closed", 1]);
});

Deno.test("This machine is what a function brings; without one it says so", async () => {
  await using without = EnvironmentManager.fromSettings({ includeLocal: true });
  const error = await assertRejects(
    async () => await without.defaultEnvironment()?.client(),
    ExecServerError,
    'Environment "local" cannot be used: this program brings no server of its own',
  );
  assertEquals(error.kind, "notSupported");
  const { client } = await scriptedSession();
  await using manager = EnvironmentManager.fromSettings({}, {
    local: () => Promise.resolve(client),
  });
  assertEquals(await manager.get("local")?.client(), client);
});

Deno.test("This machine is left out where nothing brings it, unless it is asked for", () => {
  const environments = { a: { url } };
  const local = () => Promise.reject(new Error("Not now"));
  const manager = EnvironmentManager.fromSettings({ environments });
  assertEquals([manager.ids(), manager.defaultEnvironmentIds()], [["a"], []]);
  const both = EnvironmentManager.fromSettings({ environments }, { local });
  assertEquals([both.ids(), both.defaultEnvironment()?.id], [["local", "a"], "local"]);
  const without = EnvironmentManager.fromSettings({ environments, includeLocal: false }, { local });
  assertEquals(without.ids(), ["a"]);
});

Deno.test("close() ends everything, also when it is called twice", async () => {
  const { manager, connections } = boxed();
  const asking = manager.get("box")?.client();
  const { client } = await connections.succeed(0);
  await asking;
  await within(Promise.all([manager.close(), manager.close()]), "the end of the manager");
  assertEquals((await client.closed).kind, "closed");
});
