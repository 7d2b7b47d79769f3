/** The table of methods: its names, and what each decoder takes and refuses. @module */

import { assertEquals, assertThrows } from "@std/assert";
import { RpcError } from "../../../protocol/errors.ts";
import {
  isNotificationName,
  isRequestName,
  notifications,
  requests,
} from "../../../protocol/methods/mod.ts";
import { decode, type Schema } from "../../../protocol/schema.ts";

const start = { processId: "p", argv: ["x"], cwd: "file:///", env: {}, tty: false };
const policy = {
  inherit: "all",
  ignoreDefaultExcludes: true,
  exclude: [],
  set: {},
  includeOnly: [],
};

Deno.test("names are those of the table, and none that objects inherit", () => {
  assertEquals([isRequestName("process/start"), isRequestName("initialized")], [true, false]);
  assertEquals([isNotificationName("initialized"), isNotificationName("initialize")], [
    true,
    false,
  ]);
  for (const name of ["", "__proto__", "constructor", "toString", "process/Start"]) {
    assertEquals([isRequestName(name), isNotificationName(name)], [false, false]);
  }
});

Deno.test("every request but the first needs the whole handshake", () => {
  const early = Object.entries(requests).filter(([, { phase }]) => phase === "handshake");
  assertEquals(early.map(([name]) => name), ["initialize"]);
});

Deno.test("only the client's notifications go to the server", () => {
  const toServer = Object.entries(notifications).filter(([, row]) => row.direction === "toServer");
  assertEquals(toServer.map(([name]) => name), ["initialized", "process/ack"]);
});

/** Decoders, values with one fault each, and the words for it. */
const refused:
  readonly (readonly [name: string, schema: Schema<unknown>, given: unknown, words: string])[] = [
    ["initialize", requests.initialize.params, {}, "missing field `clientName`"],
    [
      "initialize",
      requests.initialize.params,
      { clientName: "", resumeSessionId: 5 },
      "invalid type: integer `5`, expected a string; at `resumeSessionId`",
    ],
    [
      "process/start",
      requests["process/start"].params,
      null,
      "invalid type: null, expected struct WireExecParams",
    ],
    [
      "process/start",
      requests["process/start"].params,
      { ...start, cwd: "/x" },
      "invalid URI: relative URL without a base; at `cwd`",
    ],
    [
      "process/start",
      requests["process/start"].params,
      { ...start, argv: ["x", 1] },
      "invalid type: integer `1`, expected a string; at `argv.1`",
    ],
    [
      "process/start",
      requests["process/start"].params,
      { ...start, env: { A: 1 } },
      "invalid type: integer `1`, expected a string; at key `A`; at `env`",
    ],
    [
      "process/start",
      requests["process/start"].params,
      { ...start, envPolicy: { ...policy, inherit: "some" } },
      "unknown variant `some`, expected one of `core`, `all`, `none`; at `envPolicy.inherit`",
    ],
    [
      "process/start",
      requests["process/start"].params,
      { ...start, metadata: { threadId: "x" } },
      'invalid UUID "x"; at `metadata.threadId`',
    ],
    [
      "process/start",
      requests["process/start"].params,
      { ...start, pipeStdin: null },
      "invalid type: null, expected a boolean; at `pipeStdin`",
    ],
    ["process/read", requests["process/read"].params, {}, "missing field `processId`"],
    [
      "process/read",
      requests["process/read"].params,
      { processId: "p", waitMs: -1 },
      "invalid number; at `waitMs`",
    ],
    [
      "process/read",
      requests["process/read"].params,
      { processId: "p", maxBytes: 1.5 },
      "invalid number; at `maxBytes`",
    ],
    [
      "process/write",
      requests["process/write"].params,
      { processId: "p", chunk: "" },
      "missing field `writeId`",
    ],
    [
      "process/write",
      requests["process/write"].params,
      { processId: "p", chunk: "Q", writeId: "" },
      "Invalid padding; at `chunk`",
    ],
    [
      "process/terminate",
      requests["process/terminate"].params,
      [],
      "invalid type: sequence, expected struct TerminateParams",
    ],
    ["fs/readFile", requests["fs/readFile"].params, {}, "missing field `path`"],
    [
      "fs/getMetadata",
      requests["fs/getMetadata"].params,
      { path: "file:///x", followSymlinks: "no" },
      'invalid type: string "no", expected a boolean; at `followSymlinks`',
    ],
  ];

for (const [name, schema, given, words] of refused) {
  Deno.test(`${name} refuses ${JSON.stringify(given)}`, () => {
    assertEquals(assertThrows(() => decode(schema, given), RpcError).message, words);
  });
}

for (const field of Object.keys(start)) {
  Deno.test(`process/start names ${field} when it is missing`, () => {
    const given = Object.fromEntries(Object.entries(start).filter(([name]) => name !== field));
    const error = assertThrows(() => decode(requests["process/start"].params, given), RpcError);
    assertEquals(error.message, `missing field \`${field}\``);
  });
}

for (const field of Object.keys(policy)) {
  Deno.test(`process/start names envPolicy.${field} when it is missing`, () => {
    const envPolicy = Object.fromEntries(Object.entries(policy).filter(([name]) => name !== field));
    const given = { ...start, envPolicy };
    const error = assertThrows(() => decode(requests["process/start"].params, given), RpcError);
    assertEquals(error.message, `missing field \`${field}\`; at \`envPolicy.${field}\``);
  });
}

Deno.test("process/start keeps odd names in env, and drops members it does not know", () => {
  const env: unknown = JSON.parse('{"__proto__":"a","constructor":"b","":"c"}');
  const params = decode(requests["process/start"].params, { ...start, env, future: { x: 1 } });
  assertEquals(Object.entries(params.env), [["__proto__", "a"], ["constructor", "b"], ["", "c"]]);
  assertEquals("future" in params, false);
});

Deno.test("a client takes what older servers leave out", () => {
  const exited = { processId: "p", seq: 1, exitCode: 0 };
  assertEquals(decode(notifications["process/exited"].params, exited), exited);
  assertEquals(decode(requests.initialize.result, { sessionId: "s" }), { sessionId: "s" });
  assertEquals(decode(requests["process/start"].result, { processId: "p" }), { processId: "p" });
  const info = { shell: { name: "sh", path: "/bin/sh" } };
  assertEquals(decode(requests["environment/info"].result, info), info);
  const read = { chunks: [], nextSeq: 1, exited: false, exitCode: null, closed: false };
  assertEquals(decode(requests["process/read"].result, read), read);
});

Deno.test("a client decodes the bytes of output", () => {
  const params = { processId: "p", seq: 1, stream: "pty", chunk: "AQI=", more: 1 };
  assertEquals(decode(notifications["process/output"].params, params), {
    processId: "p",
    seq: 1,
    stream: "pty",
    chunk: new Uint8Array([1, 2]),
  });
});
