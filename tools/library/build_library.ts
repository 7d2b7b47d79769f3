/** Builds the client library as a package for npm: code, types, what describes it. @module */

import { dirname } from "@std/path";
import { VERSION } from "../../protocol/version.ts";
import { root, sourceFiles } from "../source_files.ts";
import { clientHalf } from "./client_half.ts";
import { writeDeclarations } from "./declarations.ts";
import { minifiedSize, type Sizes } from "./minified_size.ts";
import { run } from "./run.ts";

/** Name of the package. */
export const PACKAGE_NAME = "exec-server-client";

/** What users import, and the sources behind it. */
export const doors: Readonly<Record<string, string>> = {
  ".": "client/mod.ts",
  "./stdio": "client/stdio.ts",
  "./environments": "client/environments/mod.ts",
};

/** Folders of the sources that the doors lead to. */
const FOLDERS = ["client", "protocol", "types/std"];

/**
 * Builds the package.
 * @param output a folder, which is emptied first
 * @returns how large it is for its users
 * @throws {Error} that says what failed
 */
export async function buildLibrary(output: string): Promise<Sizes> {
  const aside = await Deno.makeTempDir({ prefix: "exec_server_library_" });
  try {
    await writeSources(aside);
    for (const file of ["deno.json", "deno.lock"]) {
      await Deno.copyFile(`${root}/${file}`, `${aside}/${file}`);
    }
    await emptied(output);
    const paths = Object.values(doors);
    await bundle(aside, [...paths, "--outdir", output]);
    // The bundler says nothing of a name that is imported and not there; loading it does.
    for (const path of paths) await import(`file://${output}/${script(path)}`);
    await writeDeclarations({ folder: aside, doors: paths, output: `${output}/types` });
    await describe(output);
    return await minifiedSize(aside);
  } finally {
    await Deno.remove(aside, { recursive: true });
  }
}

/** Packs a built package and returns the path of the archive. */
export async function packLibrary(folder: string): Promise<string> {
  const cache = await Deno.makeTempDir({ prefix: "exec_server_npm_" });
  try {
    // With a cache of its own: nothing outside the checkout is written.
    const said = await run("npm", ["pack", "--silent", "--offline", "--cache", cache], {
      cwd: folder,
    });
    return `${folder}/${said.trim().split("\n").at(-1)}`;
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

async function writeSources(aside: string): Promise<void> {
  const sources = new Map<string, string>();
  for (const path of await sourceFiles(FOLDERS)) {
    // No door of the library leads there, and it uses everything.
    if (path !== "protocol/mod.ts") sources.set(path, await Deno.readTextFile(`${root}/${path}`));
  }
  for (const [path, source] of clientHalf(sources)) {
    await Deno.mkdir(dirname(`${aside}/${path}`), { recursive: true });
    await Deno.writeTextFile(`${aside}/${path}`, source);
  }
}

async function bundle(folder: string, args: readonly string[]): Promise<void> {
  const flags = ["--quiet", "--code-splitting", "--platform", "browser"];
  await run(Deno.execPath(), ["bundle", ...flags, ...args], { cwd: folder });
}

async function emptied(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(folder, { recursive: true });
}

/** Adds what is not code. */
async function describe(output: string): Promise<void> {
  const scripts = (await Array.fromAsync(Deno.readDir(output))).map(({ name }) => name);
  // Tools for browsers must not look for what only Node has.
  const nodeOnly = scripts.filter((name) => /^(?:node_\w+|home)-\w+\.js$/.test(name));
  const description = {
    name: PACKAGE_NAME,
    version: VERSION,
    description: "Runs processes and reaches files at an exec-server, across lost connections.",
    license: "Apache-2.0",
    type: "module",
    engines: { node: ">=22" },
    sideEffects: false,
    exports: {
      ...Object.fromEntries(Object.entries(doors).map(([name, path]) => [name, targets(path)])),
      "./package.json": "./package.json",
    },
    browser: Object.fromEntries(nodeOnly.map((name) => [`./${name}`, false])),
  };
  await Deno.writeTextFile(`${output}/package.json`, `${JSON.stringify(description, null, 2)}\n`);
  await Deno.copyFile(`${root}/docs/client.md`, `${output}/README.md`);
  await Deno.copyFile(`${root}/LICENSE`, `${output}/LICENSE`);
}

function targets(path: string) {
  return { types: `./types/${path.replace(/\.ts$/, ".d.ts")}`, default: `./${script(path)}` };
}

/** What the bundler makes of a source. */
function script(path: string): string {
  return path.replace(/^client\//, "").replace(/\.ts$/, ".js");
}
