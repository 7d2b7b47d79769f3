/** Which URLs name a server, and which secrets may go there. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { ExecServerError } from "../../client/errors.ts";
import { parseAddress, requirePrivate } from "../../client/websocket_address.ts";

function network(hostname: string, port: number, isSecure = false) {
  return { kind: "network", hostname, port, isSecure } as const;
}

Deno.test("parseAddress() takes ws, wss and unix URLs apart", () => {
  assertEquals(parseAddress("ws://127.0.0.1:4000"), {
    place: network("127.0.0.1", 4000),
    target: "/",
    host: "127.0.0.1:4000",
    peer: "exec-server websocket ws://127.0.0.1:4000",
  });
  assertEquals(parseAddress("ws://box").place, network("box", 80));
  assertEquals(parseAddress("wss://box/a?b=c").place, network("box", 443, true));
  assertEquals(parseAddress("ws://[::1]:7").place, network("::1", 7));
  assertEquals(parseAddress("ws://[::1]:7").host, "[::1]:7");
  assertEquals(parseAddress("unix:///run/a%20b.sock").place, {
    kind: "unix",
    path: "/run/a b.sock",
  });
});

Deno.test("parseAddress() keeps the query for the request and out of messages", () => {
  const { target, peer } = parseAddress("wss://box/path?secret=1");
  assertEquals(target, "/path?secret=1");
  assertEquals(peer, "exec-server websocket wss://box");
});

Deno.test("parseAddress() says what it wanted instead", () => {
  for (
    const text of [
      "http://box",
      "box:4000",
      "",
      "unix://host/path",
      "unix:",
      "ws://",
      "unix:///%zz",
    ]
  ) {
    const error = assertThrows(() => parseAddress(text), ExecServerError);
    assertEquals(error.kind, "connect");
    assertEquals(
      error.message,
      `Cannot connect to "${text}": expected ws://HOST:PORT, wss://HOST or unix:///PATH`,
    );
  }
});

Deno.test("requirePrivate() lets headers go over TLS, loopback and Unix sockets only", () => {
  const headers = new Headers({ authorization: "Bearer x" });
  const fine = ["wss://box", "ws://127.0.0.1:1", "ws://127.9.9.9", "ws://[::1]", "ws://localhost"];
  for (const url of [...fine, "unix:///x"]) requirePrivate(parseAddress(url).place, headers);
  requirePrivate(parseAddress("ws://box").place, new Headers());
  for (
    const url of ["ws://box", "ws://10.0.0.1", "ws://localhost.example", "ws://127.0.0.1.example"]
  ) {
    const error = assertThrows(() => requirePrivate(parseAddress(url).place, headers));
    assertEquals(
      error.message,
      "Headers for an exec-server require wss:// or a loopback destination",
    );
  }
});
