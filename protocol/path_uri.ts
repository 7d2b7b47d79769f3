/**
 * Paths on the wire: `file:` URLs in the normal form of the WHATWG URL standard.
 *
 * A URI is checked in two steps. Parsing (`parsePathUri`) is the same on every machine; whether the
 * path exists for an operating system (`nativePath`) is asked where the path is used.
 * @module
 */

import { fromBase64Url, toBase64Url } from "./built_in_base64.ts";
import { nativeBytes, nativeText } from "./native_path.ts";

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
 * Native path of a URI, as `native_path.ts` writes it.
 * @param uri in normal form
 * @param system the machine whose path is wanted; only Unix paths are made so far
 * @throws {PathUriError} when that machine has no such path
 */
export function nativePath(uri: PathUri, system: PathSystem): string {
  if (uri.startsWith(RESERVED)) return reservedPath(uri, system);
  const url = new URL(uri);
  if (url.host !== "" || DRIVE.test(url.pathname)) throw notHere(uri, system, false);
  const path = decodePercent(url.pathname);
  if (path.includes("\0")) throw notHere(uri, system, true);
  // A trailing slash is ignored, also after a file's name.
  return (HAS_DOTS.test(path) ? withoutDots(path) : path).replace(/\/+$/, "") || "/";
}

/**
 * URI of an absolute Unix path, as `native_path.ts` writes it.
 * @throws {PathUriError} when the path is not absolute
 */
export function pathToUri(path: string): PathUri {
  if (!path.startsWith("/")) throw invalid(`Path "${path}" is not absolute`);
  const pathname = encodedPath(path);
  // A first segment like a drive would make it a path of Windows.
  if (DRIVE.test(pathname)) return RESERVED + toBase64Url(nativeBytes(path));
  return `file://${pathname.replace(/\/+$/, "") || "/"}`;
}

/** URI of an entry of a directory. `name` is one segment, and neither `.` nor `..`. */
export function childUri(directory: PathUri, name: string): PathUri {
  if (directory === ROOT) return pathToUri(`/${name}`);
  if (directory.startsWith(RESERVED)) {
    return pathToUri(`${nativePath(directory, "linux")}/${name}`);
  }
  const encoded = PLAIN_NAME.test(name) ? name : encodedPath(`/${name}`).slice(1);
  return directory.endsWith("/") ? directory + encoded : `${directory}/${encoded}`;
}

function encodedPath(path: string): string {
  // The URL parser resolves dots and encodes the rest; these it would take as syntax or drop.
  const escaped = path.replace(SYNTAX, (sign) => encodeURIComponent(sign))
    .replace(NOT_UTF8, (byte) => `%${(byte.charCodeAt(0) & 0xff).toString(16).toUpperCase()}`);
  return new URL(`file://${escaped}`).pathname;
}

const ROOT = "file:///";

// Dots that the URL parser did not see, because an escaped slash stood beside them.
const HAS_DOTS = /\/\.{1,2}(?:\/|$)/;

/** Resolves them by the text alone, as the URL parser does with those it sees. */
function withoutDots(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") kept.pop();
    else if (segment !== "." && segment !== "") kept.push(segment);
  }
  return `/${kept.join("/")}`;
}

/** What the URL parser leaves as it is, and no dots that it could resolve. */
const PLAIN_NAME = /^(?!\.{1,2}$)[A-Za-z0-9._~!$&'()*+,;=:@\-]+$/;

/** Begins the URIs of paths that have no other. */
const RESERVED = "file:///%00/bad/path/";

function reservedPath(uri: PathUri, system: PathSystem): string {
  const path = decodeReserved(uri.slice(RESERVED.length));
  if (path === undefined) throw notHere(uri, system, true);
  // Only one URI per path: what has an ordinary one is refused here.
  const isNeeded = path.startsWith("/") && !path.includes("\0") && pathToUri(path) === uri;
  if (!isNeeded) throw notHere(uri, system, false);
  return path;
}

function decodeReserved(base64: string): string | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(base64)) return undefined;
  try {
    return nativeText(fromBase64Url(base64));
  } catch {
    return undefined;
  }
}

// deno-lint-ignore no-control-regex -- control characters are what is looked for.
const SYNTAX = /[%?#\\\x00-\x20]/g;

// In this mode a surrogate that belongs to a pair is no match.
const NOT_UTF8 = /[\u{DC80}-\u{DCFF}]/gu;

// A drive letter as the first segment makes a Windows path, also when its colon is escaped.
const DRIVE = /^\/[a-zA-Z](?::|%3[aA])(?:\/|$)/;

function decodePercent(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    // A name that is not UTF-8. What is not escaped is ASCII here.
    const bytes: number[] = [];
    for (const [, hex, sign = ""] of pathname.matchAll(/%([0-9a-fA-F]{2})|([^])/g)) {
      bytes.push(hex === undefined ? sign.charCodeAt(0) : parseInt(hex, 16));
    }
    return nativeText(new Uint8Array(bytes));
  }
}

function invalid(message: string): PathUriError {
  return new PathUriError(message, true);
}

function notHere(uri: PathUri, system: PathSystem, isInvalidAnywhere: boolean): PathUriError {
  return new PathUriError(`'${uri}' is invalid on '${system}'`, isInvalidAnywhere);
}
