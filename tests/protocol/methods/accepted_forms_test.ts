/** Values at the edge of what the wire allows: taken, brought to one form, or refused. @module */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { RpcError } from "../../../protocol/errors.ts";
import { MalformedMessage, parseMessage } from "../../../protocol/message.ts";
import { requests } from "../../../protocol/methods/mod.ts";
import { decode } from "../../../protocol/schema.ts";

const start = { processId: "p", argv: ["x"], cwd: "file:///", env: {}, tty: false };
const usual = "67e55044-10b1-426f-9247-bb680e5fe0c8";
const bare = usual.replaceAll("-", "");

/** Decodes the fields of `process/start` beside the usual ones. */
function startWith(fields: Readonly<Record<string, unknown>>) {
  return decode(requests["process/start"].params, { ...start, ...fields });
}

for (
  const threadId of [
    usual,
    usual.toUpperCase(),
    bare,
    bare.toUpperCase(),
    `{${usual}}`,
    `urn:uuid:${usual}`,
  ]
) {
  Deno.test(`process/start brings the UUID ${threadId} to its usual form`, () => {
    assertEquals(startWith({ metadata: { threadId } }).metadata?.threadId, usual);
  });
}

for (const threadId of ["", bare.slice(1), `${bare}0`, `${usual} `, `g${bare.slice(1)}`]) {
  Deno.test(`process/start refuses ${JSON.stringify(threadId)} as a UUID`, () => {
    const error = assertThrows(() => startWith({ metadata: { threadId } }), RpcError);
    assertEquals(error.code, -32602);
  });
}

/** Fields that do nothing here, and still have to be what they are to be. */
const undecodable: readonly Readonly<Record<string, unknown>>[] = [
  { shellSnapshot: 5 },
  { shellSnapshot: {} },
  { shellSnapshot: { scopeId: "s", shell: { name: "sh" } } },
  { enforceManagedNetwork: "yes" },
  { managedNetwork: 5 },
  { managedNetwork: { loopbackPorts: [65_536] } },
];

for (const fields of undecodable) {
  Deno.test(`process/start refuses ${JSON.stringify(fields)}`, () => {
    assertEquals(assertThrows(() => startWith(fields), RpcError).code, -32602);
  });
}

Deno.test("process/start takes a shell snapshot and a managed network that are whole", () => {
  const shellSnapshot = { scopeId: "s", shell: { name: "sh", path: "/bin/sh" } };
  const managedNetwork = { loopbackPorts: [0, 65_535], allowLocalBinding: true };
  const params = startWith({ shellSnapshot, managedNetwork, enforceManagedNetwork: false });
  assertEquals([params.shellSnapshot, params.managedNetwork], [shellSnapshot, managedNetwork]);
  assertEquals(startWith({ shellSnapshot: null, managedNetwork: null }).shellSnapshot, null);
});

Deno.test("process/read takes every number that 64 bits hold", () => {
  const text = '{"id":1,"method":"process/read","params":' +
    '{"processId":"p","afterSeq":18446744073709551615}}';
  const message = parseMessage(text);
  assert(message.kind === "request");
  const { afterSeq } = decode(requests["process/read"].params, message.params);
  assertEquals(afterSeq, 2 ** 64);
  const beyond = { processId: "p", afterSeq: 2 ** 65 };
  const error = assertThrows(() => decode(requests["process/read"].params, beyond), RpcError);
  assertEquals(error.message, "invalid number; at `afterSeq`");
});

for (const trace of ['{"traceparent":5}', '{"tracestate":[]}', '{"traceparent":{}}', '"x"', "5"]) {
  Deno.test(`the trace ${trace} makes a message malformed`, () => {
    const text = `{"id":1,"method":"environment/status","trace":${trace}}`;
    assertThrows(() => parseMessage(text), MalformedMessage);
  });
}

for (const trace of ['{"traceparent":"no"}', '{"tracestate":null}', '{"other":5}', "{}", "null"]) {
  Deno.test(`the trace ${trace} is served all the same`, () => {
    const text = `{"id":1,"method":"environment/status","trace":${trace}}`;
    assertEquals(parseMessage(text).kind, "request");
  });
}
