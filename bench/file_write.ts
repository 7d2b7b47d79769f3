/** Measures how fast files are written: whole, and block by block. @module */

import { encodeBase64 } from "../protocol/base64.ts";
import {
  BLOCKS_IN_FLIGHT,
  closeHandle,
  openForWriting,
  prepareWrite,
  severalAtOnce,
} from "./file_blocks.ts";
import { FileContent } from "./file_content.ts";
import { megabytesPerSecond } from "./file_read.ts";
import { FileScratch } from "./file_scratch.ts";
import type { RunningServer } from "./contender.ts";
import { cellOf, cells, favourable, type Figure, startAll, takeTurns } from "./figure.ts";
import { median } from "./statistics.ts";
import { WireClient } from "./wire_client.ts";

const ROUNDS = 3;
// A frame may have 16 MiB; 8 MiB are 11 MiB in base64.
const WHOLE_BLOCKS = 8;

interface Target {
  readonly scratch: FileScratch;
  readonly content: FileContent;
  /** Files of {@linkcode WHOLE_BLOCKS} that are written one after another. */
  readonly repeats: number;
  /** Blocks that are written through a handle. */
  readonly blocks: number;
}

/** Bytes per second of `fs/writeFile`, and of `fs/writeBlock` with several in flight. */
export const fileWrite: Figure = {
  name: "file-write",
  run: async (setting) => {
    await using scratch = await FileScratch.make();
    await using servers = new AsyncDisposableStack();
    const running = await startAll(setting, servers, favourable);
    const target = {
      scratch,
      content: FileContent.random(),
      repeats: setting.quick ? 2 : 4,
      blocks: setting.quick ? 32 : 64,
    };
    const whole = await takeTurns(running, ROUNDS, (server) => writeWhole(server, target));
    const blocks = await takeTurns(
      running,
      ROUNDS,
      async (server) => [await writeBlocks(server, target)],
    );
    return [{
      figure: `writeFile of ${WHOLE_BLOCKS} MiB, median`,
      unit: "MB/s",
      ...cells(cellOf(whole[0], median), cellOf(whole[1], median)),
      goal: { on: "ratio", is: "at least", bound: 1.5 },
    }, {
      figure: `writeBlock of 1 MiB, ${BLOCKS_IN_FLIGHT} in flight, ${target.blocks} MiB, median`,
      unit: "MB/s",
      ...cells(cellOf(blocks[0], median), cellOf(blocks[1], median)),
      goal: { on: "ratio", is: "at least", bound: 1.5 },
    }];
  },
};

async function writeWhole(
  server: RunningServer,
  { scratch, content, repeats }: Target,
): Promise<readonly number[]> {
  using client = (await WireClient.open(server.url)).client;
  const dataBase64 = encodeBase64(content.whole(WHOLE_BLOCKS));
  const samples: number[] = [];
  for (let index = 0; index < repeats; index++) {
    const call = client.prepare("fs/writeFile", { path: scratch.uri("whole"), dataBase64 });
    const beganAt = performance.now();
    await call.send();
    samples.push(megabytesPerSecond(WHOLE_BLOCKS, client.receivedAt - beganAt));
    await requireAndRemove({ scratch, content }, "whole", WHOLE_BLOCKS);
  }
  return samples;
}

async function writeBlocks(
  server: RunningServer,
  { scratch, content, blocks }: Target,
): Promise<number> {
  using client = (await WireClient.open(server.url)).client;
  const calls = Array.from({ length: blocks }, (_, index) => prepareWrite(client, content, index));
  const beganAt = performance.now();
  await openForWriting(client, scratch.uri("blocks"));
  await severalAtOnce(blocks, async (index) => await calls[index]?.send());
  await closeHandle(client);
  const sample = megabytesPerSecond(blocks, performance.now() - beganAt);
  await requireAndRemove({ scratch, content }, "blocks", blocks);
  return sample;
}

// Removed each time, so that every turn makes its file anew and the disk need not keep it.
async function requireAndRemove(
  { scratch, content }: Pick<Target, "scratch" | "content">,
  name: string,
  blocks: number,
): Promise<void> {
  using file = await Deno.open(scratch.path(name));
  await content.requireFile(file, blocks);
  await Deno.remove(scratch.path(name));
}
