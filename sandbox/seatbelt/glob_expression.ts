/** Regular expressions for patterns that deny, whether a match exists or is made later. @module */

import { endOfSet } from "../braces.ts";
import type { DenyGlob } from "../deny_glob.ts";
import { compileName } from "../name_pattern.ts";
import { quotedCharacter, spelledPath } from "./spelled_path.ts";

/** Any characters that do not lie between the two ends of what ASCII prints. */
const BEYOND = "[^ -~]+";
const printable = Array.from({ length: 0x7f - 0x20 }, (_, at) => String.fromCharCode(0x20 + at));
/** Which stand for themselves in a set in brackets. */
const PLAIN = /[A-Za-z0-9]/;

/**
 * An expression that covers every match of a pattern, and all below it. Since bytes are compared, it
 * covers more where the pattern stands for single characters beyond ASCII.
 */
export function globExpression({ directory, names }: DenyGlob): string {
  const parts = names.map((name) => name === "**" ? "(/[^/]+)*" : `/${nameExpression(name)}`);
  // A last `**` is about what is in a directory, not about the directory.
  const end = names.at(-1) === "**" ? "/" : "(/|$)";
  return `${spelledPath(directory, "begin")}${parts.join("")}${end}`;
}

function nameExpression(name: string): string {
  const pattern = name.normalize("NFC");
  let text = "";
  for (let at = 0; at < pattern.length;) {
    const sign = String.fromCodePoint(pattern.codePointAt(at) ?? 0);
    const end = sign === "[" ? endOfSet(pattern, at) : undefined;
    if (end !== undefined) {
      text += setExpression(pattern.slice(at, end + 1));
      at = end + 1;
      continue;
    }
    at += sign.length;
    if (sign === "*") text += "[^/]*";
    else if (sign === "?") text += `([^/]|${BEYOND})`;
    else if (sign === "\\" && at < pattern.length) {
      const escaped = String.fromCodePoint(pattern.codePointAt(at) ?? 0);
      text += quotedCharacter(escaped);
      at += escaped.length;
    } else text += quotedCharacter(sign);
  }
  return text;
}

/** What a set stands for, found by asking about each character: languages differ in how to write it. */
function setExpression(set: string): string {
  const matches = compileName(set);
  const found = printable.filter((character) => character !== "/" && matches(character));
  const plain = found.filter((character) => PLAIN.test(character)).join("");
  const others = found.filter((character) => !PLAIN.test(character)).map(quotedCharacter);
  // It has a sign beyond ASCII, or is about all but a few: then others may be meant as well.
  const isBeyond = /[^ -~]/.test(set) || /^\[[!^]/.test(set);
  const choices = [
    ...(plain === "" ? [] : [`[${plain}]`]),
    ...others,
    ...(isBeyond ? [BEYOND] : []),
  ];
  // A set of nothing but a slash: no name has it.
  return `(${choices.length === 0 ? "/" : choices.join("|")})`;
}
