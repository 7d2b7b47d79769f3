/** What a program is told of the call that started it. @module */

import { assertEquals } from "@std/assert";
import { FakeServer } from "../../support/fake_server.ts";

const names = ["CODEX_THREAD_ID", "CODEX_TOOL_CALL_ID"] as const;
const threadId = "67e55044-10b1-426f-9247-bb680e5fe0c8";

for (
  const [metadata, wanted] of [
    [{ threadId, toolCallId: "call" }, [threadId, "call"]],
    [{ toolCallId: "" }, [undefined, ""]],
    [{ threadId: `{${threadId.toUpperCase()}}` }, [threadId, undefined]],
    [{ threadId: null, toolCallId: null }, [undefined, undefined]],
    [{}, [undefined, undefined]],
    [null, [undefined, undefined]],
  ] as const
) {
  Deno.test(`the metadata ${JSON.stringify(metadata)} reaches the program`, async () => {
    const server = new FakeServer();
    const { peer } = await server.session();
    const params = { processId: "p", argv: ["x"], cwd: "file:///", env: {}, tty: false, metadata };
    await peer.call("process/start", params);
    const { env } = server.spawner.last.request;
    assertEquals(names.map((name) => env.get(name)), [...wanted]);
    await peer.drop();
  });
}

Deno.test("a shell snapshot that cannot be decoded is answered with invalid parameters", async () => {
  const server = new FakeServer();
  const { peer } = await server.session();
  const params = { processId: "p", argv: ["x"], cwd: "file:///", env: {}, tty: false };
  const { code } = await peer.refused("process/start", { ...params, shellSnapshot: 5 });
  assertEquals([code, server.spawner.children.length], [-32602, 0]);
  await peer.drop();
});

Deno.test("a trace that cannot be decoded is answered as malformed", async () => {
  const { peer } = await new FakeServer().session();
  const text = '{"id":1,"method":"environment/status","trace":{"traceparent":5}}';
  assertEquals((await peer.malformed(text)).code, -32600);
  await peer.drop();
});
