/** Names for files that exist only until they are complete. @module */

import { nativeBytes } from "../../protocol/native_path.ts";

/** Longest name that file systems have, in bytes. */
const MAX_NAME_BYTES = 255;

const RANDOM_BYTES = 8;

/** A hidden name beside another one, which nobody can guess: `.NAME.XXXX.tmp`. */
export function temporaryName(name: string): string {
  const random = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)).toHex();
  const ending = `.${random}.tmp`;
  return `.${shortened(name, MAX_NAME_BYTES - 1 - ending.length)}${ending}`;
}

/** As many whole characters of a name as fit. */
function shortened(name: string, maxBytes: number): string {
  let length = 0;
  let bytes = 0;
  for (const character of name) {
    bytes += nativeBytes(character).byteLength;
    if (bytes > maxBytes) break;
    length += character.length;
  }
  return name.slice(0, length);
}
