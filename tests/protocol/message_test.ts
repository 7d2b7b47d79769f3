/** Messages: what each text is, how ids survive, what is malformed, what is written. @module */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  encodeAnswer,
  encodeError,
  encodeNotification,
  encodeRequest,
  encodeResponse,
  MalformedMessage,
  type Message,
  parseMessage,
} from "../../protocol/message.ts";
import { joinBase64 } from "../../protocol/transport/transport.ts";
import { randomBytes } from "../support/random_bytes.ts";

function refusal(text: string): string {
  return assertThrows(() => parseMessage(text), MalformedMessage).message;
}

const kinds: readonly (readonly [text: string, message: Message])[] = [
  ['{"id":1,"method":"m"}', { kind: "request", id: 1, method: "m", params: undefined }],
  ['{"id":"","method":""}', { kind: "request", id: "", method: "", params: undefined }],
  [
    '{"id":1,"method":"m","params":null,"jsonrpc":5,"x":[]}',
    { kind: "request", id: 1, method: "m", params: null },
  ],
  [
    '{"result":1,"error":2,"method":"m","id":-7}',
    { kind: "request", id: -7, method: "m", params: undefined },
  ],
  ['{"method":"m","params":[1]}', { kind: "notification", method: "m", params: [1] }],
  ['{"method":"m","result":1}', { kind: "notification", method: "m", params: undefined }],
  ['{"id":"a","result":null}', { kind: "response", id: "a", result: null }],
  ['{"id":1,"result":{},"error":{}}', { kind: "response", id: 1, result: {} }],
  [
    '{"id":1,"error":{"code":-5,"message":"no"}}',
    { kind: "error", id: 1, code: -5, message: "no", data: undefined },
  ],
  [
    '{"id":1,"error":{"code":0,"message":"","data":[1]}}',
    { kind: "error", id: 1, code: 0, message: "", data: [1] },
  ],
  [
    '{"id":1,"method":"m","trace":{"traceparent":"bad","tracestate":null}}',
    { kind: "request", id: 1, method: "m", params: undefined },
  ],
  ['{"method":"m","trace":null}', { kind: "notification", method: "m", params: undefined }],
  ['{"method":"m"}\n ', { kind: "notification", method: "m", params: undefined }],
];

for (const [text, message] of kinds) {
  Deno.test(`parseMessage() reads ${JSON.stringify(text)} as a ${message.kind}`, () => {
    assertEquals(parseMessage(text), message);
  });
}

const noId = "data did not match any variant of untagged enum RequestId";
const refused: readonly (readonly [text: string, words: string])[] = [
  ["null", "expected a JSON-RPC object"],
  ["1", "expected a JSON-RPC object"],
  ['"x"', "expected a JSON-RPC object"],
  ["[]", "expected a JSON-RPC object"],
  ['[{"id":1,"method":"m"},{"id":2,"method":"m"}]', "expected a JSON-RPC object"],
  ["{}", "missing field `method`"],
  ['{"result":1}', "missing field `method`"],
  ['{"id":1.5,"method":"m"}', noId],
  ['{"id":1.0,"method":"m"}', noId],
  ['{"id":1e3,"method":"m"}', noId],
  ['{"id":null,"method":"m"}', noId],
  ['{"id":true,"method":"m"}', noId],
  ['{"id":{},"method":"m"}', noId],
  ['{"id":[1],"method":"m"}', noId],
  ['{"id":9223372036854775808,"method":"m"}', noId],
  ['{"id":-9223372036854775809,"method":"m"}', noId],
  ['{"id":18446744073709551615,"method":"m"}', noId],
  [`{"id":${"9".repeat(5000)},"method":"m"}`, noId],
  ['{"id":77}', "missing field `error`"],
  ['{"id":77,"error":null}', "invalid type: null, expected struct JSONRPCError"],
  ['{"id":77,"error":[]}', "invalid type: sequence, expected struct JSONRPCError"],
  ['{"id":77,"error":{"message":"x"}}', "missing field `code`"],
  ['{"id":77,"error":{"code":1.5,"message":"x"}}', "missing field `code`"],
  ['{"id":77,"error":{"code":1}}', "missing field `message`"],
  ['{"id":78,"method":5}', "invalid type: number, expected a string"],
  ['{"id":78,"method":null}', "invalid type: null, expected a string"],
  ['{"method":"m","trace":"x"}', 'invalid type: string "x", expected struct W3cTraceContext'],
  ['{"method":"m","trace":[]}', "invalid type: sequence, expected struct W3cTraceContext"],
  ['{"method":"m","trace":1}', "invalid type: number, expected struct W3cTraceContext"],
  ['{"id":80,"id":81,"method":"m"}', "duplicate JSON object key `id` at line 1 column 13"],
];

for (const [text, words] of refused) {
  Deno.test(`parseMessage() refuses ${JSON.stringify(text.slice(0, 60))}: ${words}`, () => {
    assertEquals(refusal(text), words);
  });
}

for (const text of [String.raw`{"method":"\x"}`, '{"method":"a\nb"}', String.raw`{"a":"\u12"}`]) {
  Deno.test(`parseMessage() refuses the string in ${JSON.stringify(text)}`, () => {
    refusal(text);
  });
}

Deno.test("parseMessage() keeps every digit of an id of 64 bits", () => {
  for (const digits of ["9007199254740993", "9223372036854775807", "-9223372036854775808"]) {
    const message = parseMessage(`{"id":${digits},"method":"m"}`);
    if (message.kind !== "request") throw new Error(`Got a ${message.kind}`);
    assertEquals(message.id, BigInt(digits));
    assertEquals(encodeResponse(message.id, 1), `{"id":${digits},"result":1}`);
    assertEquals(encodeRequest(message.id, "m", undefined), `{"id":${digits},"method":"m"}`);
  }
});

Deno.test("parseMessage() gives ids that fit as numbers", () => {
  for (const id of [0, -1, 9_007_199_254_740_991, -9_007_199_254_740_991]) {
    assertEquals(parseMessage(`{"id":${id},"result":1}`), { kind: "response", id, result: 1 });
  }
});

Deno.test("every id that is read is written again as it was", () => {
  const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
  const text = fc.string({ unit: "grapheme" }).map((value) => JSON.stringify(value));
  fc.assert(fc.property(fc.oneof(integer, text), (id) => {
    const message = parseMessage(`{"id":${id},"method":"m"}`);
    if (message.kind !== "request") throw new Error(`Got a ${message.kind}`);
    assertEquals(encodeResponse(message.id, null), `{"id":${id},"result":null}`);
  }));
});

Deno.test("parseMessage() of any text returns a message or throws MalformedMessage", () => {
  const part = fc.constantFrom(
    ...['{"', '"}', '"id":', '"method":', '"a"', ",", "1", "{", "}", "null", "\\", "[", "]", " "],
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
      const text = parts.join("");
      try {
        parseMessage(text);
      } catch (error) {
        if (!(error instanceof MalformedMessage)) throw error;
        return;
      }
      JSON.parse(text);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("parseMessage() is not led astray by members that objects inherit", () => {
  assertEquals(refusal('{"__proto__":{"method":"m","id":1}}'), "missing field `method`");
  assertEquals(
    parseMessage('{"method":"constructor","params":{"__proto__":1}}').kind,
    "notification",
  );
});

Deno.test("messages are written with their members in the reference's order", () => {
  assertEquals(encodeRequest(1, "m", { a: 1 }), '{"id":1,"method":"m","params":{"a":1}}');
  assertEquals(encodeRequest("x", "m", null), '{"id":"x","method":"m","params":null}');
  assertEquals(encodeNotification("m", undefined), '{"method":"m"}');
  assertEquals(encodeNotification("m", []), '{"method":"m","params":[]}');
  assertEquals(encodeResponse("x", {}), '{"id":"x","result":{}}');
  const error = { code: -32600, message: 'a "b"' };
  assertEquals(encodeError(-1, error), '{"error":{"code":-32600,"message":"a \\"b\\""},"id":-1}');
  assertEquals(
    encodeError(2, { ...error, message: "a", data: { n: 1 } }),
    '{"error":{"code":-32600,"message":"a","data":{"n":1}},"id":2}',
  );
});

Deno.test("bytes are written as base64 wherever they stand", () => {
  const bytes = new Uint8Array([1, 2, 3, 4]).subarray(1);
  assertEquals(
    encodeResponse(1, { chunks: [{ chunk: bytes }], more: bytes }),
    '{"id":1,"result":{"chunks":[{"chunk":"AgME"}],"more":"AgME"}}',
  );
});

Deno.test("what is written can be read", () => {
  fc.assert(fc.property(fc.string(), fc.jsonValue({ maxDepth: 3 }), (method, value) => {
    const plain: unknown = JSON.parse(JSON.stringify(value));
    const request = parseMessage(encodeRequest(1, method, value));
    assertEquals(request, { kind: "request", id: 1, method, params: plain });
    assertEquals(parseMessage(encodeResponse(1, value)), {
      kind: "response",
      id: 1,
      result: plain,
    });
  }));
});

Deno.test("encodeAnswer() gives a large byte array as a part, wherever it stands", () => {
  const bytes = randomBytes(10_000);
  const results = [
    { chunk: bytes, eof: false },
    { eof: true, 'a"b': bytes, absent: undefined, more: [1] },
    { dataBase64: bytes },
  ];
  for (const result of results) {
    const answer = encodeAnswer("é", result);
    assert(typeof answer !== "string" && answer.bytes === bytes);
    assertEquals(joinBase64(answer), encodeResponse("é", result));
  }
});

Deno.test("encodeAnswer() gives everything else as one text", () => {
  const bytes = randomBytes(10_000);
  const results = [
    null,
    {},
    { chunk: bytes.subarray(0, 9) },
    { chunks: [bytes] },
    [bytes],
    bytes,
    1,
  ];
  for (const result of results) assertEquals(encodeAnswer(1, result), encodeResponse(1, result));
});
