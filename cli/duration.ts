/** Reads durations such as `500ms` or `1.5h`. Pure. @module */

import { UsageError } from "./usage_error.ts";

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Milliseconds of a number with a unit; part of a millisecond counts as a whole one.
 * @throws {UsageError} for anything else, and for nothing at all
 */
export function readDuration(text: string): number {
  const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const milliseconds = Math.ceil(Number(amount) * (unitsMs[unit] ?? 0));
  if (milliseconds > 0 && Number.isSafeInteger(milliseconds)) return milliseconds;
  throw new UsageError(`"${text}" is no duration: wanted such as 500ms, 90s, 5m or 1.5h`);
}
