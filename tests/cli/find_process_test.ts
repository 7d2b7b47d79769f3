/** How a named process is found: by its session at once, else in the list, which may be cut. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { attachTo } from "../../cli/find_process.ts";
import { ExecServerError } from "../../client/mod.ts";
import {
  type Asked,
  scriptedInfo,
  type ScriptedServer,
  scriptedSession,
} from "../client/scripted_server.ts";

const { signal } = new AbortController();
const capabilities = { processList: true, processAttach: true };
const facts = {
  pid: 1,
  argv: ["x"],
  argvTruncated: false,
  cwd: "file:///",
  tty: false,
  startedAtMs: 1,
  firstSeq: 1,
  nextSeq: 1,
};

function observers() {
  return scriptedSession({}, { ...scriptedInfo, capabilities });
}

function listed(session: string, processId: string) {
  const state = { state: "running", exitCode: null, retainedBytes: 0, own: false, attached: true };
  return { ...facts, ...state, session, processId };
}

function targetOf({ params }: Asked): unknown {
  return Object(params).target;
}

function answerAttach(server: ScriptedServer, asked: Asked): void {
  const { processId } = Object(asked.params);
  server.answer(asked, { ...facts, processId, session: "0123abcd" });
}

Deno.test("SESSION/ID is attached to without a list, which may not tell of it", async () => {
  const { client, server } = await observers();
  const attaching = attachTo(client, "0123abcd/a/b", { signal });
  const asked = await server.asked("process/attach");
  assertEquals(targetOf(asked), { session: "0123abcd", processId: "a/b" });
  answerAttach(server, asked);
  assertEquals((await attaching).targetId, "a/b");
  await client.close();
});

Deno.test("An id with a slash in it is found in the list", async () => {
  const { client, server } = await observers();
  const attaching = attachTo(client, "build/1", { signal });
  server.refuse(await server.asked("process/attach"), -32600, "unknown session build");
  const processes = [listed("0123abcd", "build/1"), listed("0123abcd", "other")];
  await server.serve("process/list", { processes, truncated: false });
  const asked = await server.asked("process/attach");
  assertEquals(targetOf(asked), { session: "0123abcd", processId: "build/1" });
  answerAttach(server, asked);
  await attaching;
  await client.close();
});

Deno.test("A list that is cut is no proof that there is no such process", async () => {
  const { client, server } = await observers();
  const attaching = attachTo(client, "x", { signal });
  const refused = assertRejects(() => attaching, ExecServerError);
  await server.serve("process/list", { processes: [listed("0123abcd", "y")], truncated: true });
  const error = await refused;
  const words = 'The server has more processes than it lists (1), and "x" is none of these: ' +
    "wanted SESSION/ID";
  assertEquals([error.kind, error.message], ["unknownProcess", words]);
  await client.close();
});
