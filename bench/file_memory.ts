/** Measures the peak memory of a server that streams a file much larger than its memory. @module */

import { statfs } from "node:fs/promises";
import { type Contender, type RunningServer, startServer } from "./contender.ts";
import { within } from "./deadline.ts";
import { type Cell, cells, favourable, type Figure, type Row, type Setting } from "./figure.ts";
import {
  closeHandle,
  openForWriting,
  prepareWrite,
  readBlocks,
  severalAtOnce,
} from "./file_blocks.ts";
import { BLOCK_BYTES, FileContent } from "./file_content.ts";
import { FileScratch } from "./file_scratch.ts";
import { memoryOf } from "./process_memory.ts";
import { WireClient } from "./wire_client.ts";

const MOST_MB = 96;
const LEAST_FREE_BYTES = 10e9;
const STREAM_DEADLINE_MS = 120_000;
// Comparing all that was written would take longer than writing it.
const COMPARED_STEP = 64;

interface Stream {
  /** Completes "peak memory, …". */
  readonly name: string;
  readonly run: (server: RunningServer, scratch: FileScratch, blocks: number) => Promise<void>;
}

const streams: readonly Stream[] = [{ name: "read", run: readHole }, {
  name: "written",
  run: writeAndForget,
}];

/** Peak resident memory of a fresh server through which a large file is streamed, either way. */
export const fileMemory: Figure = {
  name: "file-memory",
  run: async (setting) => {
    const blocks = setting.quick ? 512 : 4_096;
    await using scratch = await FileScratch.make();
    const rows: Row[] = [];
    for (const stream of streams) {
      rows.push(await measure(setting, stream, { scratch, blocks }));
    }
    return rows;
  },
};

interface Place {
  readonly scratch: FileScratch;
  readonly blocks: number;
}

async function measure(setting: Setting, stream: Stream, place: Place): Promise<Row> {
  const ours = await peak(setting.ours, stream, { ...place, flags: [] });
  const reference = setting.reference === undefined
    ? undefined
    : await peak(setting.reference, stream, { ...place, flags: favourable });
  return {
    figure: `peak memory, file of ${place.blocks} MiB ${stream.name} block by block`,
    unit: "MB",
    ...cells(ours.cell, reference?.cell),
    goal: { on: "value", is: "at most", bound: MOST_MB },
    limit: { value: ours.before, by: "ours before it" },
  };
}

async function peak(
  contender: Contender,
  { name, run }: Stream,
  { scratch, blocks, flags }: Place & { readonly flags: readonly string[] },
): Promise<{ readonly cell: Cell; readonly before: number }> {
  await using server = await startServer(contender, flags);
  const before = await memoryOf(server.pid, "VmHWM");
  const what = `the whole file to be ${name}`;
  try {
    await within(run(server, scratch, blocks), { ms: STREAM_DEADLINE_MS, what });
    return { cell: { value: await memoryOf(server.pid, "VmHWM") }, before };
  } catch (error) {
    // A peak without the work done would look better than it is: the note stands alone.
    const reason = error instanceof Error ? error.message : String(error);
    return { cell: { note: `${contender.label}, file ${name} block by block: ${reason}` }, before };
  }
}

async function readHole(
  server: RunningServer,
  scratch: FileScratch,
  blocks: number,
): Promise<void> {
  const path = scratch.path("hole");
  await Deno.writeFile(path, new Uint8Array());
  await Deno.truncate(path, blocks * BLOCK_BYTES);
  using client = (await WireClient.open(server.url)).client;
  await readBlocks(client, { uri: scratch.uri("hole"), blocks, content: FileContent.zeros() });
}

async function writeAndForget(
  server: RunningServer,
  scratch: FileScratch,
  blocks: number,
): Promise<void> {
  const { bavail, bsize } = await statfs(scratch.folder);
  if (bavail * bsize < LEAST_FREE_BYTES) {
    throw new Error(`Left out: less than ${LEAST_FREE_BYTES / 1e9} GB are free on the disk`);
  }
  const content = FileContent.random();
  using client = (await WireClient.open(server.url)).client;
  await openForWriting(client, scratch.uri("written"));
  using file = await Deno.open(scratch.path("written"));
  // It lives on as long as it is open, and is gone whatever happens.
  await Deno.remove(scratch.path("written"));
  await severalAtOnce(blocks, (index) => prepareWrite(client, content, index).send());
  await closeHandle(client);
  await content.requireFile(file, blocks, COMPARED_STEP);
}
