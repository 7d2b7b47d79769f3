/** The order of names in listings: by their bytes, which for UTF-8 is by code point. @module */

import { nativeBytes } from "../../../protocol/native_path.ts";
import type { DirectoryItem } from "../file_system.ts";
import type { Steps } from "../steps.ts";

/** Sorting so many holds the event loop for a millisecond or two. */
const BLOCK = 2048;

/** From here on the order of UTF-16 units is not that of the bytes. */
const FIRST_ODD_UNIT = 0xd800;
const ODD = /[\ud800-\uffff]/;

/** What has a name. */
type Named = Pick<DirectoryItem, "name">;
type Order = (one: Named, other: Named) => number;

/**
 * The first `limit` of the items by name. Others get their turn in between, for a directory may hold
 * a million names.
 */
export async function firstByName<T extends Named>(
  items: readonly T[],
  limit: number,
  steps: Pick<Steps, "next">,
): Promise<readonly T[]> {
  let blocks: T[][] = [];
  let order: Order = byUnits;
  for (let at = 0; at < items.length; at += BLOCK) {
    const pause = steps.next();
    if (pause !== undefined) await pause;
    const block = items.slice(at, at + BLOCK);
    // For blocks without odd names both orders are the same.
    if (order === byUnits && block.some(({ name }) => ODD.test(name))) order = byBytes;
    blocks.push(block.sort(order).slice(0, limit));
  }
  while (blocks.length > 1) {
    const merged: T[][] = [];
    for (let at = 0; at < blocks.length; at += 2) {
      const pause = steps.next();
      if (pause !== undefined) await pause;
      merged.push(merge(blocks[at] ?? [], blocks[at + 1] ?? [], { order, limit }));
    }
    blocks = merged;
  }
  return blocks[0] ?? [];
}

/** Tells which name comes first: negative, 0 or positive, as for `sort`. */
export function compareNames(one: string, other: string): number {
  const shorter = Math.min(one.length, other.length);
  for (let at = 0; at < shorter; at++) {
    const [unit, otherUnit] = [one.charCodeAt(at), other.charCodeAt(at)];
    if (unit === otherUnit) continue;
    if (unit < FIRST_ODD_UNIT && otherUnit < FIRST_ODD_UNIT) return unit - otherUnit;
    // The units before it may be the first half of a character, or bytes of one.
    return compareBytes(nativeBytes(one), nativeBytes(other));
  }
  return one.length - other.length;
}

function byUnits({ name: one }: Named, { name: other }: Named): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function byBytes({ name: one }: Named, { name: other }: Named): number {
  return compareNames(one, other);
}

function compareBytes(one: Uint8Array, other: Uint8Array): number {
  const shorter = Math.min(one.byteLength, other.byteLength);
  for (let at = 0; at < shorter; at++) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.byteLength - other.byteLength;
}

function merge<T extends Named>(
  left: readonly T[],
  right: readonly T[],
  { order, limit }: { order: Order; limit: number },
): T[] {
  const merged: T[] = [];
  let [fromLeft, fromRight] = [0, 0];
  while (merged.length < limit) {
    const [one, other] = [left[fromLeft], right[fromRight]];
    if (one === undefined || (other !== undefined && order(other, one) < 0)) {
      if (other === undefined) break;
      merged.push(other);
      fromRight++;
    } else {
      merged.push(one);
      fromLeft++;
    }
  }
  return merged;
}
