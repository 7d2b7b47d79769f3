/** The bytes of HTTP answers. @module */

import { assertEquals } from "@std/assert";
import { httpAnswer, upgradeAnswer } from "../../../server/listen/http_answer.ts";

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

Deno.test("httpAnswer() is a whole answer after which the connection ends", () => {
  assertEquals(
    text(httpAnswer(405, "Is `GÉT`", { allow: "GET" })),
    "HTTP/1.1 405 Method Not Allowed\r\nallow: GET\r\ncontent-type: text/plain; charset=utf-8\r\n" +
      "content-length: 9\r\nconnection: close\r\n\r\nIs `GÉT`",
  );
  assertEquals(
    text(httpAnswer(200, "", {})),
    "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
  );
});

Deno.test("upgradeAnswer() proves that the key was understood, as in RFC 6455 section 1.3", async () => {
  assertEquals(
    text(await upgradeAnswer("dGhlIHNhbXBsZSBub25jZQ==")),
    "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n" +
      "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
  );
});
