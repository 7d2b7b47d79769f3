/** `fs/readFile`: a whole regular file. @module */

import { RpcError } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import type { Params, Result } from "../../protocol/methods/mod.ts";
import { displayPath } from "../../protocol/native_path.ts";
import { lendBlock, takeBack } from "../../protocol/spare_blocks.ts";
import type { Call } from "../call.ts";
import { Places } from "../places.ts";
import type { NativePath, OpenFile } from "./file_system.ts";
import { fileError, localPath, refuseSandbox } from "./path.ts";
import { linksOf, openRegular } from "./regular_file.ts";
import { requireWaiting, Steps } from "./steps.ts";

/** Bytes asked for at a time: what is in memory already is copied without leaving the event loop. */
const BLOCK_BYTES = 1 << 20;

/** What a file of unknown size, as in /proc, is given at first. */
const FIRST_BYTES = 16 << 10;

/**
 * Reads of files that turn out longer than they said. No room is kept for what they grow to, so on
 * all connections together there are few at once.
 */
const growing = new Places(2);

/** Reads a regular file to its end, wherever that is by then. */
export async function readFile(
  params: Params<"fs/readFile">,
  call: Call,
): Promise<Result<"fs/readFile">> {
  refuseSandbox(params.sandbox);
  const path = localPath(params.path, call.machine);
  try {
    const { file, status } = await openRegular(call.machine.files, path, linksOf(params));
    try {
      refuseTooLarge(status.size, path);
      await call.roomToAnswer(status.size);
      return { dataBase64: await readWhole(file, { size: status.size, path, call }) };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(error, path);
  }
}

/** What to read, for whom. */
interface Reading {
  /** As it was when it was opened. */
  readonly size: number;
  readonly path: NativePath;
  readonly call: Call;
}

async function readWhole(file: OpenFile, reading: Reading): Promise<Uint8Array<ArrayBuffer>> {
  const { size, path } = reading;
  const steps = new Steps(reading.call);
  // One more than there should be: a short read then tells the end without asking once more.
  let buffer = lendBlock(size === 0 ? FIRST_BYTES : size + 1);
  let length = 0;
  let isGrowing = false;
  try {
    for (;;) {
      await steps.next();
      const block = buffer.subarray(length, length + BLOCK_BYTES);
      const count = await file.read(block, length);
      length += count;
      refuseTooLarge(length, path);
      if (count === 0 || (count < block.byteLength && length === size)) {
        // Not left before the client has taken enough of the answers that were made before.
        if (isGrowing) await reading.call.roomToAnswer(Math.max(0, length - size));
        return buffer.subarray(0, length);
      }
      if (length < buffer.byteLength) continue;
      if (!isGrowing) {
        await growing.enter();
        isGrowing = true;
        requireWaiting(reading.call.signal);
      }
      buffer = enlarged(buffer);
    }
  } catch (error) {
    takeBack(buffer);
    throw error;
  } finally {
    if (isGrowing) growing.leave();
  }
}

function enlarged(full: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(2 * full.byteLength, limits.readFileBytes + 1));
  larger.set(full);
  takeBack(full);
  return larger;
}

function refuseTooLarge(size: number, path: NativePath): void {
  if (size <= limits.readFileBytes) return;
  throw new RpcError(
    "fileRefused",
    `file is too large to read: limit is ${limits.readFileBytes} bytes: "${displayPath(path)}"`,
  );
}
