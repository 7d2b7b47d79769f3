/** Reads and writes files through handles, several blocks in flight. @module */

import { encodeBase64 } from "../protocol/base64.ts";
import { BLOCK_BYTES, type FileContent } from "./file_content.ts";
import type { PreparedCall, WireClient } from "./wire_client.ts";

/** Blocks that are asked for or sent before the first is answered. */
export const BLOCKS_IN_FLIGHT = 4;

const HANDLE_ID = "h";

/** A file that is streamed, and what it holds. */
export interface BlockStream {
  /** The file as the wire names it. */
  readonly uri: string;
  /** How many blocks of {@linkcode BLOCK_BYTES}. */
  readonly blocks: number;
  /** What is read must be this; what is written is this. */
  readonly content: FileContent;
}

/** Opens, reads every block and closes. @throws {Error} when a block is not what it should be */
export async function readBlocks(
  client: WireClient,
  { uri, blocks, content }: BlockStream,
): Promise<void> {
  await client.call("fs/open", { handleId: HANDLE_ID, path: uri });
  await severalAtOnce(blocks, async (index) => {
    const offset = index * BLOCK_BYTES;
    const params = { handleId: HANDLE_ID, offset, len: BLOCK_BYTES };
    await client.call("fs/readBlock", params, {
      onData: (base64) =>
        content.requireBase64(base64, { offset, byteCount: BLOCK_BYTES, every: false }),
    });
  });
  await client.call("fs/close", { handleId: HANDLE_ID });
}

/** Opens for writing, emptying the file; the first of three steps. */
export async function openForWriting(client: WireClient, uri: string): Promise<void> {
  await client.call("fs/open", { handleId: HANDLE_ID, path: uri, mode: "replace" });
}

/** Makes the request that writes one block, so that making it is not measured. */
export function prepareWrite(
  client: WireClient,
  content: FileContent,
  index: number,
): PreparedCall {
  return client.prepare("fs/writeBlock", {
    handleId: HANDLE_ID,
    offset: index * BLOCK_BYTES,
    chunk: encodeBase64(content.block(index)),
  });
}

/** Closes what was opened. */
export async function closeHandle(client: WireClient): Promise<void> {
  await client.call("fs/close", { handleId: HANDLE_ID });
}

/**
 * Does something `count` times, {@linkcode BLOCKS_IN_FLIGHT} at once, begun in order.
 *
 * @param one does it for one index
 */
export async function severalAtOnce(
  count: number,
  one: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: BLOCKS_IN_FLIGHT }, lane));
}
