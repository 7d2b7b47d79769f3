/** The calls about open files, as a test wants to write them. @module */
import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { done, type Fields, type FileRoom } from "./file_room.ts";
import type { Failure } from "./message.ts";
import type { Peer } from "./peer.ts";
import { fromBase64, toBase64 } from "./process_calls.ts";

const block = v.strictObject({ chunk: v.string(), eof: v.boolean() });

/** One block of a file. */
export interface TextBlock {
  readonly text: string;
  readonly eof: boolean;
}

/** Opens a file and checks the answer. */
export async function open(
  room: FileRoom,
  handleId: string,
  name: string,
  fields: Fields = {},
): Promise<void> {
  assertEquals(await room.call("fs/open", name, { handleId, ...fields }), { handleId });
}

/** Opens a file, which must be refused. */
export function openRefused(
  room: FileRoom,
  handleId: string,
  name: string,
  fields: Fields = {},
): Promise<Failure> {
  return room.refused("fs/open", name, { handleId, ...fields });
}

/** Opens a file to be written anew. */
export function openNew(room: FileRoom, handleId: string, name: string): Promise<void> {
  return open(room, handleId, name, { mode: "replace" });
}

/** Reads a block. */
export async function readBlock(
  peer: Peer,
  handleId: string,
  offset: number,
  len: number,
): Promise<TextBlock> {
  return toTextBlock(await peer.call("fs/readBlock", { handleId, offset, len }));
}

/** Reads a block, which must be refused. */
export function readRefused(
  peer: Peer,
  handleId: string,
  offset: unknown = 0,
  len: unknown = 1,
): Promise<Failure> {
  return peer.refused("fs/readBlock", { handleId, offset, len });
}

/** Checks that a result is a block, and takes its text out. */
export function toTextBlock(result: unknown): TextBlock {
  const { chunk, eof } = v.parse(block, result);
  return { text: fromBase64(chunk), eof };
}

/** Writes a block. */
export async function writeBlock(
  peer: Peer,
  handleId: string,
  offset: number,
  text: string,
): Promise<void> {
  done(await peer.call("fs/writeBlock", { handleId, offset, chunk: toBase64(text) }));
}

/** Writes a block, which must be refused. */
export function writeRefused(
  peer: Peer,
  handleId: string,
  offset: unknown = 0,
  chunk: unknown = "eA==",
): Promise<Failure> {
  return peer.refused("fs/writeBlock", { handleId, offset, chunk });
}

/** Closes a handle. */
export async function close(peer: Peer, handleId: string): Promise<void> {
  done(await peer.call("fs/close", { handleId }));
}

/** Sends a block request whose offset JavaScript cannot hold.
 * @param offset digits as they go on the wire
 * @returns the code of the refusal, or the result */
export async function atOffset(
  peer: Peer,
  method: "fs/readBlock" | "fs/writeBlock",
  handleId: string,
  offset: string,
): Promise<unknown> {
  const rest = method === "fs/readBlock" ? '"len":1' : '"chunk":"eA=="';
  const params = `{"handleId":"${handleId}","offset":${offset},${rest}}`;
  peer.wire.sendText(`{"id":"at ${offset}","method":"${method}","params":${params}}`);
  const { error, result } = await peer.answer(`at ${offset}`);
  return error?.code ?? result;
}
