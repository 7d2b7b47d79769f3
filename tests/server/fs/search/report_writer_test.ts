/** Reports come in batches by size and age. @module */

import { assertEquals } from "@std/assert";
import { decode } from "../../../../protocol/schema.ts";
import { ReportWriter } from "../../../../server/fs/search/report_writer.ts";
import { type SearchReport, searchReport } from "../../../../server/fs/search/search_request.ts";
import { FakeClock } from "../../../support/fake_clock.ts";

function setUp() {
  const clock = new FakeClock();
  const reports: SearchReport[] = [];
  const writer = new ReportWriter((line) => {
    reports.push(decode(searchReport, JSON.parse(line)));
  }, () => clock.now());
  return { clock, reports, writer };
}

function match(length: number) {
  return { path: "file:///f", line: 1, text: "x".repeat(length), start: 0, end: 1 };
}

Deno.test("a batch is written when it is large", () => {
  const { reports, writer } = setUp();
  for (let index = 0; index < 40; index++) writer.addMatch(match(4000));
  assertEquals(reports.map(({ matches }) => matches.length), [17, 17]);
});

Deno.test("a batch is written when its first match has waited for 50 ms", () => {
  const { clock, reports, writer } = setUp();
  clock.advance(200);
  writer.addMatch(match(1));
  clock.advance(49);
  writer.writeIfDue();
  assertEquals(reports, []);
  clock.advance(1);
  writer.writeIfDue();
  assertEquals(reports.map(({ matches }) => matches.length), [1]);
});

Deno.test("the number of files is told also when nothing is found", () => {
  const { clock, reports, writer } = setUp();
  writer.countFile();
  clock.advance(500);
  writer.countFile();
  assertEquals(reports, [{ files: 2, entries: [], matches: [], errors: [] }]);
});

Deno.test("the first 1000 errors are told, and the rest goes with the end", () => {
  const { reports, writer } = setUp();
  for (let index = 0; index < 1500; index++) writer.addError({ path: "file:///f", message: "no" });
  writer.addEntry({ path: "file:///e", kind: "file" });
  writer.end("limit");
  assertEquals(reports.reduce((sum, { errors }) => sum + errors.length, 0), 1000);
  assertEquals(reports.at(-1)?.end, "limit");
  assertEquals(reports.at(-1)?.entries, [{ path: "file:///e", kind: "file" }]);
});
