/** A directory with a file, a directory, a FIFO, and links of every kind. @module */

import { join } from "@std/path";
import { pathToUri } from "../../protocol/path_uri.ts";
import { makeFifo } from "./fifo.ts";
import type { Scratch } from "./scratch.ts";

/** Makes the files in a scratch directory.
 * @returns the URI of each by its name */
export async function makeFileTree(scratch: Scratch): Promise<(name: string) => string> {
  const at = (name: string) => join(scratch.path, name);
  await Deno.writeTextFile(at("file"), "content");
  await Deno.mkdir(at("dir"));
  await Deno.writeTextFile(at("dir/inner"), "inside");
  await makeFifo(at("fifo"));
  await Deno.symlink("file", at("link"));
  await Deno.symlink("dir", at("dirlink"));
  await Deno.symlink("nowhere", at("dangling"));
  await Deno.symlink("loop", at("loop"));
  return (name) => pathToUri(at(name));
}
