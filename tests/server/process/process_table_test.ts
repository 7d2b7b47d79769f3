/** How long processes are kept, by a clock that stands still. @module */

import { assertEquals } from "@std/assert";
import { limits } from "../../../protocol/limits.ts";
import { Process } from "../../../server/process/process.ts";
import { ProcessTable } from "../../../server/process/process_table.ts";
import { type FakeChild, FakeSpawner } from "../../support/fake_child.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const silent = { notify() {}, notifyBase64() {}, isCongested: false, onRelief() {} };

/** A table, its clock, and a way to start processes in it. */
function makeTable(): {
  table: ProcessTable;
  clock: FakeClock;
  start: (id: string) => FakeChild;
} {
  const clock = new FakeClock();
  const table = new ProcessTable(clock);
  const spawner = new FakeSpawner();
  const request = { program: "x", argv: ["x"], cwd: "/", env: new Map(), pipeStdin: false };
  const start = (id: string) => {
    const onClosed = () => table.retire(id);
    table.add(
      new Process(id, { spawner, request, outlet: silent, clock, deadlines: {}, onClosed }),
    );
    return spawner.last;
  };
  return { table, clock, start };
}

function end(child: FakeChild): void {
  child.exit(0);
  child.close();
}

Deno.test("ProcessTable keeps a closed process for 80 s, to the millisecond", () => {
  const { table, clock, start } = makeTable();
  end(start("p"));
  clock.advance(limits.closedProcessMs - 1);
  assertEquals([table.has("p"), table.get("p")?.id], [true, "p"]);
  clock.advance(1);
  assertEquals([table.has("p"), table.get("p"), clock.pending], [false, undefined, 0]);
});

Deno.test("ProcessTable keeps what runs, and what exited without being closed, for ever", () => {
  const { table, clock, start } = makeTable();
  start("runs");
  start("lingers").exit(0);
  clock.advance(10 * limits.closedProcessMs);
  assertEquals([table.has("runs"), table.has("lingers"), clock.pending], [true, true, 0]);
});

Deno.test("ProcessTable forgets each process in its own time, with one timer for all", () => {
  const { table, clock, start } = makeTable();
  const children = ["a", "b", "c"].map(start);
  for (const child of children) {
    end(child);
    clock.advance(10_000);
    assertEquals(clock.pending, 1);
  }
  const left = () => ["a", "b", "c"].filter((id) => table.has(id));
  clock.advance(limits.closedProcessMs - 30_000);
  assertEquals(left(), ["b", "c"]);
  clock.advance(10_000);
  assertEquals(left(), ["c"]);
  clock.advance(10_000);
  assertEquals([left(), clock.pending], [[], 0]);
});

Deno.test("ProcessTable gives a freed id to a new process, which lives its own time", () => {
  const { table, clock, start } = makeTable();
  end(start("p"));
  clock.advance(limits.closedProcessMs);
  const second = start("p");
  clock.advance(limits.closedProcessMs);
  assertEquals(table.has("p"), true);
  end(second);
  clock.advance(limits.closedProcessMs);
  assertEquals(table.has("p"), false);
});

Deno.test("ProcessTable.dispose() kills what is there and forgets it", () => {
  const { table, clock, start } = makeTable();
  const [running, lingering, closed] = ["a", "b", "c"].map(start);
  lingering?.exit(0);
  if (closed !== undefined) end(closed);
  table.dispose();
  assertEquals([running?.signals, lingering?.signals, closed?.signals], [[9], [9], []]);
  assertEquals([table.has("a"), table.has("b"), table.has("c"), clock.pending], [
    false,
    false,
    false,
    0,
  ]);
});

Deno.test("ProcessTable plans nothing for a process that closes after dispose()", () => {
  const { table, clock, start } = makeTable();
  const child = start("p");
  table.dispose();
  child.exit(137);
  child.close();
  assertEquals(clock.pending, 0);
});
