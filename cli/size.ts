/** Reads sizes such as `512M`. Pure. @module */

import { UsageError } from "./usage_error.ts";

const factors: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/**
 * Bytes of a whole number, with or without K, M or G, which are powers of 1024.
 * @throws {UsageError} for anything else, and for nothing at all
 */
export function readSize(text: string): number {
  const [, amount = "", unit = ""] = /^(\d+)([KMG]?)$/.exec(text) ?? [];
  const bytes = Number(amount) * (factors[unit] ?? 0);
  if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw new UsageError(`"${text}" is no size: wanted such as 1048576, 512M or 4G`);
}
