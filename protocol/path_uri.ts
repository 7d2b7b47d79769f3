/**
 * Paths on the wire: `file:` URLs in the normal form of the WHATWG URL standard.
 *
 * A URI is checked in two steps. Parsing (`parsePathUri`) is the same on every machine; whether the
 * path exists for an operating system (`nativePath`) is asked where the path is used.
 * @module
 */

/** A `file:` URI in normal form, such as `file:///home/me/a%20b`. */
export type PathUri = string;

/** Operating systems whose paths are known, as `environmentInfo.platformOs` names them. */
export type PathSystem = "linux" | "macos" | "windows";

/** Says why a text is not a path URI, or not a path of this machine. */
export class PathUriError extends Error {
  /** Tells this class from other errors. */
  override readonly name = "PathUriError";
  /** True when no machine has such a path; false when only this one has not. */
  readonly isInvalidAnywhere: boolean;

  /**
   * Makes an error.
   * @param isInvalidAnywhere whether no machine has such a path
   */
  constructor(message: string, isInvalidAnywhere: boolean) {
    super(message);
    this.isInvalidAnywhere = isInvalidAnywhere;
  }
}

/**
 * Normal form of a `file:` URI.
 * @throws {PathUriError} for native paths, other schemes, queries, fragments, user names and ports
 */
export function parsePathUri(text: string): PathUri {
  const scheme = /^[\s\0-\x20]*([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) throw invalid("invalid URI: relative URL without a base");
  if (scheme !== "file") throw invalid(`unsupported path URI scheme \`${scheme}\``);
  const url = URL.parse(text);
  if (url === null) throw invalid("invalid URI: invalid international domain name");
  const [beforeFragment = "", fragment] = text.split("#", 2);
  if (beforeFragment.includes("?")) {
    throw invalid("query parameters are not allowed in path URIs");
  }
  if (fragment !== undefined) throw invalid("fragments are not allowed in path URIs");
  const pathname = url.pathname.replace(DRIVE, (segment) => segment.toUpperCase());
  return `file://${url.host === "localhost" ? "" : url.host}${pathname}`;
}

/**
 * Native path of a URI.
 * @param uri in normal form
 * @param system the machine whose path is wanted; only Unix paths are made so far
 * @throws {PathUriError} when that machine has no such path
 */
export function nativePath(uri: PathUri, system: PathSystem): string {
  const url = new URL(uri);
  if (url.host !== "" || DRIVE.test(url.pathname)) throw notHere(uri, system, false);
  const path = decodeBytes(url.pathname);
  if (path.includes("\0")) throw notHere(uri, system, true);
  // A trailing slash is ignored, also after a file's name.
  return path.replace(/\/+$/, "") || "/";
}

/**
 * URI of an absolute Unix path.
 * @throws {PathUriError} when the path is not absolute
 */
export function pathToUri(path: string): PathUri {
  if (!path.startsWith("/")) throw invalid(`Path "${path}" is not absolute`);
  // The URL parser resolves dots and encodes the rest; these it would take as syntax or drop.
  const escaped = path.replace(SYNTAX, (sign) => encodeURIComponent(sign));
  const { pathname } = new URL(`file://${escaped}`);
  return `file://${pathname.replace(/\/+$/, "") || "/"}`;
}

// deno-lint-ignore no-control-regex -- control characters are what is looked for.
const SYNTAX = /[%?#\\\x00-\x20]/g;

// A drive letter as the first segment makes a Windows path, also when its colon is escaped.
const DRIVE = /^\/[a-zA-Z](?::|%3[aA])(?:\/|$)/;

function decodeBytes(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    throw new PathUriError(`Path URI "file://${pathname}" does not name a UTF-8 path`, false);
  }
}

function invalid(message: string): PathUriError {
  return new PathUriError(message, true);
}

function notHere(uri: PathUri, system: PathSystem, isInvalidAnywhere: boolean): PathUriError {
  return new PathUriError(`'${uri}' is invalid on '${system}'`, isInvalidAnywhere);
}
