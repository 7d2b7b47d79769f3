/** How something that only stands for a missing thing is told from a real one. @module */

const DIRECTORY_MARK = 0o1555;
const FILE_MARK = 0o1444;
/** All texts that files which stand for missing ones hold. */
const STAND_INS: readonly string[] = ["", ".\n"];
const MOST_FILE_BYTES = 2;
/** A server needs far less between making something and giving it its time. */
const FRESH_MS = 100;

/**
 * When every placeholder was changed last, as they say, in milliseconds since 1970: people may have
 * chosen its mode as well. A whole and even second, which every file system can keep.
 */
export const placeholderTimeMs: number = Date.UTC(2001, 1, 3, 4, 5, 6);

/** Mode that marks a placeholder. */
export function placeholderMode(isDirectory: boolean): number {
  return isDirectory ? DIRECTORY_MARK : FILE_MARK;
}

/** What is known of something that may be a placeholder. */
export interface PlaceholderFacts {
  /** Links and devices are none. */
  readonly kind: "directory" | "file";
  /** Permissions. */
  readonly mode: number;
  /** In bytes, of files. */
  readonly size: number;
  /** When it was changed last, in milliseconds since 1970. */
  readonly modifiedAtMs: number;
  /** Asked of directories that bear the rest of the mark. */
  readonly isEmpty: () => boolean;
  /** Content, asked of files that bear the rest of the mark; undefined when it cannot be read. */
  readonly text: () => string | undefined;
}

/** Whether something bears the whole mark. */
export function isPlaceholder(facts: PlaceholderFacts): boolean {
  return facts.modifiedAtMs === placeholderTimeMs && standsForNothing(facts);
}

/** Whether it would bear the mark but for the time, which another server may be about to give it. */
export function isBecomingPlaceholder(facts: PlaceholderFacts, nowMs: number): boolean {
  const ageMs = nowMs - facts.modifiedAtMs;
  return ageMs >= 0 && ageMs < FRESH_MS && standsForNothing(facts);
}

function standsForNothing({ kind, mode, size, isEmpty, text }: PlaceholderFacts): boolean {
  if (kind === "directory") return mode === DIRECTORY_MARK && isEmpty();
  if (mode !== FILE_MARK || size > MOST_FILE_BYTES) return false;
  const content = text();
  return content !== undefined && STAND_INS.includes(content);
}
