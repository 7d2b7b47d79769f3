/** The directory for temporary files, as an environment names it: what is believed of it. @module */

import { RpcError } from "../protocol/errors.ts";
import { displayPath } from "../protocol/native_path.ts";
import { isWithin, normalPath } from "./paths.ts";

/** Directories that everybody may put temporary files in, whatever else lies there. */
const shared: readonly string[] = ["/tmp", "/var/tmp", "/private/tmp", "/private/var/tmp"];
/** Where systems keep each user's own. */
const ofUsers: readonly string[] = ["/var/folders", "/private/var/folders"];

/**
 * Native path of a `TMPDIR`. One that is not set or empty names nothing.
 * @throws {RpcError} `invalidParams` when it is relative or the root: an entry `tmpdir` would then be
 * about something else than temporary files
 */
export function temporaryDirectory(tmpdir: string | undefined): string | undefined {
  if (tmpdir === undefined || tmpdir === "") return undefined;
  if (!tmpdir.startsWith("/") || tmpdir.includes("\0")) {
    throw refusal(tmpdir, "is not an absolute path");
  }
  const path = normalPath(tmpdir);
  if (path === "/") throw refusal(tmpdir, "is the root, and the policy is about temporary files");
  return path;
}

/**
 * Refuses a writable `TMPDIR` that holds more than temporary files: an environment may not widen
 * what a policy grants. Ask again when the real paths are known, for it may be a link.
 * @param path of the directory
 * @param kept what must not lie in it: workspace roots, the home
 * @throws {RpcError} `invalidParams`
 */
export function refuseWideTemporary(path: string, kept: readonly string[]): void {
  if (shared.includes(path)) return;
  const inside = kept.find((other) => isWithin(other, path));
  if (inside === undefined) return;
  throw refusal(path, `would make all of "${displayPath(inside)}" writable`);
}

/**
 * Refuses a writable `TMPDIR` that is no place for temporary files, such as one of the system. Ask
 * again when the real paths are known, for it may be a link.
 * @param path of the directory
 * @param places where temporary files are expected besides: workspace roots, the server's own
 * @throws {RpcError} `invalidParams`
 */
export function refuseStrangeTemporary(path: string, places: readonly string[]): void {
  if ([...shared, ...ofUsers, ...places].some((place) => isWithin(path, place))) return;
  throw refusal(path, "is not where temporary files belong", "a directory below /tmp");
}

function refusal(tmpdir: string, reason: string, remedy = "a directory of its own"): RpcError {
  return new RpcError(
    "invalidParams",
    `Cannot use the sandbox entry \`tmpdir\`: TMPDIR "${displayPath(tmpdir)}" ${reason}; ` +
      `set TMPDIR to ${remedy}`,
  );
}
