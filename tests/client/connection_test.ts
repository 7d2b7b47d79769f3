/** How calls are numbered, settled, refused and ended. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { MAX_PENDING_CALLS } from "../../client/connection.ts";
import { ExecServerError } from "../../client/errors.ts";
import { within } from "../support/deadline.ts";
import { scriptedSession } from "./scripted_server.ts";

async function failureOf(promise: Promise<unknown>): Promise<ExecServerError> {
  return await within(assertRejects(() => promise, ExecServerError), "a rejection");
}

Deno.test("Connection numbers its calls from 1 and takes answers in any order", async () => {
  const { client, server } = await scriptedSession();
  const first = client.call("environment/status", {});
  const second = client.call("process/terminate", { processId: "x" });
  const askedFirst = await server.asked("environment/status");
  const askedSecond = await server.asked("process/terminate");
  // 1 was the handshake.
  assertEquals([askedFirst.id, askedSecond.id], [2, 3]);
  server.answer(askedSecond, { running: false });
  server.answer(askedFirst, { status: "ready" });
  assertEquals([await first, await second], [{ status: "ready" }, { running: false }]);
  await client.close();
});

Deno.test("Connection rejects a refused call with the server's code and words", async () => {
  const { client, server } = await scriptedSession();
  const call = client.call("process/read", { processId: "x" });
  server.refuse(await server.asked("process/read"), -32600, "unknown process id x");
  const error = await failureOf(call);
  assertEquals(error.message, "exec-server rejected request (-32600): unknown process id x");
  assertEquals([error.kind, error.code, error.serverMessage], [
    "server",
    -32600,
    "unknown process id x",
  ]);
  await client.close();
});

Deno.test("Connection rejects a call whose result makes no sense, and goes on", async () => {
  const { client, server } = await scriptedSession();
  const call = client.call("process/terminate", { processId: "x" });
  await server.serve("process/terminate", { running: "perhaps" });
  const error = await failureOf(call);
  assertEquals(error.kind, "protocol");
  await server.proveQuiet(client);
  await client.close();
});

Deno.test("Connection refuses what the server requests", async () => {
  const { client, server } = await scriptedSession();
  server.transport.send('{"id":7,"method":"network/policyRequest","params":{}}');
  assertEquals(await server.next(), {
    kind: "error",
    id: 7,
    code: -32601,
    message: "exec-server client does not implement `network/policyRequest` yet",
    data: undefined,
  });
  await client.close();
});

Deno.test("Connection ignores unknown notifications, unknown answers and unknown processes", async () => {
  const { client, server } = await scriptedSession();
  server.notify("something/new", { any: "thing" });
  server.transport.send('{"id":99,"result":{}}');
  server.transport.send('{"id":"text","error":{"code":-1,"message":"no"}}');
  server.output(1, "for nobody");
  await server.proveQuiet(client);
  await client.close();
});

Deno.test("Connection ends with a protocol error on a message it cannot read", async () => {
  const { client, server } = await scriptedSession();
  const call = client.call("environment/status", {});
  server.transport.send("{nonsense");
  const error = await failureOf(call);
  assertEquals(error.kind, "protocol");
  assertEquals(await client.closed, error);
  await within(server.transport.closed, "the client to hang up");
});

Deno.test("Connection ends on a known notification with bad parameters", async () => {
  const { client, server } = await scriptedSession();
  server.notify("process/exited", { processId: "p", seq: 1, exitCode: "zero" });
  const error = await client.closed;
  assertEquals(error.kind, "protocol");
  await within(server.transport.closed, "the client to hang up");
});

Deno.test("Connection fails every pending and later call with one error when it is lost", async () => {
  const { client, server } = await scriptedSession();
  const pending = [
    client.call("environment/status", {}),
    client.call("process/read", { processId: "x", waitMs: 60_000 }),
  ];
  server.transport.close("the cable was cut");
  const [first, second] = await Promise.all(pending.map(failureOf));
  assertEquals(first?.kind, "disconnected");
  assertEquals(first?.message, "exec-server transport disconnected: the cable was cut");
  assertEquals(second, first);
  const later = await failureOf(client.call("environment/status", {}));
  assertEquals(later === first, true);
  await client.close();
});

Deno.test("Connection delivers what arrived before the end", async () => {
  const { client, server } = await scriptedSession();
  const call = client.call("environment/status", {});
  const asked = await server.asked("environment/status");
  server.answer(asked, { status: "ready" });
  server.transport.close("done");
  assertEquals(await call, { status: "ready" });
  await client.close();
});

Deno.test("Connection.close() fails pending calls with kind closed", async () => {
  const { client } = await scriptedSession();
  const call = client.call("environment/status", {});
  const failure = failureOf(call);
  await client.close();
  assertEquals((await failure).kind, "closed");
});

Deno.test("Connection.call() gives up when its signal aborts; the late answer is harmless", async () => {
  const { client, server } = await scriptedSession();
  const abort = new AbortController();
  const call = client.call("environment/status", {}, { signal: abort.signal });
  const asked = await server.asked("environment/status");
  abort.abort(new Error("Enough"));
  await assertRejects(() => call, Error, "Enough");
  server.answer(asked, { status: "ready" });
  await server.proveQuiet(client);
  await client.close();
});

Deno.test("Connection.call() sends nothing when its signal has aborted already", async () => {
  const { client, server } = await scriptedSession();
  const signal = AbortSignal.abort(new Error("Too late"));
  await assertRejects(() => client.call("environment/info", {}, { signal }), Error, "Too late");
  await server.proveQuiet(client);
  await client.close();
});

Deno.test("Connection keeps one place free for calls that tidy up", async () => {
  const { client, server } = await scriptedSession();
  const calls: Promise<unknown>[] = [];
  for (let i = 0; i < MAX_PENDING_CALLS; i++) calls.push(client.call("environment/status", {}));
  const refused = await failureOf(client.call("environment/status", {}));
  assertEquals(refused.kind, "limit");
  assertEquals(refused.message, "exec-server has reached its limit of 1024 pending requests");
  const tidy = { isCleanUp: true };
  calls.push(client.call("process/terminate", { processId: "x" }, tidy));
  const second = await failureOf(client.call("process/terminate", { processId: "x" }, tidy));
  assertEquals(second.kind, "limit");
  for (let i = 0; i < MAX_PENDING_CALLS; i++) {
    await server.serve("environment/status", { status: "ready" });
  }
  await server.serve("process/terminate", { running: true });
  await Promise.all(calls);
  await client.close();
});
