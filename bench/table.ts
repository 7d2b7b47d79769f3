/** Prints rows as one table of text, with the notes below it. @module */

import { type Cell, type Goal, goalMet, ratioOf, type Row } from "./figure.ts";

const headings = ["figure", "unit", "ours", "reference", "ratio", "goal", "", "limit"] as const;
const LEFT_ALIGNED = new Set([0, 1, 5, 6, 7]);

/** The table of all rows. Columns: see the README beside this file. */
export function renderTable(rows: readonly Row[]): string {
  const notes: string[] = [];
  const lines = [[...headings], ...rows.map((row) => columnsOf(row, notes))];
  const widths = headings.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0))
  );
  const rule = widths.map((width) => "-".repeat(width));
  const text = [lines[0] ?? [], rule, ...lines.slice(1)].map((line) =>
    line.map((cell, column) => align(cell, widths[column] ?? 0, column)).join("  ").trimEnd()
  );
  return [...text, "", ...notes.map((note, index) => `[${index + 1}] ${note}`)].join("\n")
    .trimEnd();
}

/** A number with three significant digits, without an exponent. */
export function shortNumber(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(6, digits));
}

function columnsOf(row: Row, notes: string[]): string[] {
  const met = goalMet(row);
  const ratio = ratioOf(row);
  return [
    row.figure,
    row.unit,
    cellText(row.ours, notes),
    cellText(row.reference, notes),
    ratio === undefined ? "" : (row.reference?.atLeast ? "<" : "") + shortNumber(ratio),
    row.goal === undefined ? "" : goalText(row.goal),
    met === undefined ? "" : met ? "met" : "MISSED",
    row.limit === undefined ? "" : `${shortNumber(row.limit.value)} (${row.limit.by})`,
  ];
}

function cellText(cell: Cell | undefined, notes: string[]): string {
  if (cell === undefined) return "";
  const value = cell.value === undefined
    ? "failed"
    : (cell.atLeast ? ">" : "") + shortNumber(cell.value);
  if (cell.note === undefined) return value;
  notes.push(cell.note);
  return `${value} [${notes.length}]`;
}

function goalText(goal: Goal): string {
  const sign = goal.is === "at most" ? "<=" : ">=";
  switch (goal.on) {
    case "ratio":
      return `ratio ${sign} ${goal.bound}`;
    case "limit":
      return `${sign} ${goal.bound} x limit`;
    case "value":
      return `${sign} ${goal.bound}`;
  }
}

function align(cell: string, width: number, column: number): string {
  return LEFT_ALIGNED.has(column) ? cell.padEnd(width) : cell.padStart(width);
}
