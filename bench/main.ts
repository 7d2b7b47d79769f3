/** Measures our server beside the reference and prints one table of ratios. @module */

import { parseArgs } from "@std/cli/parse-args";
import { clientCall } from "./client_call.ts";
import type { Figure, Row, Setting } from "./figure.ts";
import { goalMet, ratioOf } from "./figure.ts";
import { fileHoldUp } from "./file_hold_up.ts";
import { fileMemory } from "./file_memory.ts";
import { fileMetadata } from "./file_metadata.ts";
import { fileRead } from "./file_read.ts";
import { fileWalk } from "./file_walk.ts";
import { fileWrite } from "./file_write.ts";
import { idleCost } from "./idle_cost.ts";
import { longPolls } from "./long_polls.ts";
import { memoryAbuse } from "./memory_abuse.ts";
import { outputThroughput } from "./output_throughput.ts";
import { recovery } from "./recovery.ts";
import { findRoster, type Roster } from "./roster.ts";
import { sandboxedFile } from "./sandboxed_file.ts";
import { sandboxedStart } from "./sandboxed_start.ts";
import { startRate } from "./start_rate.ts";
import { spawnBlock } from "./spawn_block.ts";
import { startTrue } from "./start_true.ts";
import { stdinEcho } from "./stdin_echo.ts";
import { renderTable } from "./table.ts";
import { terminalEcho } from "./terminal_echo.ts";
import { terminalOutput } from "./terminal_output.ts";

const figures: readonly Figure[] = [
  startTrue,
  stdinEcho,
  longPolls,
  recovery,
  clientCall,
  outputThroughput,
  startRate,
  spawnBlock,
  terminalEcho,
  terminalOutput,
  fileRead,
  fileWrite,
  fileMetadata,
  fileWalk,
  fileHoldUp,
  sandboxedStart,
  sandboxedFile,
  idleCost,
  memoryAbuse,
  fileMemory,
];

const names = figures.map((figure) => figure.name);

const help = `Usage: ./dev bench [OPTION...]

  --quick              fewer samples, under 80 seconds
  --only NAME          one figure; may be repeated (${names.join(", ")})
  --json FILE          also write the rows to a file
  --ours WHAT          "source", "compiled" or a command (default: the compiled binary when it is
                       newer than the sources, else the source)
  --reference COMMAND  another server to compare with, or "none"
`;

interface Wishes {
  readonly quick: boolean;
  readonly json: string | undefined;
  readonly chosen: readonly Figure[];
  readonly ours: string | undefined;
  readonly reference: string | undefined;
}

function readWishes(words: readonly string[]): Wishes | undefined {
  const options = parseArgs(words, {
    boolean: ["quick", "help"],
    string: ["json", "only", "ours", "reference"],
    collect: ["only"],
    unknown: (word) => {
      throw new Error(`Cannot use "${word}": see --help`);
    },
  });
  if (options["help"] === true) return undefined;
  const only = Array.isArray(options["only"]) ? options["only"].map(String) : [];
  const strange = only.find((name) => !names.includes(name));
  if (strange !== undefined) {
    throw new Error(`Cannot measure "${strange}": the figures are ${names.join(", ")}`);
  }
  return {
    quick: options["quick"] === true,
    json: textOption(options["json"]),
    chosen: only.length === 0 ? figures : figures.filter(({ name }) => only.includes(name)),
    ours: textOption(options["ours"]),
    reference: textOption(options["reference"]),
  };
}

function textOption(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

async function measure(setting: Setting, chosen: readonly Figure[]): Promise<{
  readonly rows: readonly Row[];
  readonly failures: readonly string[];
}> {
  const rows: Row[] = [];
  const failures: string[] = [];
  for (const figure of chosen) {
    const beganAt = performance.now();
    try {
      rows.push(...await figure.run(setting));
    } catch (error) {
      failures.push(`${figure.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    const seconds = ((performance.now() - beganAt) / 1000).toFixed(1);
    console.error(`${figure.name}: ${seconds} s`);
  }
  return { rows, failures };
}

function heading(roster: Roster): string {
  const { deno, v8 } = Deno.version;
  const machine = `${Deno.build.target}, ${navigator.hardwareConcurrency} processors`;
  const load = Deno.loadavg()[0]?.toFixed(1) ?? "?";
  return `ours: ${roster.ours.label}; reference: ${roster.reference ? "present" : "absent"}\n` +
    `client: Deno ${deno}, V8 ${v8}; ${machine}, load ${load}; loopback WebSocket\n`;
}

async function writeJson(path: string, roster: Roster, rows: readonly Row[]): Promise<void> {
  const report = {
    at: new Date().toISOString(),
    ours: roster.ours.label,
    target: Deno.build.target,
    processors: navigator.hardwareConcurrency,
    rows: rows.map((row) => ({ ...row, ratio: ratioOf(row), goalMet: goalMet(row) })),
  };
  await Deno.writeTextFile(path, JSON.stringify(report, null, 2) + "\n");
}

/** Runs everything; resolves with the exit status. */
async function bench(words: readonly string[]): Promise<number> {
  const wishes = readWishes(words);
  if (wishes === undefined) {
    console.log(help);
    return 0;
  }
  const scratch = await Deno.makeTempDir({ prefix: "exec_server_bench_" });
  try {
    const variants = wishes.chosen.includes(idleCost);
    const given = {
      ...(wishes.ours === undefined ? {} : { ours: wishes.ours }),
      ...(wishes.reference === undefined ? {} : { reference: wishes.reference }),
    };
    const roster = await findRoster({ ...given, variants }, scratch);
    const head = heading(roster);
    const { rows, failures } = await measure({ ...roster, quick: wishes.quick }, wishes.chosen);
    console.log(`${head}\n${renderTable(rows)}`);
    if (wishes.json !== undefined) await writeJson(wishes.json, roster, rows);
    for (const failure of failures) console.error(`Not measured: ${failure}`);
    return failures.length === 0 ? 0 : 1;
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

try {
  Deno.exitCode = await bench(Deno.args);
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  Deno.exitCode = 1;
}
