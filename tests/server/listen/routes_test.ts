/** The table of HTTP routes, and who may call at all. @module */

import { assertEquals } from "@std/assert";
import { type Route, route } from "../../../server/listen/routes.ts";

type Headers = Readonly<Record<string, string>>;

const upgrade: Headers = {
  host: "127.0.0.1:4000",
  connection: "keep-alive, Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
};

function routeOf(line: string, headers: Headers, isLocal = true): Route {
  const [method = "", path = ""] = line.split(" ");
  const rest = new Uint8Array();
  return route({ method, path, headers: new Map(Object.entries(headers)), rest }, isLocal);
}

function answer(status: number, body = "", headers: Headers = {}): Route {
  return { kind: "answer", status, body, headers };
}

function without(name: string): Headers {
  return Object.fromEntries(Object.entries(upgrade).filter(([key]) => key !== name));
}

const allowReady = { allow: "GET,HEAD" };
const onlyGet = answer(405, "Request method must be `GET`", { allow: "GET" });
const noUpgrade = answer(400, "Connection header did not include 'upgrade'");
const noWebSocket = answer(400, "`Upgrade` header did not include 'websocket'");
const noVersion = answer(400, "`Sec-WebSocket-Version` header did not include '13'");
const noKey = answer(400, "`Sec-WebSocket-Key` header missing");
const accepted: Route = { kind: "upgrade", key: "AAAAAAAAAAAAAAAAAAAAAA==" };

const table: readonly (readonly [line: string, headers: Headers, wanted: Route])[] = [
  ["GET /readyz", {}, answer(200)],
  ["HEAD /readyz", {}, answer(200)],
  ["GET /livez", {}, answer(200)],
  ["GET /healthz", {}, answer(200)],
  ["POST /readyz", {}, answer(405, "", allowReady)],
  ["DELETE /livez", {}, answer(405, "", allowReady)],
  ["get /readyz", {}, answer(405, "", allowReady)],
  ["GET /readyz/", {}, answer(404)],
  ["GET /metrics", {}, answer(404)],
  ["GET /foo", upgrade, answer(404)],
  ["GET //", upgrade, answer(404)],
  ["OPTIONS *", {}, answer(404)],
  ["GET /", upgrade, accepted],
  ["GET /", { ...upgrade, connection: "UPGRADE", upgrade: "h2c, WebSocket" }, accepted],
  ["GET /", {}, noUpgrade],
  ["GET /", without("connection"), noUpgrade],
  ["GET /", { ...upgrade, connection: "keep-alive" }, noUpgrade],
  ["GET /", { ...upgrade, connection: "upgraded" }, noUpgrade],
  ["GET /", without("upgrade"), noWebSocket],
  ["GET /", { ...upgrade, upgrade: "h2c" }, noWebSocket],
  ["GET /", without("sec-websocket-version"), noVersion],
  ["GET /", { ...upgrade, "sec-websocket-version": "8" }, noVersion],
  ["GET /", without("sec-websocket-key"), noKey],
  ["POST /", upgrade, onlyGet],
  ["HEAD /", {}, onlyGet],
];

for (const [line, headers, wanted] of table) {
  const what = wanted.kind === "answer" ? wanted.status : 101;
  Deno.test(`${line} with ${JSON.stringify(headers).slice(0, 90)} gets ${what}`, () => {
    assertEquals(routeOf(line, headers), wanted);
  });
}

for (const origin of ["http://evil.example", "null", "", "http://127.0.0.1:4000"]) {
  Deno.test(`a caller with the Origin "${origin}" gets 403, whatever it asks`, () => {
    for (const line of ["GET /", "GET /readyz", "POST /readyz", "GET /foo"]) {
      for (const isLocal of [true, false]) {
        assertEquals(routeOf(line, { ...upgrade, origin }, isLocal), answer(403));
      }
    }
  });
}

const localHosts = [
  "127.0.0.1",
  "127.0.0.1:4000",
  "127.1.2.3:1",
  "localhost",
  "LOCALHOST:80",
  "dev.localhost:80",
  "[::1]",
  "[::1]:4000",
  "",
];

for (const host of localHosts) {
  Deno.test(`a local listener serves the Host "${host}"`, () => {
    assertEquals(routeOf("GET /readyz", { host }), answer(200));
    assertEquals(routeOf("GET /", { ...upgrade, host }), accepted);
  });
}

const foreignHosts = [
  "evil.example",
  "evil.example:4000",
  "10.0.0.1",
  "localhost.evil.example",
  "notlocalhost",
  "evil.example, 127.0.0.1",
  "127.0.0.1, evil.example",
  "127.evil.example",
  "127.0.0.1.evil.example",
  "127.0.0.1.nip.example:4000",
  "[::2]",
  "[::1].evil.example",
];

for (const host of foreignHosts) {
  Deno.test(`a local listener refuses the Host "${host}", which a web page can make its own`, () => {
    assertEquals(routeOf("GET /readyz", { host }), answer(403));
    assertEquals(routeOf("GET /", { ...upgrade, host }), answer(403));
  });
}

Deno.test("a local listener serves a caller that names no Host", () => {
  assertEquals(routeOf("GET /", without("host")), accepted);
});

Deno.test("a listener for other machines serves any Host", () => {
  assertEquals(routeOf("GET /", { ...upgrade, host: "devbox.example" }, false), accepted);
});
