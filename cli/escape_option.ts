/** The flag that names the character which detaches from a terminal. @module */

import type { Flags, FlagSpec } from "./flags.ts";
import { UsageError } from "./usage_error.ts";

/** The flag. */
export const escapeFlag: FlagSpec = { name: "--escape", value: "CHARACTER" };

const DEFAULT_ESCAPE = "~";

/**
 * Reads the flag; undefined for `none`.
 * @throws {UsageError}
 */
export function readEscape(flags: Flags): string | undefined {
  const text = flags.one(escapeFlag.name) ?? DEFAULT_ESCAPE;
  if (text === "none") return undefined;
  // One byte, so that it is never torn, and one that neither `.` nor `?` could be meant by.
  if (/^[!-~]$/.test(text) && text !== "." && text !== "?") return text;
  throw new UsageError(
    `"${text}" cannot be the escape character: wanted a visible ASCII character other than . ` +
      "and ?, or none",
  );
}
