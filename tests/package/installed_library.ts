/** The packed library, installed in an empty directory as its users install it. @module */

import { buildLibrary, packLibrary } from "../../tools/library/build_library.ts";
import type { Sizes } from "../../tools/library/minified_size.ts";
import { run } from "../../tools/library/run.ts";
import { Scratch } from "../support/scratch.ts";

/** A directory with the library in it. */
export class InstalledLibrary implements AsyncDisposable {
  /** The directory. */
  readonly path: string;
  /** How large the library is for its users. */
  readonly sizes: Sizes;
  readonly #scratch: Scratch;

  constructor(scratch: Scratch, sizes: Sizes) {
    this.#scratch = scratch;
    this.path = `${scratch.path}/user`;
    this.sizes = sizes;
  }

  /** Builds, packs and installs. Nothing of it comes from, or goes to, a registry. */
  static async create(): Promise<InstalledLibrary> {
    const scratch = await Scratch.create();
    const sizes = await buildLibrary(`${scratch.path}/npm`);
    const archive = await packLibrary(`${scratch.path}/npm`);
    const library = new InstalledLibrary(scratch, sizes);
    await Deno.mkdir(library.path);
    await Deno.writeTextFile(`${library.path}/package.json`, `{"type":"module","private":true}`);
    const flags = ["--offline", "--no-audit", "--no-fund", "--cache", `${scratch.path}/cache`];
    await run("npm", ["install", ...flags, archive], { cwd: library.path });
    return library;
  }

  /** Removes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scratch[Symbol.asyncDispose]();
  }
}
