/** A pattern of one name in a path, without braces: `*`, `?`, `[…]` and `\`. @module */

import { endOfSet } from "./braces.ts";

/** Tells whether a name matches. */
export type NameMatcher = (name: string) => boolean;

/** One character of a name, or any number of them. */
type Token = ((character: string) => boolean) | typeof RUN;

const RUN = "run";

/** Whether a pattern stands for more than one name. */
export function hasWildcard(pattern: string): boolean {
  for (let at = 0; at < pattern.length; at += 1) {
    const sign = pattern.charAt(at);
    if (sign === "\\") at += 1;
    else if (sign === "*" || sign === "?") return true;
    else if (sign === "[" && endOfSet(pattern, at) !== undefined) return true;
  }
  return false;
}

/** The one name of a pattern without wildcards. */
export function plainName(pattern: string): string {
  return pattern.replace(/\\([^])/g, "$1");
}

/** Prepares a pattern. Matching takes at most the product of both lengths, whatever it is. */
export function compileName(pattern: string): NameMatcher {
  const tokens = tokensOf(pattern);
  return (name) => matches(tokens, [...name]);
}

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length;) {
    const sign = String.fromCodePoint(pattern.codePointAt(at) ?? 0);
    const setEnd = sign === "[" ? endOfSet(pattern, at) : undefined;
    if (setEnd !== undefined) {
      tokens.push(setOf(pattern.slice(at + 1, setEnd)));
      at = setEnd + 1;
      continue;
    }
    at += sign.length;
    if (sign === "*") {
      if (tokens.at(-1) !== RUN) tokens.push(RUN);
    } else if (sign === "?") {
      tokens.push(() => true);
    } else {
      const escaped = sign === "\\" ? pattern.codePointAt(at) : undefined;
      const wanted = escaped === undefined ? sign : String.fromCodePoint(escaped);
      if (escaped !== undefined) at += wanted.length;
      tokens.push((character) => character === wanted);
    }
  }
  return tokens;
}

/** What is between brackets: characters and ranges; `!` or `^` first turns it round. */
function setOf(text: string): Token {
  const isNegated = /^[!^]/.test(text);
  const signs = [...(isNegated ? text.slice(1) : text)];
  const ranges: (readonly [from: number, to: number])[] = [];
  for (let at = 0; at < signs.length; at += 1) {
    const from = signs[at]?.codePointAt(0) ?? 0;
    const end = signs[at + 1] === "-" ? signs[at + 2]?.codePointAt(0) : undefined;
    if (end !== undefined) at += 2;
    ranges.push([from, end ?? from]);
  }
  return (character) => {
    const code = character.codePointAt(0) ?? 0;
    return ranges.some(([from, to]) => from <= code && code <= to) !== isNegated;
  };
}

function matches(tokens: readonly Token[], name: readonly string[]): boolean {
  let at = 0;
  let tokenAt = 0;
  let retry: { at: number; tokenAt: number } | undefined;
  while (at < name.length) {
    const token = tokens[tokenAt];
    if (token === RUN) {
      tokenAt += 1;
      retry = { at, tokenAt };
    } else if (token?.(name[at] ?? "") === true) {
      at += 1;
      tokenAt += 1;
    } else if (retry !== undefined) {
      retry.at += 1;
      ({ at, tokenAt } = retry);
    } else {
      return false;
    }
  }
  while (tokens[tokenAt] === RUN) tokenAt += 1;
  return tokenAt === tokens.length;
}
