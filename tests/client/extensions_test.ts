/** What the client does with a server that announces extensions, and with one that does not. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { ExecServerError, type StartRequest } from "../../client/mod.ts";
import { within } from "../support/deadline.ts";
import {
  scriptedInfo,
  scriptedProcess,
  type ScriptedSession,
  scriptedSession,
} from "./scripted_server.ts";

const extended = {
  ...scriptedInfo,
  capabilities: {
    processCloseStdin: true,
    processResize: true,
    processSignals: true,
    processTimeouts: true,
  },
};

async function failureOf(promise: Promise<unknown>): Promise<ExecServerError> {
  return await within(assertRejects(() => promise, ExecServerError), "a rejection");
}

async function startedBy(session: ScriptedSession, request: StartRequest): Promise<unknown> {
  const starting = session.client.start(request);
  const { processId, ...params } = Object(
    await session.server.serve("process/start", { processId: "p", sandboxType: "none" }),
  );
  assertEquals(processId, "p");
  await starting;
  return params;
}

Deno.test("ExecServerClient.start() passes the size of the terminal and the timeouts on", async () => {
  const session = await scriptedSession({}, extended);
  const fields = { tty: true, terminalSize: { rows: 30, cols: 100 } };
  const times = { timeoutMs: 500, idleTimeoutMs: 100 };
  assertEquals(await startedBy(session, { processId: "p", argv: ["x"], ...fields, ...times }), {
    argv: ["x"],
    cwd: "file:///work",
    env: {},
    ...fields,
    ...times,
  });
  await session.client.close();
});

Deno.test("ExecServerClient.start() refuses extensions that the server does not announce", async () => {
  const { client, server } = await scriptedSession();
  const size = { terminalSize: { rows: 30, cols: 100 } };
  const requests: [Partial<StartRequest>, string][] = [
    [
      size,
      "in a terminal of another size than 24 × 80: the server has no way to do it " +
      "(processResize)",
    ],
    [{ timeoutMs: 5 }, "with a timeout: the server has no way to do it (processTimeouts)"],
    [{ idleTimeoutMs: 5 }, "with a timeout: the server has no way to do it (processTimeouts)"],
  ];
  for (const [fields, words] of requests) {
    const error = await failureOf(client.start({ argv: ["x"], ...fields }));
    assertEquals([error.kind, error.message], ["notSupported", `Cannot start a process ${words}`]);
  }
  await server.proveQuiet(client);
  await client.close();
});

Deno.test("ExecServerClient.start() takes null as no extension", async () => {
  const session = await scriptedSession();
  const none = { terminalSize: null, timeoutMs: null, idleTimeoutMs: null };
  await startedBy(session, { processId: "p", argv: ["x"], ...none });
  await session.client.close();
});

Deno.test("RemoteProcess.resize() says the size, and what went wrong", async () => {
  const session = await scriptedSession({}, extended);
  const { client, server } = session;
  const process = await scriptedProcess(session);
  const resize = () => process.resize({ rows: 50, cols: 132 });
  const resizing = resize();
  const params = await server.serve("process/resize", { status: "accepted" });
  assertEquals(params, { processId: "p", rows: 50, cols: 132 });
  await resizing;
  const place = 'Cannot resize the terminal of process "p"';
  for (
    const [status, words] of [
      ["noTerminal", "it has none, or has ended"],
      ["unknownProcess", "the server does not know it"],
    ] as const
  ) {
    const failing = failureOf(resize());
    await server.serve("process/resize", { status });
    const { kind, message } = await failing;
    assertEquals([kind, message], [status, `${place}: ${words}`]);
  }
  await client.close();
});

Deno.test("RemoteProcess.signal() sends any signal by its name", async () => {
  const session = await scriptedSession({}, extended);
  const process = await scriptedProcess(session);
  const sending = process.signal("SIGUSR1");
  const params = await session.server.serve("process/signal", {});
  assertEquals(params, { processId: "p", signal: "SIGUSR1" });
  await sending;
  await session.client.close();
});

Deno.test("RemoteProcess.terminate() gives the process time when it is told to", async () => {
  const session = await scriptedSession({}, extended);
  const process = await scriptedProcess(session);
  const ending = process.terminate({ graceMs: 250 });
  const params = await session.server.serve("process/terminate", { running: true });
  assertEquals(params, { processId: "p", graceMs: 250 });
  assertEquals(await ending, true);
  await session.client.close();
});

Deno.test("RemoteProcess asks a server for nothing that it does not announce", async () => {
  const session = await scriptedSession();
  const { client, server } = session;
  const process = await scriptedProcess(session);
  const refused: [() => Promise<unknown>, string][] = [
    [() => process.resize({ rows: 1, cols: 1 }), "processResize"],
    [() => process.signal("SIGTERM"), "processSignals"],
    [() => process.terminate({ graceMs: 1 }), "processSignals"],
  ];
  for (const [action, capability] of refused) {
    const { kind, message } = await failureOf(action());
    assertEquals([kind, message.endsWith(`(${capability})`)], ["notSupported", true]);
  }
  await server.proveQuiet(client);
  await client.close();
});

Deno.test("ExitStatus has the reason why the server ended a process", async () => {
  const session = await scriptedSession({}, extended);
  const process = await scriptedProcess(session);
  const reason = "killed by timeout after 500 ms";
  session.server.notify("process/exited", { processId: "p", seq: 1, exitCode: 137, reason });
  session.server.closed(2);
  const status = { exitCode: 137, sandboxDenied: false, reason };
  assertEquals([await process.exit, await process.status], [status, status]);
  await session.client.close();
});

Deno.test("ExitStatus has the reason also when the exit had to be asked for", async () => {
  const session = await scriptedSession({}, extended);
  const process = await scriptedProcess(session);
  const reason = "killed by timeout after 500 ms";
  session.server.closed(2);
  const ended = { exited: true, exitCode: 137, closed: true, failure: null, reason };
  await session.server.serve("process/read", { ...ended, chunks: [], nextSeq: 3 });
  assertEquals((await process.status).reason, reason);
  await session.client.close();
});

Deno.test("RemoteProcess gives what a terminal shows as standard output", async () => {
  const session = await scriptedSession({}, extended);
  const process = await scriptedProcess(session);
  session.server.output(1, "$ ", "pty");
  session.server.exited(2);
  session.server.closed(3);
  const [stdout, stderr] = [process.stdout, process.stderr].map((it) => new Response(it).text());
  assertEquals([await stdout, await stderr], ["$ ", ""]);
  await session.client.close();
});
