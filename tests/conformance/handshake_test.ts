/** Checks of what may be called when: before, during and after the handshake. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";

const server = sharedServer();

/** Methods with parameters that decode, and the word errors use for their family. */
const families: readonly (readonly [method: string, params: unknown, family: string])[] = [
  ["process/read", { processId: "p" }, "exec"],
  ["process/write", { processId: "p", chunk: "", writeId: "w" }, "exec"],
  ["process/signal", { processId: "p", signal: "interrupt" }, "exec"],
  ["process/terminate", { processId: "p" }, "exec"],
  ["fs/readFile", { path: "file:///x" }, "filesystem"],
  ["environment/info", undefined, "environment info"],
  ["environment/status", undefined, "environment status"],
];

check("34: a call before `initialize` is refused", async () => {
  await using peer = await server().connect();
  for (const [method, params, family] of families) {
    const failure = await peer.refused(method, params);
    assertEquals(failure.code, -32600, method);
    const words = `client must call initialize before using ${family} methods`;
    assertStringIncludes(failure.message, words);
  }
});

check("35: a call between `initialize` and `initialized` is refused", async () => {
  await using peer = await server().connect();
  await peer.initialize();
  for (const [method, params, family] of families) {
    const failure = await peer.refused(method, params);
    assertEquals(failure.code, -32600, method);
    const words = `client must send initialized before using ${family} methods`;
    assertStringIncludes(failure.message, words);
  }
  peer.send({ method: "initialized" });
  assertEquals(await peer.call("environment/status"), { status: "ready" });
});

check("35: parameters are read before the phase is looked at", async () => {
  await using peer = await server().connect();
  assertEquals((await peer.refused("process/read", {})).code, -32602);
  await peer.initialize();
  assertEquals((await peer.refused("process/read", {})).code, -32602);
});

check("36: a second `initialize` is refused, one after a refused one is not", async () => {
  await using peer = await server().connect();
  assertEquals((await peer.refused("initialize", {})).code, -32602);
  await peer.handshake();
  const failure = await peer.refused("initialize", { clientName: "x" });
  assertEquals(failure.code, -32600);
  assertStringIncludes(failure.message, "initialize may only be sent once per connection");
});

check("37: `initialize` names the member that is missing or wrong", async () => {
  await using peer = await server().connect();
  const missing = await peer.refused("initialize", {});
  assertEquals(missing.code, -32602);
  assertStringIncludes(missing.message, "missing field `clientName`");
  assertEquals((await peer.refused("initialize", { clientName: 5 })).code, -32602);
  assertEquals((await peer.refused("initialize")).code, -32602);
});

check("37: an empty client name and unknown members are fine", async () => {
  await using peer = await server().connect();
  await peer.call("initialize", { clientName: "", resumeSessionId: null, color: "blue" });
});

check("38: the handshake and calls after it may be sent without waiting", async () => {
  await using peer = await server().connect();
  const first = peer.post("initialize", { clientName: "x" });
  peer.send({ method: "initialized" });
  const second = peer.post("environment/status");
  assertEquals((await peer.answer(second)).result, { status: "ready" });
  assertEquals((await peer.answer(first)).error, undefined);
});

const information = v.object({
  shell: v.object({ name: v.string(), path: v.string() }),
  executorVersion: v.string(),
  cwd: v.string(),
  userHomeDir: v.string(),
  platformOs: v.string(),
  temporaryDirectories: v.array(v.string()),
  tempDir: v.string(),
  capabilities: v.record(v.string(), v.boolean()),
});

check("`initialize` and `environment/info` describe the same environment", async () => {
  await using peer = await server().connect();
  const result = v.parse(
    v.object({ sessionId: v.pipe(v.string(), v.uuid()), environmentInfo: information }),
    await peer.call("initialize", { clientName: "x" }),
  );
  peer.send({ method: "initialized" });
  const info = v.parse(information, await peer.call("environment/info"));
  assertEquals(info, result.environmentInfo);
  assertEquals(info.cwd, `file://${server().root}`);
  assertEquals(info.userHomeDir, `file://${server().home}`);
  assert(info.shell.path.endsWith(info.shell.name));
});
