/** From a path on the wire to a native one, and from the system's failures to wire errors. @module */

import { RpcError } from "../../protocol/errors.ts";
import { nativePath, type PathUri, PathUriError } from "../../protocol/path_uri.ts";
import type { Machine } from "../machine.ts";

/**
 * Native path of a URI.
 * @throws {RpcError} `invalidParams` when no machine has such a path, `fileRefused` when this one
 * has not
 */
export function localPath(uri: PathUri, { system }: Machine): string {
  try {
    return nativePath(uri, system);
  } catch (error) {
    if (!(error instanceof PathUriError)) throw error;
    const key = error.isInvalidAnywhere ? "invalidParams" : "fileRefused";
    throw new RpcError(key, error.message, { cause: error });
  }
}

/**
 * Fails closed: a sandbox that cannot be enforced is refused, not left out.
 * @throws {RpcError} `notSupported` when one is asked for
 */
export function refuseSandbox(sandbox: unknown): void {
  if (sandbox === undefined || sandbox === null) return;
  throw new RpcError("notSupported", "Cannot use `sandbox`: this server cannot enforce it");
}

/** The wire error for what a file operation threw. The path is named, for the system's words do not. */
export function fileError(error: unknown, path: string): RpcError {
  if (error instanceof RpcError) return error;
  const words = error instanceof Error ? error.message : String(error);
  // Deno adds the operation and the path behind the system's words.
  const reason = /^(.*?\(os error \d+\))/.exec(words)?.[1] ?? words;
  return new RpcError(keyOf(error), `${reason}: "${path}"`, { cause: error });
}

function keyOf(error: unknown): "notFound" | "fileRefused" | "fileFailed" {
  if (error instanceof Deno.errors.NotFound) return "notFound";
  if (error instanceof Deno.errors.PermissionDenied) return "fileRefused";
  return "fileFailed";
}
