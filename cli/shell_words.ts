/** Splits text into words as a shell does, without expanding anything. Pure. @module */

import { UsageError } from "./usage_error.ts";

/**
 * Words of a command line: blanks separate, '…' is literal, "…" is literal but for `\"` and `\\`,
 * and a backslash takes the next character as it is.
 * @throws {UsageError} when a quote is not closed
 */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < text.length) {
    const sign = text.charAt(at);
    if (/\s/.test(sign)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at++;
      continue;
    }
    const { value, next } = readPart(text, at);
    word = (word ?? "") + value;
    at = next;
  }
  if (word !== undefined) words.push(word);
  return words;
}

interface Part {
  readonly value: string;
  readonly next: number;
}

function readPart(text: string, at: number): Part {
  switch (text.charAt(at)) {
    case "'": {
      const end = text.indexOf("'", at + 1);
      if (end < 0) throw unclosed(text, "'");
      return { value: text.slice(at + 1, end), next: end + 1 };
    }
    case '"':
      return readDoubleQuoted(text, at + 1);
    case "\\":
      if (at + 1 === text.length) throw new UsageError(`"${text}" ends with a lone backslash`);
      return { value: text.charAt(at + 1), next: at + 2 };
    default:
      return { value: text.charAt(at), next: at + 1 };
  }
}

function readDoubleQuoted(text: string, start: number): Part {
  let value = "";
  for (let at = start; at < text.length; at++) {
    const sign = text.charAt(at);
    if (sign === '"') return { value, next: at + 1 };
    const following = text.charAt(at + 1);
    const isEscape = sign === "\\" && (following === '"' || following === "\\");
    value += isEscape ? following : sign;
    if (isEscape) at++;
  }
  throw unclosed(text, '"');
}

function unclosed(text: string, quote: string): UsageError {
  return new UsageError(`'${text}' has an opening ${quote} without a closing one`);
}
