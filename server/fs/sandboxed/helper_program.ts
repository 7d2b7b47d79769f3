/** The program that serves file calls for the server in a sandbox; it ends with its input. @module */

import { limits } from "../../../protocol/limits.ts";
import { thisMachine } from "../../machine.ts";
import { closeThisProgram } from "../posix/closed_program.ts";
import { FrameReader } from "./frame.ts";
import { decode } from "../../../protocol/schema.ts";
import { helperOrder, MOST_HEAD_BYTES } from "./helper_messages.ts";
import { OrderDesk } from "./order_desk.ts";

const INPUT_AND_OUTPUTS = [0, 1, 2];
const BLOCK_BYTES = 64 * 1024;

/**
 * Serves orders until there are no more. It holds nothing back: what it may do is the sandbox's
 * concern.
 * @returns exit status
 */
export async function fileHelper(): Promise<number> {
  closeThisProgram(INPUT_AND_OUTPUTS);
  const machine = thisMachine({ isGuarded: false, runner: undefined, onError: complain });
  const desk = new OrderDesk(machine, writeOut);
  const reader = new FrameReader({
    most: { head: MOST_HEAD_BYTES, body: limits.maxMessageBytes },
    decode: (value) => decode(helperOrder, value),
    place: (_, length) => new Uint8Array(length),
    take: (order, body) => desk.take(order, body),
  });
  const block = new Uint8Array(BLOCK_BYTES);
  for (;;) {
    const count = await Deno.stdin.read(block);
    if (count === null) return 0;
    reader.push(block.subarray(0, count));
    // The rest of a frame is on its way, and takes no turn of others.
    while (reader.isInside) {
      const more = Deno.stdin.readSync(block);
      if (more === null) return 0;
      reader.push(block.subarray(0, more));
    }
  }
}

const encoder = new TextEncoder();

/** The last of it is told to the client when the helper fails. */
function complain(error: unknown): void {
  Deno.stderr.writeSync(encoder.encode(`${error}\n`));
}

/** Waits until it is written: the server always reads. */
function writeOut(pieces: readonly Uint8Array[]): void {
  for (const piece of pieces) {
    for (let rest = piece; rest.byteLength > 0;) {
      rest = rest.subarray(Deno.stdout.writeSync(rest));
    }
  }
}
