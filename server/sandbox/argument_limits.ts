/** How much can be passed on to a sandbox; asked before anything is made for it. @module */

import { nativeBytes } from "../../protocol/native_path.ts";
import type { Mounts } from "../../sandbox/mounts.ts";
import { SandboxRefusal } from "../../sandbox/refusal.ts";

/** Bubblewrap takes 9000 in all. */
const MOST_ARGUMENTS = 8_000;
/** Each takes several system calls, and everybody else waits meanwhile. */
const MOST_PLACEHOLDERS = 128;
/** The system's limit for one text that a program is started with, less its end. */
const MOST_TEXT_BYTES = 131_071;
const MOST_BYTES_PER_CHARACTER = 3;

/** @throws {SandboxRefusal} when bubblewrap does not take so many arguments */
export function requireFewArguments(count: number): void {
  if (count <= MOST_ARGUMENTS) return;
  throw tooLarge(
    `has ${count} arguments, more than the ${MOST_ARGUMENTS} that can be passed on; ` +
      "use fewer paths, patterns or variables",
  );
}

/** @throws {SandboxRefusal} when too much would have to be made */
export function requireFewPlaceholders({ placeholders: { length } }: Mounts): void {
  if (length <= MOST_PLACEHOLDERS) return;
  throw tooLarge(
    `has to keep ${length} names from being made, more than the ${MOST_PLACEHOLDERS} that it can; ` +
      "make some of them, or use fewer paths",
  );
}

/** @throws {SandboxRefusal} when the system would not start a program with this environment */
export function requireShortVariables(env: ReadonlyMap<string, string>): void {
  for (const [name, value] of env) {
    const length = bytesIn(name) + 1 + bytesIn(value);
    if (length <= MOST_TEXT_BYTES) continue;
    throw tooLarge(
      `cannot pass on the variable "${name.slice(0, 80)}" of ${length} bytes, more than the ` +
        `${MOST_TEXT_BYTES} that the system takes; shorten it`,
    );
  }
}

/** Exact where it may matter. */
function bytesIn(text: string): number {
  const isShort = text.length * MOST_BYTES_PER_CHARACTER < MOST_TEXT_BYTES / 2;
  return isShort ? text.length : nativeBytes(text).length;
}

function tooLarge(reason: string): SandboxRefusal {
  return new SandboxRefusal("tooLarge", `The sandbox ${reason}`);
}
