/** How the wire names the reasons why a file cannot be had. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Failure } from "./message.ts";

/** A code and a part of the message. */
export interface Refusal {
  readonly code: number;
  readonly words: string;
}

// Numbers are compared, not the system's words before them: C libraries word them differently.
const isMac = Deno.build.os === "darwin";

/** Refusals that carry the number of an error of the system, by its name in C. */
export const system = {
  ENOENT: { code: -32004, words: "(os error 2)" },
  EACCES: { code: -32600, words: "(os error 13)" },
  EINVAL: { code: -32600, words: "(os error 22)" },
  ENXIO: { code: -32603, words: "(os error 6)" },
  EBADF: { code: -32603, words: "(os error 9)" },
  EEXIST: { code: -32603, words: "(os error 17)" },
  ENOTDIR: { code: -32603, words: "(os error 20)" },
  EISDIR: { code: -32603, words: "(os error 21)" },
  ENAMETOOLONG: { code: -32603, words: isMac ? "(os error 63)" : "(os error 36)" },
  ENOTEMPTY: { code: -32603, words: isMac ? "(os error 66)" : "(os error 39)" },
  ELOOP: { code: -32603, words: isMac ? "(os error 62)" : "(os error 40)" },
} as const satisfies Readonly<Record<string, Refusal>>;

/** A refusal in the protocol's own words. */
export function inWords(words: string, code: number = -32600): Refusal {
  return { code, words };
}

/** Checks that a request was refused for this reason. */
export function assertRefusal(failure: Failure, { code, words }: Refusal): void {
  assertEquals(failure.code, code, failure.message);
  assertStringIncludes(failure.message, words);
}
