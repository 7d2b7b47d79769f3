/**
 * A program that keeps a server busy with file requests until it is killed. It is a process of its
 * own, so that receiving megabytes holds up nobody who measures.
 *
 * Arguments: the URL of the server, the name of the load, the file or tree, the length in blocks.
 * It prints a line once every request has been answered for the first time.
 * @module
 */

import { severalAtOnce } from "./file_blocks.ts";
import { BLOCK_BYTES } from "./file_content.ts";
import { walkParams } from "./file_tree.ts";
import type { JsonObject } from "./message_text.ts";
import { WireClient } from "./wire_client.ts";

const STREAMS = 8;
const [url = "", load = "", uri = "", blocks = "0"] = Deno.args;

/** Asks for the next thing; done over and over. */
type Step = () => Promise<unknown>;

async function stepsOf(name: string): Promise<readonly Step[]> {
  switch (name) {
    case "readFile":
      return [await calling("fs/readFile", { path: uri })];
    case "walk":
      return [await calling("fs/walk", walkParams(uri))];
    case "readBlock":
      return await Promise.all(Array.from({ length: STREAMS }, reading));
    default:
      throw new Error(`Cannot load with "${name}"`);
  }
}

async function calling(method: string, params: JsonObject): Promise<Step> {
  const { client } = await WireClient.open(url);
  return () => client.call(method, params);
}

async function reading(): Promise<Step> {
  const { client } = await WireClient.open(url);
  await client.call("fs/open", { handleId: "h", path: uri });
  const params = { handleId: "h", len: BLOCK_BYTES };
  return () =>
    severalAtOnce(
      Number(blocks),
      (index) => client.call("fs/readBlock", { ...params, offset: index * BLOCK_BYTES }),
    );
}

async function forever(step: Step): Promise<never> {
  for (;;) await step();
}

try {
  const steps = await stepsOf(load);
  await Promise.all(steps.map((step) => step()));
  console.log("loading");
  await Promise.all(steps.map(forever));
} catch (error) {
  console.error(`Cannot load on: ${error instanceof Error ? error.message : String(error)}`);
  Deno.exit(1);
}
