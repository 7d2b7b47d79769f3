/** Makes `dist/npm/`, the client library as others install it, and packs it. @module */

import { buildLibrary, packLibrary } from "./library/build_library.ts";
import { MAX_CORE_BYTES } from "./library/minified_size.ts";
import { root } from "./source_files.ts";

try {
  const folder = `${root}/dist/npm`;
  const { core, all } = await buildLibrary(folder);
  console.log(`${kilobytes(core)} minified and compressed; ${kilobytes(all)} with all it may load`);
  if (core > MAX_CORE_BYTES) {
    throw new Error(`Its core has ${core} bytes, of ${MAX_CORE_BYTES}`);
  }
  console.log(await packLibrary(folder));
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(`Cannot package: ${reason}`);
  Deno.exit(1);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}
