/** Finds the lines of a text that hold a pattern. @module */

import type { GrepRequest } from "./search_request.ts";

/** The first match in a line. */
export interface LineMatch {
  /** Number of lines before this one in the text. */
  readonly line: number;
  /** The line without its end. */
  readonly text: string;
  /** Where the match begins in it. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
}

/** Matches in whole lines. */
export interface LineMatcher {
  /**
   * The lines that match, in order.
   * @param text whole lines; the last one may lack its end
   */
  matches(text: string): Iterable<LineMatch>;
}

/**
 * Makes the matcher of a request.
 * @throws {SyntaxError} when the pattern is no regular expression; what the engine can only tell
 * when it is first used, `matches` throws
 */
export function lineMatcher({ pattern, isRegex, ignoreCase }: GrepRequest): LineMatcher {
  if (!isRegex && !ignoreCase) return new TextMatcher(pattern);
  const source = isRegex ? pattern : RegExp.escape(pattern);
  return new RegexMatcher(new RegExp(source, ignoreCase ? "vi" : "v"));
}

/** Looks for the text in all lines at once, which is many times faster than line by line. */
class TextMatcher implements LineMatcher {
  readonly #wanted: string;

  constructor(wanted: string) {
    this.#wanted = wanted;
  }

  *matches(text: string): Generator<LineMatch> {
    // A line never holds its own end.
    if (this.#wanted.includes("\n")) return;
    let line = 0;
    let lineStart = 0;
    let at = text.indexOf(this.#wanted);
    while (at >= 0) {
      let next = text.indexOf("\n", lineStart);
      while (next >= 0 && next < at) {
        line++;
        lineStart = next + 1;
        next = text.indexOf("\n", lineStart);
      }
      if (lineStart >= text.length) return;
      const lineEnd = endOfLine(text, lineStart);
      const content = lineContent(text, lineStart, lineEnd);
      const [start, end] = [at - lineStart, at - lineStart + this.#wanted.length];
      // What reaches into a line's CRLF is not in the line.
      if (end <= content.length) yield { line, text: content, start, end };
      if (lineEnd >= text.length) return;
      at = text.indexOf(this.#wanted, lineEnd + 1);
    }
  }
}

/** Lines are matched one by one, so that `^`, `$` and blanks in the pattern never see a line's end. */
class RegexMatcher implements LineMatcher {
  readonly #regex: RegExp;

  constructor(regex: RegExp) {
    this.#regex = regex;
  }

  *matches(text: string): Generator<LineMatch> {
    let line = 0;
    for (let start = 0; start < text.length; line++) {
      const lineEnd = endOfLine(text, start);
      const content = lineContent(text, start, lineEnd);
      const match = this.#regex.exec(content);
      if (match !== null) {
        const { index } = match;
        yield { line, text: content, start: index, end: index + match[0].length };
      }
      start = lineEnd + 1;
    }
  }
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf("\n", start);
  return end < 0 ? text.length : end;
}

function lineContent(text: string, start: number, end: number): string {
  return text.slice(start, text.charCodeAt(end - 1) === 0x0d && end > start ? end - 1 : end);
}
