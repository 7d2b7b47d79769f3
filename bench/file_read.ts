/** Measures how fast files are read: whole, and block by block. @module */

import { BLOCKS_IN_FLIGHT, readBlocks } from "./file_blocks.ts";
import { BLOCK_BYTES, FileContent } from "./file_content.ts";
import { FileScratch } from "./file_scratch.ts";
import type { RunningServer } from "./contender.ts";
import { cellOf, cells, favourable, type Figure, startAll, takeTurns } from "./figure.ts";
import { median } from "./statistics.ts";
import { WireClient } from "./wire_client.ts";

const ROUNDS = 3;
const WHOLE_BLOCKS = 16;

/** Bytes per second of `fs/readFile`, and of `fs/readBlock` with several in flight. */
export const fileRead: Figure = {
  name: "file-read",
  run: async (setting) => {
    const content = FileContent.random();
    const blocks = setting.quick ? 64 : 256;
    const repeats = setting.quick ? 2 : 4;
    await using scratch = await FileScratch.make();
    await content.writeFile(scratch.path("whole"), WHOLE_BLOCKS);
    await content.writeFile(scratch.path("blocks"), blocks);
    await using servers = new AsyncDisposableStack();
    const running = await startAll(setting, servers, favourable);
    const [wholeOurs, wholeReference] = await takeTurns(
      running,
      ROUNDS,
      (server) => readWhole(server, { uri: scratch.uri("whole"), content, repeats }),
    );
    const stream = { uri: scratch.uri("blocks"), blocks, content };
    const [blocksOurs, blocksReference] = await takeTurns(running, ROUNDS, async (server) => {
      using client = (await WireClient.open(server.url)).client;
      const beganAt = performance.now();
      await readBlocks(client, stream);
      return [megabytesPerSecond(blocks, performance.now() - beganAt)];
    });
    return [{
      figure: `readFile of ${WHOLE_BLOCKS} MiB, median`,
      unit: "MB/s",
      ...cells(cellOf(wholeOurs, median), cellOf(wholeReference, median)),
      goal: { on: "ratio", is: "at least", bound: 3 },
    }, {
      figure: `readBlock of 1 MiB, ${BLOCKS_IN_FLIGHT} in flight, ${blocks} MiB, median`,
      unit: "MB/s",
      ...cells(cellOf(blocksOurs, median), cellOf(blocksReference, median)),
      goal: { on: "ratio", is: "at least", bound: 2 },
    }];
  },
};

/** Megabytes of 10^6 bytes per second. */
export function megabytesPerSecond(blocks: number, ms: number): number {
  return blocks * BLOCK_BYTES / 1e6 / (ms / 1000);
}

interface Whole {
  readonly uri: string;
  readonly content: FileContent;
  readonly repeats: number;
}

async function readWhole(
  server: RunningServer,
  { uri, content, repeats }: Whole,
): Promise<readonly number[]> {
  using client = (await WireClient.open(server.url)).client;
  const samples: number[] = [];
  const expected = { offset: 0, byteCount: WHOLE_BLOCKS * BLOCK_BYTES, every: true };
  // The first answer of a connection makes room for the others on the client's side.
  for (let index = 0; index <= repeats; index++) {
    const beganAt = performance.now();
    await client.call("fs/readFile", { path: uri }, {
      // The answer is complete by then: comparing every byte of it costs no measured time.
      onData: (base64) => content.requireBase64(base64, expected),
    });
    if (index > 0) samples.push(megabytesPerSecond(WHOLE_BLOCKS, client.receivedAt - beganAt));
  }
  return samples;
}
