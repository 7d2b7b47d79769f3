/** Checks of the JSON-RPC envelope: ids, malformed texts, limits of one message. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";

const server = sharedServer();

const STATUS = '"method":"environment/status"';
const PREFIX =
  /^failed to parse websocket JSON-RPC message from exec-server websocket 127\.0\.0\.1:\d+: ./;

check("1: a request without `jsonrpc` gets an answer without it", async () => {
  await using peer = await server().session();
  const message = await peer.request("environment/status");
  assertEquals(JSON.parse(message.text), { id: message.id, result: { status: "ready" } });
});

check("1: a `jsonrpc` member of any value and unknown members are ignored", async () => {
  await using peer = await server().session();
  for (const extra of ['"jsonrpc":"2.0"', '"jsonrpc":5', '"jsonrpc":null,"x":[{}]']) {
    peer.wire.sendText(`{${extra},"id":"j",${STATUS}}`);
    assertEquals((await peer.answer("j")).result, { status: "ready" });
  }
});

check("2: ids come back with the same type and value", async () => {
  await using peer = await server().session();
  const ids = ['"abc"', '""', "-7", "0", "9007199254740991", "9223372036854775807", '"1"'];
  for (const id of ids) {
    peer.wire.sendText(`{"id":${id},${STATUS}}`);
    const { text } = await peer.wire.inbox.take(() => true, `answer to ${id}`);
    assertStringIncludes(text, `"id":${id}`);
  }
});

check("3: an id that is neither string nor 64-bit integer is malformed", async () => {
  await using peer = await server().session();
  for (const id of ["1.5", "null", "true", "{}", "[]", "18446744073709551615"]) {
    const failure = await peer.malformed(`{"id":${id},${STATUS}}`);
    assertEquals(failure.code, -32600, id);
  }
  await peer.proveOpen();
});

const malformed: readonly (readonly [name: string, text: string, words: string])[] = [
  ["4: text that is not JSON", "{nope", ""],
  ["5: an empty text frame", "", ""],
  ["5: a blank text frame", "  ", ""],
  ["6: an empty array", "[]", "expected a JSON-RPC object"],
  ["6: a batch", `[{"id":1,${STATUS}},{"id":2,${STATUS}}]`, "expected a JSON-RPC object"],
  ["6: null", "null", "expected a JSON-RPC object"],
  ["6: a number", "5", "expected a JSON-RPC object"],
  ["6: a string", '"x"', "expected a JSON-RPC object"],
  ["7: a duplicate key", `{"id":1,"id":2,${STATUS}}`, "duplicate JSON object key `id`"],
  [
    "7: a duplicate key further down",
    `{"id":1,${STATUS},"x":[{"y":{"k":1,"k":1}}]}`,
    "duplicate JSON object key `k`",
  ],
  ["8: two objects in one frame", `{"id":1,${STATUS}}{"id":2,${STATUS}}`, ""],
  ["8: a lone surrogate escape", `{"id":1,${STATUS},"x":"\\ud800"}`, ""],
  ["8: NaN", `{"id":1,${STATUS},"x":NaN}`, ""],
  ["8: a byte order mark", `\ufeff{"id":1,${STATUS}}`, ""],
  ["8: a control character in a string", `{"id":1,${STATUS},"x":"\u0001"}`, ""],
  ["8: an id alone", '{"id":77}', "missing field `error`"],
  ["8: a method that is not a string", '{"id":78,"method":5}', ""],
  ["19: a trace that is not an object", `{"id":1,${STATUS},"trace":"x"}`, ""],
];

for (const [name, text, words] of malformed) {
  check(`${name} is answered with id -1 and the connection stays`, async () => {
    await using peer = await server().session();
    const failure = await peer.malformed(text);
    assertEquals(failure.code, -32600);
    assert(PREFIX.test(failure.message), failure.message);
    assertStringIncludes(failure.message, words);
    await peer.proveOpen();
  });
}

check("8: white space around a message and an endless number are accepted", async () => {
  await using peer = await server().session();
  for (const text of [` {"id":"w",${STATUS}} \r\n`, `{"id":"w",${STATUS},"x":1e999}`]) {
    peer.wire.sendText(text);
    assertEquals((await peer.answer("w")).result, { status: "ready" });
  }
});

check("9: a binary frame is a request like any other, and the answer is text", async () => {
  await using peer = await server().session();
  peer.wire.sendBinary(new TextEncoder().encode(`{"id":"b",${STATUS}}`));
  assertEquals((await peer.answer("b")).result, { status: "ready" });
  assert(!peer.wire.sawBinary);
});

check("10: 127 nested containers are accepted, 128 are not", async () => {
  await using peer = await server().session();
  const nested = (arrays: number) =>
    `{"id":"n",${STATUS},"x":${"[".repeat(arrays)}${"]".repeat(arrays)}}`;
  peer.wire.sendText(nested(126));
  assertEquals((await peer.answer("n")).result, { status: "ready" });
  assertEquals((await peer.malformed(nested(127))).code, -32600);
  await peer.proveOpen();
});

check("11: 262144 values in a message are accepted, one more is not", async () => {
  await using peer = await server().session();
  // The object, the id, the method and the array are values too.
  const full = (numbers: number) => `{"id":"v",${STATUS},"x":[${Array(numbers).fill(7).join()}]}`;
  peer.wire.sendText(full(262_140));
  assertEquals((await peer.answer("v")).result, { status: "ready" });
  const failure = await peer.malformed(full(262_141));
  assertEquals(failure.code, -32600);
  assertStringIncludes(failure.message, "262144");
  await peer.proveOpen();
});

check("14: an unknown method is refused by name, before and after the handshake", async () => {
  await using peer = await server().connect();
  for (let round = 0; round < 2; round++) {
    const failure = await peer.refused("no/such", { x: 1 });
    assertEquals(failure.code, -32601);
    assertStringIncludes(failure.message, "`no/such`");
    if (round === 0) await peer.handshake();
  }
});

check("18: a method without parameters takes none, null or an empty object", async () => {
  await using peer = await server().session();
  for (const params of ["", ',"params":null', ',"params":{}']) {
    peer.wire.sendText(`{"id":"s",${STATUS}${params}}`);
    assertEquals((await peer.answer("s")).result, { status: "ready" });
  }
  for (const params of [[1], "x", { x: 1 }]) {
    assertEquals((await peer.refused("environment/status", params)).code, -32602);
  }
});

check("18: a method with parameters takes neither none nor null", async () => {
  await using peer = await server().session();
  assertEquals((await peer.refused("process/read")).code, -32602);
  assertEquals((await peer.refused("process/read", null)).code, -32602);
  for (const afterSeq of [-1, 1.5, "1"]) {
    const failure = await peer.refused("process/read", { processId: "p", afterSeq });
    assertEquals(failure.code, -32602);
  }
});

check("19: a trace context is taken, even when it cannot be read", async () => {
  await using peer = await server().session();
  for (const trace of ['{"traceparent":"rubbish"}', "{}", "null"]) {
    peer.wire.sendText(`{"id":"t",${STATUS},"trace":${trace}}`);
    assertEquals((await peer.answer("t")).result, { status: "ready" });
  }
});

check("a message with id and method is a request, whatever else it has", async () => {
  await using peer = await server().session();
  peer.wire.sendText(`{"id":"r",${STATUS},"result":1,"error":{"code":1,"message":"x"}}`);
  assertEquals((await peer.answer("r")).result, { status: "ready" });
});

check("equal ids in flight each get an answer", async () => {
  await using peer = await server().session();
  for (let i = 0; i < 3; i++) peer.wire.sendText(`{"id":"same",${STATUS}}`);
  for (let i = 0; i < 3; i++) {
    assertEquals((await peer.answer("same")).result, { status: "ready" });
  }
});
