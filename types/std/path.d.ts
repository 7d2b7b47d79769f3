/** The part of `@std/path` this project uses. @module */

/** Last part of a path. */
export function basename(path: string, suffix?: string): string;
/** Path without its last part. */
export function dirname(path: string): string;
/** Extension of a path, with its dot. */
export function extname(path: string): string;
/** Path of a `file:` URL. */
export function fromFileUrl(url: string | URL): string;
/** Whether a path is absolute. */
export function isAbsolute(path: string): boolean;
/** Joins parts and normalises. */
export function join(path: string, ...paths: string[]): string;
/** Path from one place to another. */
export function relative(from: string, to: string): string;
/** Absolute path of the joined parts. */
export function resolve(...parts: string[]): string;
/** `file:` URL of an absolute path. */
export function toFileUrl(path: string): URL;
