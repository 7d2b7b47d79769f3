/** The handshake, as the client performs it. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { connectTransport, ExecServerError } from "../../client/mod.ts";
import { memoryPair } from "../../protocol/transport/memory.ts";
import { within } from "../support/deadline.ts";
import { ManualClock } from "./manual_clock.ts";
import { scriptedInfo, ScriptedServer, scriptedSession } from "./scripted_server.ts";

async function failureOf(promise: Promise<unknown>): Promise<ExecServerError> {
  return await within(assertRejects(() => promise, ExecServerError), "a rejection");
}

Deno.test("connectTransport() sends initialize, then initialized, and nothing else", async () => {
  const [near, far] = memoryPair();
  const server = new ScriptedServer(far);
  const connecting = connectTransport(near, { clientName: "me" });
  assertEquals(
    await server.transport.receive(),
    '{"id":1,"method":"initialize",' + '"params":{"clientName":"me","extensions":true}}',
  );
  server.transport.send(
    JSON.stringify({ id: 1, result: { sessionId: "s1", environmentInfo: scriptedInfo } }),
  );
  assertEquals(await server.transport.receive(), '{"method":"initialized","params":{}}');
  const client = await connecting;
  assertEquals(client.sessionId, "s1");
  assertEquals(client.environmentInfo.shell, { name: "sh", path: "/bin/sh" });
  await server.proveQuiet(client);
  await client.close();
});

Deno.test("connectTransport() asks for the environment when initialize left it out", async () => {
  const [near, far] = memoryPair();
  const server = new ScriptedServer(far);
  const connecting = connectTransport(near);
  await server.serve("initialize", { sessionId: "s" });
  assertEquals((await server.next()).kind, "notification");
  await server.serve("environment/info", { shell: { name: "sh", path: "/bin/sh" } });
  const client = await connecting;
  assertEquals(Object.values(client.capabilities).every((able) => able === false), true);
  await client.close();
});

Deno.test("ExecServerClient.capabilities is false where the server does not say true", async () => {
  const { client } = await scriptedSession();
  assertEquals(client.capabilities.processCloseStdin, true);
  assertEquals(client.capabilities.fsWatchMissing, false);
  await client.close();
});

Deno.test("connectTransport() gives up when the server does not answer in time", async () => {
  const clock = new ManualClock();
  const [near, far] = memoryPair();
  const connecting = failureOf(connectTransport(near, { clock, initializeTimeoutMs: 1500 }));
  await far.receive();
  clock.advance(1499);
  clock.advance(1);
  const error = await connecting;
  assertEquals(error.kind, "initializeTimeout");
  assertEquals(
    error.message,
    "Timed out waiting for the handshake of exec-server memory after 1500 ms",
  );
  await within(far.closed, "the client to hang up");
  assertEquals(clock.pending, 0);
});

Deno.test("connectTransport() resumes a session, and no other than the one asked for", async () => {
  for (const found of ["wanted", "another"]) {
    const [near, far] = memoryPair();
    const server = new ScriptedServer(far);
    const connecting = connectTransport(near, { resumeSessionId: "wanted" });
    const outcome = connecting.then((client) => client.sessionId, (error) => error.kind);
    const params = await server.serve("initialize", {
      sessionId: found,
      environmentInfo: scriptedInfo,
    });
    assertEquals(Object(params).resumeSessionId, "wanted");
    assertEquals(await outcome, found === "wanted" ? "wanted" : "protocol");
    near.close("done");
  }
});

Deno.test("connectTransport() passes the server's refusal on", async () => {
  const [near, far] = memoryPair();
  const server = new ScriptedServer(far);
  const connecting = failureOf(connectTransport(near, { resumeSessionId: "old" }));
  server.refuse(await server.asked("initialize"), -32600, "unknown session id old");
  const error = await connecting;
  assertEquals([error.kind, error.code], ["server", -32600]);
  await within(far.closed, "the client to hang up");
});

Deno.test("connectTransport() stops when its signal aborts", async () => {
  const abort = new AbortController();
  const [near, far] = memoryPair();
  const connecting = assertRejects(
    () => connectTransport(near, { signal: abort.signal }),
    Error,
    "Never mind",
  );
  await far.receive();
  abort.abort(new Error("Never mind"));
  await connecting;
  await within(far.closed, "the client to hang up");
});
