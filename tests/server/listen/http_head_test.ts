/** Request heads: the same from any cut of the bytes; hostile ones are refused. @module */

import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { limits } from "../../../protocol/limits.ts";
import { HeadError, readHead, type RequestHead } from "../../../server/listen/http_head.ts";
import { joinBytes, ScriptedConnection } from "../../support/byte_wire.ts";
import { cutBytes } from "../../support/random_bytes.ts";

/** A text of which every character is one byte. */
function latin(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}

function readPieces(pieces: readonly Uint8Array<ArrayBuffer>[]): Promise<RequestHead | undefined> {
  const connection = new ScriptedConnection();
  connection.feed(...pieces);
  connection.end();
  return readHead(connection);
}

async function read(text: string): Promise<RequestHead> {
  const head = await readPieces([latin(text)]);
  if (head === undefined) throw new Error("No head came");
  return head;
}

async function refusal(text: string): Promise<string> {
  return (await assertRejects(() => read(text), HeadError)).message;
}

const upgrade =
  "GET /a?b=c HTTP/1.1\r\nHost: x:1\r\nUpgrade:  websocket \r\nX: 1\r\nx: 2\r\n\r\nrest";

Deno.test("readHead() reads method, path, headers and what came behind", async () => {
  const { method, path, headers, rest } = await read(upgrade);
  assertEquals([method, path], ["GET", "/a"]);
  assertEquals(Object.fromEntries(headers), { host: "x:1", upgrade: "websocket", x: "1, 2" });
  assertEquals(rest, latin("rest"));
});

Deno.test("readHead() reads the same head from any cut of the bytes", async () => {
  const bytes = latin(upgrade);
  const whole = await read(upgrade);
  const cuts = fc.array(fc.nat(bytes.byteLength), { maxLength: 8 });
  await fc.assert(fc.asyncProperty(cuts, async (at) => {
    const connection = new ScriptedConnection();
    connection.feed(...cutBytes(bytes, at));
    connection.end();
    const head = await readHead(connection);
    assertEquals({ ...head, rest: undefined }, { ...whole, rest: undefined });
    // Bytes behind the head are given out or are still to be read; none is lost.
    const buffer = new Uint8Array(10);
    const left: Uint8Array<ArrayBuffer>[] = [head?.rest ?? new Uint8Array()];
    for (let n = await connection.read(buffer); n !== null; n = await connection.read(buffer)) {
      left.push(buffer.slice(0, n));
    }
    assertEquals(joinBytes(left), latin("rest"));
  }));
});

Deno.test("readHead() reads a head that comes byte by byte", async () => {
  const each = Array.from(latin(upgrade.slice(0, -4)), (byte) => new Uint8Array([byte]));
  assertEquals((await readPieces(each))?.path, "/a");
});

const targets: readonly (readonly [target: string, path: string])[] = [
  ["/", "/"],
  ["/?a=/b", "/"],
  ["/readyz?x", "/readyz"],
  ["//readyz", "//readyz"],
  ["/a%2Fb", "/a%2Fb"],
  ["http://host:1/a?b", "/a"],
  ["http://host", "/"],
  ["HTTP://host?a", "/"],
  ["*", "*"],
  ["/#x", "/#x"],
];

for (const [target, path] of targets) {
  Deno.test(`the path of the target "${target}" is "${path}"`, async () => {
    assertEquals((await read(`GET ${target} HTTP/1.1\r\n\r\n`)).path, path);
  });
}

Deno.test("readHead() takes HTTP/1.0, odd methods and empty values", async () => {
  const { method, headers } = await read("m-SEARCH / HTTP/1.0\r\na:\r\nb: \t \r\n\r\n");
  assertEquals([method, headers.get("a"), headers.get("b")], ["m-SEARCH", "", ""]);
});

Deno.test("readHead() keeps bytes above ASCII as they are", async () => {
  assertEquals((await read("GET / HTTP/1.1\r\na: \xe9\xff\r\n\r\n")).headers.get("a"), "\xe9\xff");
});

Deno.test("readHead() takes header names that objects inherit", async () => {
  const { headers } = await read("GET / HTTP/1.1\r\n__proto__: x\r\nconstructor: y\r\n\r\n");
  assertEquals([headers.get("__proto__"), headers.get("constructor"), headers.get("toString")], [
    "x",
    "y",
    undefined,
  ]);
});

const badLines = [
  "",
  "GET",
  "GET /",
  "GET / HTTP/2.0",
  "GET / HTTP/1.1 ",
  "GET  / HTTP/1.1",
  "GET / x HTTP/1.1",
  "G(T / HTTP/1.1",
  " GET / HTTP/1.1",
  "GET / http/1.1",
  "\x16\x03\x01",
];

for (const line of badLines) {
  Deno.test(`readHead() refuses the request line ${JSON.stringify(line)}`, async () => {
    assertEquals(await refusal(`${line}\r\n\r\n`), "First line is not an HTTP/1.1 request line");
  });
}

const badHeaders = [
  "no colon",
  ": no name",
  "a : space",
  " folded: x",
  "a: x\r\n\tcontinued",
  "na\xefve: x",
];

for (const header of badHeaders) {
  Deno.test(`readHead() refuses the header ${JSON.stringify(header)}`, async () => {
    assertEquals(await refusal(`GET / HTTP/1.1\r\n${header}\r\n\r\n`), "Header line has no name");
  });
}

Deno.test("readHead() refuses a header value with a control character", async () => {
  const head = "GET / HTTP/1.1\r\na: x\ny: z\r\n\r\n";
  assertEquals(await refusal(head), "Header value has control characters");
});

Deno.test("readHead() takes a head of 16 KiB and refuses one byte more", async () => {
  const head = (size: number) => {
    const frame = "GET / HTTP/1.1\r\na: \r\n\r\n".length;
    return `GET / HTTP/1.1\r\na: ${"x".repeat(size - frame)}\r\n\r\n`;
  };
  assertEquals((await read(head(limits.maxRequestHeadBytes))).path, "/");
  assertEquals(await refusal(head(limits.maxRequestHeadBytes + 1)), "Request head is too large");
});

Deno.test("readHead() gives up on bytes that never become a head, with bounded memory", async () => {
  for (const text of ["x", "\n", "\r", "\r\n", "a: b\r\n"]) {
    const size = 2 * limits.maxRequestHeadBytes;
    const endless = `GET / HTTP/1.1\n${text.repeat(size / text.length)}`.replaceAll(
      "\r\n\r\n",
      "\r\n",
    );
    await assertRejects(() => read(endless), HeadError);
  }
});

Deno.test("readHead() returns nothing when the caller leaves before the end of the head", async () => {
  for (const text of ["", "GET", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\na: b\r\n\r"]) {
    assertEquals(await readPieces(text === "" ? [] : [latin(text)]), undefined);
  }
});

Deno.test("readHead() takes lone line feeds for no line ends", async () => {
  assertEquals(await readPieces([latin("GET / HTTP/1.1\n\n")]), undefined);
});

Deno.test("readHead() of any bytes returns, refuses with HeadError, or waits for more", async () => {
  const part = fc.constantFrom(
    "GET / HTTP/1.1",
    "\r\n",
    "\r\n\r\n",
    "a: b",
    ":",
    " ",
    "\xff",
    "\n",
  );
  await fc.assert(fc.asyncProperty(fc.array(part, { maxLength: 10 }), async (parts) => {
    try {
      await readPieces(parts.map(latin));
    } catch (error) {
      if (!(error instanceof HeadError)) throw error;
    }
  }));
});
