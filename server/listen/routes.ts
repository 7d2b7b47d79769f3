/** Decides what an HTTP request to a listener gets; pure, so the whole table can be tested. @module */

import type { RequestHead } from "./http_head.ts";
import { isLoopback } from "./listen_url.ts";

/** What the caller gets. */
export type Route =
  | { readonly kind: "upgrade"; readonly key: string }
  | {
    readonly kind: "answer";
    readonly status: number;
    readonly body: string;
    readonly headers: Readonly<Record<string, string>>;
  };

/** Paths that say whether the server lives; never behind authentication. */
const HEALTH_PATHS = new Set(["/readyz", "/livez", "/healthz"]);

/**
 * Routes a request. Who may call at all is asked before everything else: a web page always sends
 * its Origin, and a page that makes a name resolve to this machine shows that name as Host.
 * @param isLocal whether the listener is for programs of this machine only
 */
export function route(head: RequestHead, isLocal: boolean): Route {
  if (head.headers.has("origin")) return answer(403);
  if (isLocal && !isLocalHost(head.headers.get("host"))) return answer(403);
  if (HEALTH_PATHS.has(head.path)) {
    return head.method === "GET" || head.method === "HEAD"
      ? answer(200)
      : answer(405, "", { allow: "GET,HEAD" });
  }
  return head.path === "/" ? upgrade(head) : answer(404);
}

function upgrade({ method, headers }: RequestHead): Route {
  if (method !== "GET") return answer(405, "Request method must be `GET`", { allow: "GET" });
  if (!lists(headers.get("connection"), "upgrade")) {
    return answer(400, "Connection header did not include 'upgrade'");
  }
  if (!lists(headers.get("upgrade"), "websocket")) {
    return answer(400, "`Upgrade` header did not include 'websocket'");
  }
  if (headers.get("sec-websocket-version") !== "13") {
    return answer(400, "`Sec-WebSocket-Version` header did not include '13'");
  }
  const key = headers.get("sec-websocket-key");
  if (key === undefined) return answer(400, "`Sec-WebSocket-Key` header missing");
  return { kind: "upgrade", key };
}

function lists(header: string | undefined, word: string): boolean {
  return (header ?? "").split(",").some((part) => part.trim().toLowerCase() === word);
}

/** Names that a web page cannot make resolve to this machine. */
function isLocalHost(host: string | undefined): boolean {
  if (host === undefined) return true;
  const name = host.replace(/:\d*$/, "").replace(/^\[|\]$/g, "").toLowerCase();
  return name === "" || name === "localhost" || name.endsWith(".localhost") || isLoopback(name);
}

function answer(
  status: number,
  body = "",
  headers: Readonly<Record<string, string>> = {},
): Route {
  return { kind: "answer", status, body, headers };
}
