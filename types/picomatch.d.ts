/** The part of the npm package `picomatch` that searches use. @module */

/** How patterns are read. */
export interface PicomatchOptions {
  /** Whether `*` and `**` stand for names that begin with a dot, too. */
  readonly dot?: boolean;
  /** Whether backslashes are separators. */
  readonly windows?: boolean;
}

/** What is known of a pattern without matching. */
export interface ScannedPattern {
  /** The directory every match lies below; empty when there is none. */
  readonly base: string;
}

/** The package. */
export interface Picomatch {
  /** Makes a function that tells whether a path matches one of the patterns. */
  (patterns: string | readonly string[], options?: PicomatchOptions): (path: string) => boolean;
  /** Looks at a pattern without compiling it. */
  scan(pattern: string, options?: PicomatchOptions): ScannedPattern;
}

declare const picomatch: Picomatch;
export { picomatch as default };
