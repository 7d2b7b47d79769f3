/** The layout of what macOS's kernel is asked, byte by byte. @module */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  eventFlags,
  filters,
  KERNEL_EVENT_BYTES,
  notes,
  readKernelEvent,
  writeKernelEvent,
} from "../../../../server/process/posix/kernel_event.ts";
import { readinessOf } from "../../../../server/process/posix/kernel_queue.ts";

Deno.test("writeKernelEvent() lays a wait for an exit out as the headers of macOS say", () => {
  const view = new DataView(new ArrayBuffer(KERNEL_EVENT_BYTES));
  const flags = eventFlags.ADD;
  writeKernelEvent(view, 0, {
    ident: 0x1234,
    filter: filters.PROC,
    flags,
    notes: notes.EXIT,
    serial: 7,
  });
  const wanted = "3412000000000000" + "fbff" + "0100" + "00000080" + "0000000000000000" +
    "0700000000000000";
  assertEquals(new Uint8Array(view.buffer).toHex(), wanted);
});

Deno.test("readKernelEvent() reads what writeKernelEvent() wrote, wherever it stands", () => {
  const event = fc.record({
    ident: fc.nat(),
    filter: fc.integer({ min: -100, max: 100 }),
    flags: fc.integer({ min: 0, max: 0xffff }),
    notes: fc.integer({ min: 0, max: 0xffff_ffff }),
    serial: fc.integer({ min: 0, max: 0xffff_ffff }),
  });
  fc.assert(fc.property(fc.array(event, { minLength: 1, maxLength: 5 }), (events) => {
    const view = new DataView(new ArrayBuffer(KERNEL_EVENT_BYTES * events.length));
    view.setBigInt64(0, -1n);
    events.forEach((each, i) => writeKernelEvent(view, i * KERNEL_EVENT_BYTES, each));
    const read = events.map((_, i) => readKernelEvent(view, i * KERNEL_EVENT_BYTES));
    assertEquals(read, events);
  }));
});

for (
  const [name, filter, flags, wanted] of [
    ["data", filters.READ, 0, { readable: true, writable: false, hungUp: false }],
    ["an end", filters.READ, eventFlags.EOF, { readable: true, writable: false, hungUp: true }],
    ["room", filters.WRITE, 0, { readable: false, writable: true, hungUp: false }],
    [
      "no reader",
      filters.WRITE,
      eventFlags.EOF,
      { readable: false, writable: true, hungUp: true },
    ],
  ] as const
) {
  Deno.test(`readinessOf() tells of ${name}`, () => {
    assertEquals(readinessOf({ ident: 3, filter, flags, notes: 0, serial: 1 }), wanted);
  });
}
