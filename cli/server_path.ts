/** Paths at a server, as they are written on the command line. @module */

import { resolve } from "@std/path";
import { type ExecServerClient, ExecServerError } from "../client/mod.ts";
import { nativePath, pathToUri, type PathUri } from "../protocol/path_uri.ts";
import type { ServerChoice } from "./server_options.ts";

/**
 * The URI of a path: `file:` URLs stay; what is relative counts from here when the server is a child
 * of this program, else from where the server is.
 * @throws {ExecServerError} `notSupported` when the server does not tell its directory
 */
export function pathAt(client: ExecServerClient, server: ServerChoice, path: string): PathUri {
  if (path.startsWith("file:")) return path;
  if (server.kind === "own") return pathToUri(resolve(path));
  if (path.startsWith("/")) return pathToUri(path);
  const base = client.environmentInfo.cwd;
  if (base !== undefined && base !== null) {
    // Only the form of the path counts here, and that is the same on every Unix.
    return path === "." ? base : pathToUri(resolve(nativePath(base, "linux"), path));
  }
  const text = `The server does not tell its directory: "${path}" must be absolute`;
  throw new ExecServerError("notSupported", text);
}
