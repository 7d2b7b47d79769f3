/** How a stub ends without a command: one sentence on standard error, and a status. @module */

import type { Assembler, Memory } from "./assembler.ts";

/** Where everything is. The last two hold this and that. */
export const stubRegisters = {
  /** A place for what the kernel is to read or write. */
  room: "kept0",
  /** The candidate to try next. */
  candidate: "kept1",
  /** Arguments of the command. */
  command: "kept2",
  /** Its environment. */
  environment: "kept3",
  /** A number of an error, or 0. */
  error: "kept4",
  /** Whatever is at hand. */
  other: "kept5",
} as const;

const { room, candidate, command, environment, error, other } = stubRegisters;
// Nothing is left to try.
const cursor = candidate;
const length = environment;

/** How much of the room belongs to this: six entries of writev, and the digits of a number. */
export const ROOM_BYTES = 112;
const DIGITS_OFFSET = 96;
const STANDARD_ERROR = 2;
const CANNOT_EXECUTE = 126;
const NOT_FOUND = 127;

/** Reports that the last system call failed, and why. @param name not used by others */
export function giveUp(to: Assembler, text: string, name: string): void {
  to.copy(error, "result");
  to.negate(error);
  to.addressOf(other, `${name} text`);
  to.jump("report");
  to.data(`${name} text`, textBytes(`${text}\0`));
}

/** Writes one sentence: about what is in `other`, with the number that is in `error` unless it is 0. */
export function writeReport(to: Assembler): void {
  to.label("report");
  to.store(other, entry(2).base);
  to.load(other, { base: command, offset: 0 });
  to.store(other, entry(1).base);
  measure(to, 1);
  measure(to, 2);
  piece(to, 0, "exec-server: ");
  to.branch(error, "notEqual", 0, "with number");
  piece(to, 3, "\n");
  to.systemCall("writev", STANDARD_ERROR, entry(0).base, 4);
  to.systemCall("exit_group", NOT_FOUND);

  to.label("with number");
  piece(to, 3, " (errno ");
  writeDigits(to);
  piece(to, 5, ")\n");
  to.systemCall("writev", STANDARD_ERROR, entry(0).base, 6);
  to.systemCall("exit_group", CANNOT_EXECUTE);

  to.label("no command");
  piece(to, 0, "exec-server: the stub was given no command\n");
  to.systemCall("writev", STANDARD_ERROR, entry(0).base, 1);
  to.systemCall("exit_group", CANNOT_EXECUTE);
}

/** An entry of writev: struct iovec. */
function entry(index: number): { readonly base: Memory; readonly length: Memory } {
  return {
    base: { base: room, offset: 16 * index },
    length: { base: room, offset: 16 * index + 8 },
  };
}

/** Has entry `index` say `text`. */
function piece(to: Assembler, index: number, text: string): void {
  const label = `piece ${text}`;
  const bytes = textBytes(text);
  to.jump(`${label} use`);
  to.data(label, bytes);
  to.label(`${label} use`);
  to.addressOf(other, label);
  to.store(other, entry(index).base);
  to.set(other, BigInt(bytes.length));
  to.store(other, entry(index).length);
}

/** Counts the bytes before the zero that ends the text of entry `index`. */
function measure(to: Assembler, index: number): void {
  const [loop, done] = [`measure ${index}`, `measured ${index}`];
  to.load(cursor, entry(index).base);
  to.set(length, 0n);
  to.label(loop);
  to.loadByte(other, { base: cursor, offset: 0 });
  to.branch(other, "equal", 0, done);
  to.add(cursor, 1);
  to.add(length, 1);
  to.jump(loop);
  to.label(done);
  to.store(length, entry(index).length);
}

/** Has entry 4 say the number in `error`, which is at most 4095. There is no division. */
function writeDigits(to: Assembler): void {
  to.copy(cursor, room);
  to.add(cursor, DIGITS_OFFSET);
  to.store(cursor, entry(4).base);
  to.set(length, 0n);
  for (const power of [10, 100, 1000]) to.branch(error, "less", power, `digit ${power / 10}`);
  for (const power of [1000, 100, 10, 1]) {
    to.label(`digit ${power}`);
    to.set(other, BigInt("0".charCodeAt(0)));
    to.label(`count ${power}`);
    to.branch(error, "less", power, `counted ${power}`);
    to.add(error, -power);
    to.add(other, 1);
    to.jump(`count ${power}`);
    to.label(`counted ${power}`);
    to.storeByte(other, { base: cursor, offset: 0 });
    to.add(cursor, 1);
    to.add(length, 1);
  }
  to.store(length, entry(4).length);
}

/** The text in UTF-8. */
export function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
