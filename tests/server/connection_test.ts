/** The rules of a connection: handshake, refusals, violations, malformed messages. @module */

import { assertEquals, assertMatch } from "@std/assert";
import { requests } from "../../protocol/methods/mod.ts";
import { FakeServer } from "../support/fake_server.ts";
import { sessionIdOf } from "../support/peer.ts";

const prefix = "failed to parse JSON-RPC message from exec-server memory: ";

/** Parameters that every decoder of a served method takes. */
const decodable: Readonly<Record<string, unknown>> = {
  "process/start": { processId: "p", argv: ["x"], cwd: "file:///", env: {}, tty: false },
  "process/read": { processId: "p" },
  "process/write": { processId: "p", chunk: "", writeId: "w" },
  "process/closeStdin": { processId: "p" },
  "process/signal": { processId: "p", signal: "interrupt" },
  "process/terminate": { processId: "p" },
  "process/resize": { processId: "p", rows: 1, cols: 1 },
  "process/list": {},
  "process/attach": { processId: "a", target: { session: "s", processId: "p" } },
  "process/detach": { processId: "a" },
  "fs/readFile": { path: "file:///x" },
  "fs/getMetadata": { path: "file:///x" },
  "fs/canonicalize": { path: "file:///x" },
  "fs/readDirectory": { path: "file:///x" },
  "fs/createDirectory": { path: "file:///x" },
  "fs/remove": { path: "file:///x" },
  "fs/hash": { path: "file:///x" },
  "fs/writeFile": { path: "file:///x", dataBase64: "" },
  "fs/copy": { sourcePath: "file:///x", destinationPath: "file:///y", recursive: false },
  "fs/rename": { sourcePath: "file:///x", destinationPath: "file:///y" },
  "fs/symlink": { path: "file:///x", target: "y" },
  "fs/chmod": { path: "file:///x", mode: 0o600 },
  "fs/open": { handleId: "h", path: "file:///x" },
  "fs/readBlock": { handleId: "h", offset: 0, len: 1 },
  "fs/writeBlock": { handleId: "h", offset: 0, chunk: "eA==" },
  "fs/close": { handleId: "h" },
  "fs/walk": {
    path: "file:///x",
    options: { maxDepth: 1, maxDirectories: 1, maxEntries: 1, followDirectorySymlinks: false },
  },
  "fs/glob": { path: "file:///x", patterns: ["*"] },
  "fs/grep": { path: "file:///x", searchId: "s", pattern: "x" },
  "fs/cancelSearch": { searchId: "s" },
  "fs/watchMissing": { watchId: 1, missing: [] },
  "fs/watch": { path: "file:///x", watchId: "w" },
  "fs/unwatch": { watchId: "w" },
};

Deno.test("initialize answers with a session and what the machine is like", async () => {
  const server = new FakeServer();
  const { peer } = server.connect();
  const result: unknown = await peer.call("initialize", { clientName: "" });
  const sessionId = sessionIdOf(result);
  assertEquals(result, { sessionId, environmentInfo: server.machine.info });
  await peer.drop();
});

for (const [method, { family }] of Object.entries(requests)) {
  if (method === "initialize") continue;
  Deno.test(`${method} is refused before the handshake is over`, async () => {
    const { peer } = new FakeServer().connect();
    assertEquals(await peer.refused(method, decodable[method]), {
      code: -32600,
      message: `client must call initialize before using ${family} methods`,
    });
    await peer.initialize();
    assertEquals(await peer.refused(method, decodable[method]), {
      code: -32600,
      message: `client must send initialized before using ${family} methods`,
    });
    await peer.drop();
  });
}

Deno.test("an undecodable call is told so before the handshake is asked for", async () => {
  const { peer } = new FakeServer().connect();
  assertEquals(await peer.refused("process/read", {}), {
    code: -32602,
    message: "missing field `processId`",
  });
  assertEquals(await peer.refused("process/start"), {
    code: -32602,
    message: "invalid type: null, expected struct WireExecParams",
  });
  await peer.drop();
});

for (const method of ["no/such", "initialized", "process/output", "", "__proto__", "toString"]) {
  Deno.test(`the request "${method}" is not implemented, before and after the handshake`, async () => {
    const { peer } = new FakeServer().connect();
    const wanted = {
      code: -32601,
      message: `exec-server stub does not implement \`${method}\` yet`,
    };
    assertEquals(await peer.refused(method), wanted);
    await peer.handshake();
    assertEquals(await peer.refused(method, { a: 1 }), wanted);
    await peer.drop();
  });
}

Deno.test("a second initialize is refused, one after a failed one is not", async () => {
  const { peer } = new FakeServer().connect();
  assertEquals((await peer.refused("initialize", {})).message, "missing field `clientName`");
  const unknown = { clientName: "", resumeSessionId: "nope" };
  assertEquals(await peer.refused("initialize", unknown), {
    code: -32600,
    message: "unknown session id nope",
  });
  await peer.initialize();
  for (const phase of ["initialized", "ready"]) {
    const again = await peer.refused("initialize", { clientName: phase });
    assertEquals(again.message, "initialize may only be sent once per connection");
    assertEquals((await peer.refused("initialize", {})).code, -32602);
    peer.send({ method: "initialized" });
  }
  await peer.drop();
});

Deno.test("initialized may come twice, and with odd parameters", async () => {
  const { peer } = await new FakeServer().session();
  for (const params of [undefined, null, [], 5, { a: 1 }]) {
    peer.send({ method: "initialized", params });
  }
  assertEquals(await peer.call("environment/status"), { status: "ready" });
  await peer.drop();
});

const violations: readonly (readonly [what: string, text: string, reason: RegExp])[] = [
  ["an unknown notification", '{"method":"x"}', /the unknown notification `x`$/],
  ["a request sent as a notification", '{"method":"environment/status"}', /unknown notification/],
  [
    "a server's own notification",
    '{"method":"process/output","params":{}}',
    /unknown notification/,
  ],
  ["an answer to nothing", '{"id":1,"result":{}}', /answered a request that was never made$/],
  ["an error for nothing", '{"id":1,"error":{"code":1,"message":"x"}}', /never made$/],
];

for (const [what, text, reason] of violations) {
  for (const isReady of [false, true]) {
    const when = isReady ? "after" : "before";
    Deno.test(`${what} ${when} the handshake ends the connection without an answer`, async () => {
      const { peer, ended } = new FakeServer().connect();
      if (isReady) await peer.handshake();
      peer.wire.sendText(text);
      peer.send({ id: 2, method: "environment/status" });
      await ended;
      assertMatch(await peer.wire.transport.closed, reason);
      await peer.hangUp();
      assertEquals(peer.wire.inbox.untaken.map((message) => message.text), []);
    });
  }
}

Deno.test("initialized before initialize ends the connection", async () => {
  const { peer, ended } = new FakeServer().connect();
  peer.send({ method: "initialized" });
  await ended;
  assertEquals(await peer.wire.transport.closed, "The peer sent `initialized` before `initialize`");
});

const malformed: readonly (readonly [text: string, words: string])[] = [
  ["", "EOF while parsing a value at line 1 column 0"],
  ["{nope", "key must be a string at line 1 column 2"],
  ["[]", "expected a JSON-RPC object"],
  ['{"id":null,"method":"m"}', "data did not match any variant of untagged enum RequestId"],
  ['{"id":77}', "missing field `error`"],
  ['{"id":1,"method":"m","trace":5}', "invalid type: number, expected struct W3cTraceContext"],
];

for (const [text, words] of malformed) {
  Deno.test(`the malformed message ${JSON.stringify(text)} is answered, and the connection stays`, async () => {
    const { peer } = new FakeServer().connect();
    assertEquals(await peer.malformed(text), { code: -32600, message: prefix + words });
    await peer.handshake();
    assertEquals(await peer.malformed(text), { code: -32600, message: prefix + words });
    assertEquals(await peer.call("environment/status"), { status: "ready" });
    await peer.drop();
  });
}

for (const id of ['"abc"', '""', "-7", "0", "9007199254740993", "-9223372036854775808"]) {
  Deno.test(`a request with id ${id} is answered with exactly that id, good or bad`, async () => {
    const { client } = new FakeServer().serve();
    client.send(`{"id":${id},"method":"initialize","params":{"clientName":""}}`);
    client.send(`{"id":${id},"method":"no/such"}`);
    assertMatch(await client.receive() ?? "", new RegExp(`^\\{"id":${id},"result":\\{`));
    assertMatch(await client.receive() ?? "", new RegExp(`^\\{"error":\\{.*\\},"id":${id}\\}$`));
    client.close("done");
  });
}

Deno.test("two requests with the same id are both answered", async () => {
  const { peer } = await new FakeServer().session();
  peer.send({ id: "same", method: "environment/status" });
  peer.send({ id: "same", method: "environment/info" });
  const results = [await peer.answer("same"), await peer.answer("same")].map(({ result }) =>
    result
  );
  assertEquals(results[0], { status: "ready" });
  assertEquals(results.length, 2);
  await peer.drop();
});

for (const params of [undefined, null, {}]) {
  Deno.test(`environment/status takes the parameters ${JSON.stringify(params)}`, async () => {
    const { peer } = await new FakeServer().session();
    assertEquals(await peer.call("environment/status", params), { status: "ready" });
    await peer.drop();
  });
}

Deno.test("a handler that fails unforeseen is answered, and the connection stays", async () => {
  const server = new FakeServer();
  const { peer } = await server.session();
  server.spawner.spawn = () => {
    throw new TypeError("Out of paper");
  };
  assertEquals(await peer.refused("process/start", decodable["process/start"]), {
    code: -32603,
    message: "Out of paper",
  });
  assertEquals(server.lines.some((line) => line.includes("Out of paper")), true);
  assertEquals(await peer.call("environment/status"), { status: "ready" });
  await peer.drop();
});

Deno.test("debug lines name methods and ids, and no parameters", async () => {
  const server = new FakeServer();
  const { peer } = await server.session();
  const secret = {
    processId: "p",
    argv: ["x", "s3cret"],
    cwd: "file:///",
    env: { K: "s3cret" },
    tty: false,
  };
  await peer.call("process/start", secret);
  await peer.drop();
  assertEquals(server.lines.includes("process/start 2"), true);
  assertEquals(server.lines.filter((line) => line.includes("s3cret")), []);
});
