/** The end of following a process, and what has its alias afterwards. @module */
import { assertEquals } from "@std/assert";
import type { ExecServerClient, ObservedProcess } from "../../client/mod.ts";
import { within } from "../support/deadline.ts";
import { ScriptedLine, welcome } from "./scripted_line.ts";
import { scriptedInfo, type ScriptedServer, scriptedSession } from "./scripted_server.ts";

const info = { ...scriptedInfo, capabilities: { processAttach: true } };
const facts = {
  processId: "p",
  session: "s1",
  pid: 1,
  argv: ["x"],
  argvTruncated: false,
  cwd: "file:///",
  tty: false,
  startedAtMs: 0,
  firstSeq: 1,
  nextSeq: 1,
};

/** Attaches as `p`. */
async function attached(
  client: ExecServerClient,
  server: ScriptedServer,
): Promise<ObservedProcess> {
  const attaching = client.attach({ session: "s1", processId: "t" }, { processId: "p" });
  await server.serve("process/attach", facts);
  return await attaching;
}

Deno.test("Detaching once more leaves whatever has the alias by now alone", async () => {
  const { client, server } = await scriptedSession({}, info);
  const first = await attached(client, server);
  const detaching = first.detach();
  await server.serve("process/detach", { detached: true });
  await detaching;
  const second = await attached(client, server);
  const events = second.events();
  await first.detach();
  await first[Symbol.asyncDispose]();
  await server.proveQuiet(client);
  server.output(1, "x");
  assertEquals((await within(events.next(), "the output")).value?.type, "output");
  await client.close();
});

Deno.test("Detaching from a process that has closed leaves a new one of that name alone", async () => {
  const { client, server } = await scriptedSession({}, info);
  const observed = await attached(client, server);
  server.exited(1);
  server.closed(2);
  await observed.status;
  const starting = client.start({ processId: "p", argv: ["x"] });
  await server.serve("process/start", { processId: "p" });
  const process = await starting;
  await observed.detach();
  await server.proveQuiet(client);
  server.output(1, "x");
  server.exited(2);
  server.closed(3);
  assertEquals((await within(process.output(), "the output")).stdout.byteLength, 1);
  await client.close();
});

Deno.test("Detaching from a process that has closed frees the alias", async () => {
  const { client, server } = await scriptedSession({}, info);
  const observed = await attached(client, server);
  server.exited(1);
  server.closed(2);
  await observed.status;
  const detaching = observed.detach();
  assertEquals(await server.serve("process/detach", { detached: true }), { processId: "p" });
  await detaching;
  await client.close();
});

Deno.test("Disposal does not wait for a connection, and detaches when there is one again", async () => {
  const line = new ScriptedLine();
  const { client, server } = await line.client(info);
  const early = await attached(client, server);
  const disposing = early[Symbol.asyncDispose]();
  await server.asked("process/detach");
  server.transport.close("gone");
  await within(disposing, "a disposal that had been sent");
  const next = await line.server();
  await welcome(next);
  const message = next.asked("process/detach");
  next.answer(await message, { detached: true });
  const late = await attached(client, next);
  next.transport.close("gone");
  const last = await line.server();
  assertEquals(client.state, "recovering");
  await within(late[Symbol.asyncDispose](), "a disposal without a connection");
  await welcome(last);
  await last.serve("process/detach", { detached: true });
  await client.close();
});
