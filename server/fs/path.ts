/** From a path on the wire to a native one, and from the system's failures to wire errors. @module */

import { RpcError } from "../../protocol/errors.ts";
import type { SandboxIntent } from "../../protocol/methods/sandbox.ts";
import { displayPath, nativeBytes } from "../../protocol/native_path.ts";
import { nativePath, type PathUri, PathUriError } from "../../protocol/path_uri.ts";
import type { Machine } from "../machine.ts";
import { FileFault, isFault } from "./file_fault.ts";
import type { Awaitable, NativePath, Place } from "./file_system.ts";

/** Linux takes no longer ones, other systems shorter ones. */
const MOST_PATH_BYTES = 4095;

/**
 * Native path of a URI. Longer ones than any system call takes are refused before work is done on
 * each of their names.
 * @throws {RpcError} `invalidParams` when no machine has such a path, `fileRefused` when this one
 * has not, `fileFailed` when it is too long
 */
export function localPath(uri: PathUri, { system }: Pick<Machine, "system">): NativePath {
  const path = pathOn(system, uri);
  requireShort(path);
  return path;
}

function pathOn(system: Machine["system"], uri: PathUri): NativePath {
  try {
    return nativePath(uri, system);
  } catch (error) {
    if (!(error instanceof PathUriError)) throw error;
    const key = error.isInvalidAnywhere ? "invalidParams" : "fileRefused";
    throw new RpcError(key, error.message, { cause: error });
  }
}

function requireShort(path: NativePath): void {
  // Each UTF-16 unit becomes at most three bytes.
  if (path.length * 3 <= MOST_PATH_BYTES) return;
  const bytes = nativeBytes(path).byteLength;
  if (bytes <= MOST_PATH_BYTES) return;
  const fault = FileFault.of("ENAMETOOLONG");
  throw new RpcError(keyOf(fault), `${fault.message}: a path of ${bytes} bytes`, { cause: fault });
}

/**
 * Fails closed: calls that ask for a sandbox come to a plain handler without that wish, either in the
 * sandbox or because it would hold nothing; one that still has it is refused.
 * @throws {RpcError} `notSupported` when one is asked for
 */
export function refuseSandbox(sandbox: SandboxIntent | null | undefined): void {
  if (sandbox === undefined || sandbox === null) return;
  throw new RpcError("notSupported", "Cannot use `sandbox`: this server cannot enforce it");
}

/** The wire error for what a file operation threw. The path is named, for the system's words do not. */
export function fileError(error: unknown, path: NativePath): Error {
  if (!(error instanceof FileFault)) {
    return error instanceof Error ? error : new Error(String(error));
  }
  return new RpcError(keyOf(error), `${error.message}: "${displayPath(path)}"`, { cause: error });
}

/** The same where no link may be in the path: a link in the last place has words of its own. */
export function noFollowError(error: unknown, path: NativePath): Error {
  if (!isFault(error, "ELOOP")) return fileError(error, path);
  const message = `path contains a symbolic link: "${displayPath(path)}"`;
  return new RpcError("fileRefused", message, { cause: error });
}

/**
 * Does a file operation whose failure is that of this place.
 * @throws {RpcError} for a `FileFault`
 */
export async function named<T>(place: Place, work: () => Awaitable<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileError(error, placePath(place));
  }
}

/** Path of a place, for messages. */
export function placePath(place: Place): NativePath {
  if (typeof place === "string") return place;
  const { parent: { path }, name } = place;
  return path === "/" ? `/${name}` : `${path}/${name}`;
}

/** A path in two parts. Undefined for the root, which has no name. */
export function splitPath(path: NativePath): { parent: NativePath; name: string } | undefined {
  const slash = path.lastIndexOf("/");
  const name = path.slice(slash + 1);
  return name === "" ? undefined : { parent: path.slice(0, slash) || "/", name };
}

function keyOf(fault: FileFault): "notFound" | "fileRefused" | "fileFailed" {
  if (isFault(fault, "ENOENT")) return "notFound";
  return isFault(fault, "EACCES", "EPERM", "EINVAL") ? "fileRefused" : "fileFailed";
}
