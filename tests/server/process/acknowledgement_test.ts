/** A program is held back rather than that unread output is forgotten. @module */
import { assertEquals } from "@std/assert";
import { limits } from "../../../protocol/limits.ts";
import { Acknowledgement } from "../../../server/process/acknowledgement.ts";
import { OutputLog } from "../../../server/process/output_log.ts";

const KIB_64 = new Uint8Array(64 * 1024);

Deno.test("Too many bytes that have not arrived hold a program back until they have", () => {
  const log = new OutputLog();
  const acknowledgement = new Acknowledgement(log);
  const fits = limits.unackedBytes / KIB_64.byteLength;
  for (let chunk = 0; chunk < fits; chunk++) log.append("stdout", KIB_64);
  assertEquals(acknowledgement.isBehind, false);
  log.append("stdout", KIB_64);
  assertEquals(acknowledgement.isBehind, true);
  acknowledgement.take(1);
  assertEquals(acknowledgement.isBehind, false);
  // What is held back at the mark can never push out what has not arrived.
  assertEquals(log.readAfter(0, undefined).chunks.length, fits + 1);
});

Deno.test("So do too many chunks", () => {
  const log = new OutputLog();
  const acknowledgement = new Acknowledgement(log);
  const byte = new Uint8Array(1);
  for (let chunk = 0; chunk <= limits.unackedChunks; chunk++) log.append("stdout", byte);
  assertEquals(acknowledgement.isBehind, true);
  acknowledgement.take(log.nextSeq - 1);
  assertEquals(acknowledgement.isBehind, false);
});

Deno.test("What a client claims beyond the end, or takes back, counts for nothing", () => {
  const log = new OutputLog();
  const acknowledgement = new Acknowledgement(log);
  acknowledgement.take(1e9);
  acknowledgement.take(-5);
  for (let chunk = 0; chunk < 12; chunk++) log.append("stdout", KIB_64);
  assertEquals(acknowledgement.isBehind, true);
  acknowledgement.take(6);
  acknowledgement.take(2);
  assertEquals(acknowledgement.isBehind, false);
});

Deno.test("The log tells how much follows a number", () => {
  const log = new OutputLog();
  assertEquals(log.amountAfter(0), { bytes: 0, chunks: 0 });
  log.append("stdout", new Uint8Array(10));
  log.mark();
  log.append("stderr", new Uint8Array(5));
  assertEquals(log.amountAfter(0), { bytes: 15, chunks: 2 });
  assertEquals(log.amountAfter(1), { bytes: 5, chunks: 1 });
  assertEquals(log.amountAfter(2), { bytes: 5, chunks: 1 });
  assertEquals(log.amountAfter(3), { bytes: 0, chunks: 0 });
});
