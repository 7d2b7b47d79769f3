/** What the URL of an environment may be. Pure. @module */

import { parseSshUrl } from "./ssh_url.ts";

/** Our own forms, beside those of the reference. */
export type UrlForm = "websocket" | "unix" | "ssh";

/** The form of a URL by its beginning; undefined for one that is not supported. */
export function urlForm(url: string): UrlForm | undefined {
  if (url.startsWith("ws://") || url.startsWith("wss://")) return "websocket";
  if (url.startsWith("unix://")) return "unix";
  return url.startsWith("ssh://") ? "ssh" : undefined;
}

/** What is wrong with a URL, if anything; in the words of the reference. */
export function urlComplaint(url: string): string | undefined {
  if (url === "") return "environment url cannot be empty";
  const form = urlForm(url);
  if (form === undefined) return `environment url \`${url}\` must use ws:// or wss://`;
  const reason = faultOf(form, url);
  return reason === undefined ? undefined : `environment url \`${url}\` is invalid: ${reason}`;
}

function faultOf(form: UrlForm, url: string): string | undefined {
  switch (form) {
    case "websocket": {
      const fault = httpFault(url.slice(url.indexOf("://") + 3));
      return fault === undefined ? undefined : `HTTP format error: ${fault}`;
    }
    case "unix":
      return /^unix:\/\/\/[^?#]+$/.test(url) && isDecodable(url)
        ? undefined
        : "wanted unix:///PATH with an absolute path";
    case "ssh": {
      const read = parseSshUrl(url);
      return "fault" in read ? read.fault : undefined;
    }
  }
}

/** What the reference's parser says of what follows `://`. */
function httpFault(rest: string): string | undefined {
  if (rest === "") return "empty string";
  const [, authority = "", path = ""] = /^([^/?#]*)(.*)$/s.exec(rest) ?? [];
  if (!/^[\w\-.~:[\]@!$&'()*+,;=%]*$/.test(authority)) return "invalid uri character";
  if (authority === "") return "invalid format";
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (host.includes("%") || !/^([^[\]]*|\[[^[\]]*\][^[\]]*)$/.test(host)) {
    return "invalid authority";
  }
  return NOT_IN_PATH.test(path) ? "invalid uri character" : undefined;
}

// deno-lint-ignore no-control-regex -- control characters are what is looked for.
const NOT_IN_PATH = /[\x00-\x20<>`]/;

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether what is sent to a URL stays on this machine, or is encrypted as a WebSocket. */
export function hasPrivateTransport(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed === null) return false;
  if (parsed.protocol === "wss:" || parsed.protocol === "unix:") return true;
  // The parsed name is what is connected to, however the text was written.
  return parsed.protocol === "ws:" && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(parsed.hostname);
}

/** A URL for people to read: without a name, a password, and what a query may hold in confidence. */
export function shownUrl(url: string): string {
  return url.replace(/[?#].*$/s, "").replace(/^(wss?:\/\/)[^/]*@/, "$1");
}
