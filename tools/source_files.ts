/** Finds the project's own TypeScript files. @module */

import { fromFileUrl, join } from "@std/path";

/** The project's top folder. */
export const root: string = fromFileUrl(new URL("..", import.meta.url)).replace(/\/$/, "");

/** Folders that hold TypeScript of this project. */
export const folders: readonly string[] = [
  "protocol",
  "local",
  "server",
  "client",
  "cli",
  "sandbox",
  "tests",
  "bench",
  "tools",
  "types",
];

/** Paths, relative to the project, of `main.ts` and of every `.ts` file in `under`, sorted. Folders
 * that do not exist are passed over. */
export async function sourceFiles(under: readonly string[] = folders): Promise<string[]> {
  const found: string[] = [];
  for (const folder of under) await collect(folder, found);
  if (under.includes("main.ts") || under === folders) await addIfThere("main.ts", found);
  return found.sort();
}

async function collect(folder: string, found: string[]): Promise<void> {
  for (const entry of await entries(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) await collect(path, found);
    else if (entry.name.endsWith(".ts")) found.push(path);
  }
}

async function entries(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(join(root, folder)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function addIfThere(path: string, found: string[]): Promise<void> {
  const info = await Deno.stat(join(root, path)).catch(() => undefined);
  if (info?.isFile) found.push(path);
}
