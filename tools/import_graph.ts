/** Asks Deno which file of the project imports which. @module */

import { fromFileUrl } from "@std/path";
import { root } from "./source_files.ts";

/** For each file of the project (relative path), the project's files it imports. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

interface Resolved {
  readonly specifier?: string;
}
interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly { readonly code?: Resolved; readonly type?: Resolved }[];
}

/** The imports, types included, of everything that is reachable from `entries`. */
export async function importGraph(entries: readonly string[]): Promise<ImportGraph> {
  const graph = new Map<string, readonly string[]>();
  for (const entry of entries) {
    for (const module of await modulesOf(entry)) {
      const from = projectFile(module.specifier);
      if (from === undefined) continue;
      const targets = (module.dependencies ?? [])
        .flatMap(({ code, type }) => [code?.specifier, type?.specifier])
        .map((specifier) => specifier === undefined ? undefined : projectFile(specifier));
      graph.set(from, [...new Set(targets.filter((target) => target !== undefined))]);
    }
  }
  return graph;
}

/** The first ring of imports found, as the files along it, or nothing. */
export function findCycle(graph: ImportGraph): string[] | undefined {
  const done = new Set<string>();

  function visit(file: string, trail: readonly string[]): string[] | undefined {
    const start = trail.indexOf(file);
    if (start >= 0) return [...trail.slice(start), file];
    if (done.has(file)) return undefined;
    for (const target of graph.get(file) ?? []) {
      const cycle = visit(target, [...trail, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  }

  for (const file of graph.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

async function modulesOf(entry: string): Promise<readonly Module[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    cwd: root,
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(`Cannot read the imports of ${entry}: ${new TextDecoder().decode(stderr)}`);
  }
  const { modules } = JSON.parse(new TextDecoder().decode(stdout));
  return modules;
}

function projectFile(specifier: string): string | undefined {
  if (!specifier.startsWith("file://")) return undefined;
  const path = fromFileUrl(specifier);
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined;
}
