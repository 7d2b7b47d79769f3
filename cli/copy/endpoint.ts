/** What a word of `cp` means: a path here, or one at a server. @module */

import { idComplaint, LOCAL_ID } from "../../client/environments/settings.ts";
import { type ServerChoice, serverNamed } from "../server_options.ts";
import { UsageError } from "../usage_error.ts";

/** One end of a copy, as it was written. */
export type Endpoint =
  /** A path of this machine. */
  | { readonly kind: "local"; readonly path: string }
  /** A path at a server; the one that the flags name when `server` is undefined. */
  | { readonly kind: "remote"; readonly server: ServerChoice | undefined; readonly path: string };

// A host is written as in a URL, so that its port is not taken for the path.
const AT_URL = /^(wss?:\/\/(?:\[[^\]]*\]|[^:/[\]]+)(?::\d+)?\/?|unix:\/\/\/[^:]+):(.*)$/s;
const NAMED = /^([^/:]*):(.*)$/s;

/**
 * Reads one word: `ws://HOST:PORT:PATH` or `unix:///SOCKET:PATH` at that server, `NAME:PATH` at that
 * environment, `:PATH` at the server of the flags, else a path here; `./a:b` has a colon in its name.
 * @throws {UsageError}
 */
export function readEndpoint(word: string): Endpoint {
  const [, url, pathAtUrl] = AT_URL.exec(word) ?? [];
  if (url !== undefined) {
    return {
      kind: "remote",
      server: { kind: "url", url, tokenFile: undefined },
      path: pathAtUrl || ".",
    };
  }
  const [, name, written] = NAMED.exec(word) ?? [];
  if (name === undefined) return { kind: "local", path: word };
  const path = written || ".";
  if (name === "") return { kind: "remote", server: undefined, path };
  const server = serverNamed(name);
  if (server.kind === "own" || idComplaint(name) === undefined) {
    return { kind: "remote", server, path };
  }
  throw new UsageError(
    `"${word}" names no server: wanted ws://HOST:PORT:PATH, unix:///SOCKET:PATH, NAME:PATH, :PATH ` +
      `with --on, --url or --stdio, or ./${word} for a file here`,
  );
}

/**
 * The one server that the words and the flags name.
 * @throws {UsageError} when they name several
 */
export function serverOf(ends: readonly Endpoint[], flags: ServerChoice): ServerChoice {
  const named = ends.flatMap((end) => end.kind === "remote" ? [end.server] : []);
  const [server, ...others] = named.filter((it) => it !== undefined);
  if (server === undefined) return flags;
  const other = others.find((it) => !areSame(it, server));
  if (other !== undefined) {
    throw new UsageError(
      `"${shown(server)}" and "${shown(other)}" are two servers: wanted one; copy by way of here`,
    );
  }
  if (areSame(flags, server)) return flags;
  if (flags.kind !== "own" || named.includes(undefined)) {
    throw new UsageError(`"${shown(server)}" is not the server of the flags: wanted one of them`);
  }
  return server;
}

function areSame(one: ServerChoice, other: ServerChoice): boolean {
  return one.kind === other.kind && shown(one) === shown(other);
}

/** A server as the user wrote it. */
function shown(server: ServerChoice): string {
  switch (server.kind) {
    case "url":
      return server.url;
    case "environment":
      return server.id;
    case "stdio":
      return server.command.join(" ");
    case "own":
      return LOCAL_ID;
  }
}
