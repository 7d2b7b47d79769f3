/** Checks of the listener's HTTP side: routes, methods, upgrades, the Origin rule. @module */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { exchange } from "../support/raw_http.ts";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";
import { expectations } from "./expectations.ts";

const server = sharedServer();

const UPGRADE = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};
const { "sec-websocket-key": _key, ...KEYLESS } = UPGRADE;

interface Route {
  readonly name: string;
  readonly start: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly body?: string;
}

const WITHOUT_UPGRADE = "Connection header did not include 'upgrade'";

const routes: readonly Route[] = [
  { name: "23: GET /readyz", start: "GET /readyz", status: 200 },
  { name: "23: HEAD /readyz", start: "HEAD /readyz", status: 200 },
  { name: "23: GET /readyz with a query", start: "GET /readyz?x=1", status: 200 },
  { name: "23: POST /readyz", start: "POST /readyz", status: 405 },
  { name: "23: /readyz from a page", start: "GET /readyz", headers: { origin: "x" }, status: 403 },
  { name: "24: GET / without upgrade", start: "GET /", status: 400, body: WITHOUT_UPGRADE },
  { name: "24: GET /foo", start: "GET /foo", status: 404 },
  { name: "24: GET /readyz/", start: "GET /readyz/", status: 404 },
  { name: "24: GET /metrics", start: "GET /metrics", status: 404 },
  { name: "24: an upgrade on /foo", start: "GET /foo", headers: UPGRADE, status: 404 },
  { name: "24: POST /", start: "POST /", status: 405, body: "Request method must be `GET`" },
  {
    name: "24: an upgrade without a key",
    start: "GET /",
    headers: KEYLESS,
    status: 400,
    body: "`Sec-WebSocket-Key` header missing",
  },
  {
    name: "24: an upgrade to another version",
    start: "GET /",
    headers: { ...UPGRADE, "sec-websocket-version": "12" },
    status: 400,
    body: "`Sec-WebSocket-Version` header did not include '13'",
  },
  {
    name: "25: an upgrade from a page",
    start: "GET /",
    headers: { ...UPGRADE, origin: "http://127.0.0.1" },
    status: 403,
  },
  {
    name: "25: an unknown path from a page",
    start: "GET /foo",
    headers: { origin: "x" },
    status: 403,
  },
  { name: "an upgrade", start: "GET /", headers: UPGRADE, status: 101 },
  { name: "an upgrade with a query", start: "GET /?x=1", headers: UPGRADE, status: 101 },
  {
    name: "an upgrade for another host",
    start: "GET /",
    headers: { ...UPGRADE, host: "example.com" },
    status: expectations().foreignHostStatus,
  },
  { name: "GET /livez", start: "GET /livez", status: expectations().healthStatus },
  { name: "GET /healthz", start: "GET /healthz", status: expectations().healthStatus },
];

for (const { name, start, headers, status, body } of routes) {
  check(`${name} gets ${status}`, async () => {
    const response = await exchange(server().httpUrl, start, headers);
    assertEquals(response.status, status);
    assertEquals(response.body, body ?? "");
  });
}

check("23: 405 on /readyz names the allowed methods", async () => {
  const { headers } = await exchange(server().httpUrl, "POST /readyz");
  assertEquals(headers.get("allow")?.replaceAll(" ", ""), "GET,HEAD");
});

check("25: a WebSocket client that sends an Origin is turned away", async () => {
  const error = await assertRejects(
    () => server().connect({ headers: { origin: "http://localhost" } }),
    Error,
  );
  assertMatch(error.message, /403/);
});

check("a subprotocol that is offered is not chosen", async () => {
  const { headers, status } = await exchange(server().httpUrl, "GET /", {
    ...UPGRADE,
    "sec-websocket-protocol": "a, b",
  });
  assertEquals(status, 101);
  assert(!headers.has("sec-websocket-protocol"));
});
