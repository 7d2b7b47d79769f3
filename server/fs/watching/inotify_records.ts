/** Reads what an inotify descriptor gives: records of what happened to which watch. @module */

import { nativeText } from "../../../protocol/native_path.ts";
import { inotifyFlags as flags } from "../posix/inotify_calls.ts";
import type { WatchEvent } from "./watcher.ts";

/** One record. */
export interface InotifyRecord {
  /** Which watch; -1 for all. */
  readonly watch: number;
  /** What happened, as bits. */
  readonly mask: number;
  /** Name of the entry; empty for the watched thing itself. */
  readonly name: string;
}

// struct inotify_event: watch, mask, cookie and length of the name, four bytes each; then the name.
const HEAD_BYTES = 16;
const MASK_AT = 4;
const LENGTH_AT = 12;

/** The records in `bytes`, in order. */
export function* inotifyRecords(bytes: Uint8Array<ArrayBuffer>): Generator<InotifyRecord> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + HEAD_BYTES <= bytes.byteLength;) {
    const nameAt = at + HEAD_BYTES;
    const end = nameAt + view.getUint32(at + LENGTH_AT, true);
    yield {
      watch: view.getInt32(at, true),
      mask: view.getUint32(at + MASK_AT, true),
      name: nameIn(bytes.subarray(nameAt, end)),
    };
    at = end;
  }
}

/** What a record tells a listener; undefined when nothing. */
export function eventOf({ mask, name }: InotifyRecord): WatchEvent | undefined {
  const kind = kindOf(mask);
  return kind === undefined ? undefined : { kind, name, isDirectory: has(mask, flags.IN_ISDIR) };
}

function kindOf(mask: number): WatchEvent["kind"] | undefined {
  if (has(mask, flags.IN_CREATE | flags.IN_MOVED_TO)) return "created";
  if (has(mask, flags.IN_DELETE | flags.IN_MOVED_FROM)) return "removed";
  if (has(mask, flags.IN_DELETE_SELF | flags.IN_MOVE_SELF)) return "gone";
  if (has(mask, flags.IN_UNMOUNT)) return "unmounted";
  return has(mask, flags.IN_MODIFY | flags.IN_ATTRIB) ? "changed" : undefined;
}

function has(mask: number, bits: number): boolean {
  return (mask & bits) !== 0;
}

/** Names are filled up with zeros. */
function nameIn(bytes: Uint8Array<ArrayBuffer>): string {
  const end = bytes.indexOf(0);
  return nativeText(end < 0 ? bytes : bytes.subarray(0, end));
}
