/** Measures what a user of the library loads: its main door, minified and compressed. @module */

import { run } from "./run.ts";

/** Bytes after gzip. */
export interface Sizes {
  /** What the main door needs everywhere: sessions and processes over the web's own WebSocket. */
  readonly core: number;
  /** With all that it loads when it is first used: files, the sockets of Node, Bun and Deno. */
  readonly all: number;
}

/** Most bytes that the core may have. */
export const MAX_CORE_BYTES = 20 * 1024;

/** Loaded when they are first used, and never by a program in a browser that only runs processes. */
const OPTIONAL = ["./socket.ts", "./remote_file_system.ts"];

/** Measures the sources in a folder. */
export async function minifiedSize(folder: string): Promise<Sizes> {
  const without = OPTIONAL.map((path) => `--external=${path}`);
  return { core: await bundledSize(folder, without), all: await bundledSize(folder, []) };
}

/** As one file, the way a bundler puts it into its user's program. */
async function bundledSize(folder: string, args: readonly string[]): Promise<number> {
  const flags = ["--quiet", "--minify", "--platform", "browser", "--outdir", "measured"];
  await run(Deno.execPath(), ["bundle", ...flags, ...args, "client/mod.ts"], { cwd: folder });
  const text = await Deno.readTextFile(`${folder}/measured/mod.js`);
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(packed).bytes()).byteLength;
}
