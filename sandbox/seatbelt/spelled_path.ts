/**
 * Regular expressions for a path in every spelling that a disk of macOS takes for the same.
 *
 * Such disks usually tell neither upper from lower case nor composed from decomposed letters. Rules
 * compare texts: `.GIT` could be made where `.git` is kept, and Git would take it.
 * @module
 */

/** Where the writable volume also is; what lies there has a shorter path, too. */
const VOLUME = "/System/Volumes/Data";
/** What a letter of ASCII is also folded from, beside its own two cases. */
const foldedTo: Readonly<Record<string, string>> = { s: "\u017f", k: "\u212a" };

/** Where an expression for a path ends. */
export type Reach =
  /** At the path. */
  | "exact"
  /** At the path, or it goes on with anything below it. */
  | "tree"
  /** Nowhere: something is appended to it. */
  | "begin";

const ends: Readonly<Record<Reach, string>> = { exact: "$", tree: "(/|$)", begin: "" };

/** An expression for a path, from its beginning. */
export function spelledPath(path: string, reach: Reach): string {
  const short = path.startsWith(`${VOLUME}/`) ? path.slice(VOLUME.length) : path;
  const letters = [...short.normalize("NFC")].map(spelledLetter).join("");
  return `^(${VOLUME})?${letters}${ends[reach]}`;
}

/** An expression for a character as it is written, composed or not. */
export function quotedCharacter(character: string): string {
  return alternatives([character]);
}

function spelledLetter(letter: string): string {
  const folded = foldedTo[letter.toLowerCase()];
  const cases = [letter, letter.toLowerCase(), letter.toUpperCase()];
  return alternatives(folded === undefined ? cases : [...cases, folded]);
}

/** Bytes are compared, so that a set in brackets does only for letters which are one each. */
function alternatives(letters: readonly string[]): string {
  const forms = letters.flatMap((
    letter,
  ) => [letter, letter.normalize("NFC"), letter.normalize("NFD")]);
  const spellings = [...new Set(forms)].map(quoted);
  if (spellings.length === 1) return spellings.join("");
  const isSet = spellings.every((spelling) => /^[a-z]$/i.test(spelling));
  return isSet ? `[${spellings.join("")}]` : `(${spellings.join("|")})`;
}

function quoted(text: string): string {
  return text.replaceAll(/[.*+?()[\]{}^$|\\]/g, "\\$&");
}
