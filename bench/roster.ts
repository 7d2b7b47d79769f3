/** Decides which servers take part: ours, the reference, and other ways to run ours. @module */

import { fromFileUrl, join } from "@std/path";
import { referenceBinary } from "../tools/reference.ts";
import { type Contender, startServer } from "./contender.ts";

const root = fromFileUrl(new URL("../", import.meta.url));
const compiledPath = join(root, "dist", "exec-server");
const SOURCE_FOLDERS = ["cli", "client", "local", "protocol", "sandbox", "server", "types"];

/** Who takes part. */
export interface Roster {
  readonly ours: Contender;
  readonly reference: Contender | undefined;
  readonly variants: readonly Contender[];
}

/**
 * Finds the servers and proves that each starts.
 *
 * @param wishes `ours`: "source", "compiled" or a command, by default the compiled binary unless a
 *   source is newer; `reference`: a command, or "none"; `variants`: whether to look for others
 * @param scratch folder for what is made on the way
 * @throws {Error} when ours can't be started
 */
export async function findRoster(
  wishes: { readonly ours?: string; readonly reference?: string; readonly variants: boolean },
  scratch: string,
): Promise<Roster> {
  const ours = await findOurs(wishes.ours);
  await (await startServer(ours))[Symbol.asyncDispose]();
  const reference = await whenItStarts(await findReference(wishes.reference, scratch));
  const candidates = wishes.variants
    ? [await compiled(), fromSource(), await onLatest(scratch)]
    : [];
  const variants: Contender[] = [];
  for (const candidate of candidates) {
    if (candidate?.label === ours.label) continue;
    const starts = await whenItStarts(candidate);
    if (starts !== undefined) variants.push(starts);
  }
  return { ours, reference, variants };
}

async function findOurs(wish: string | undefined): Promise<Contender> {
  if (wish === "source") return fromSource();
  const binary = await compiled();
  if (wish === undefined) return binary !== undefined && await isFresh() ? binary : fromSource();
  if (wish !== "compiled") return { label: "ours", command: wish.split(" ") };
  if (binary === undefined) throw new Error(`Cannot start ours: ${compiledPath} does not exist`);
  return binary;
}

async function findReference(
  wish: string | undefined,
  scratch: string,
): Promise<Contender | undefined> {
  if (wish === "none") return undefined;
  const binary = wish === undefined ? await referenceBinary() : undefined;
  if (wish === undefined && binary === undefined) return undefined;
  const command = binary === undefined ? (wish ?? "").split(" ") : [binary, "exec-server"];
  const home = join(scratch, "reference_home");
  await Deno.mkdir(home, { recursive: true });
  // Its own folders: it must not read or write the settings of whoever measures.
  return { label: "reference", command, env: { HOME: home, CODEX_HOME: home } };
}

function fromSource(): Contender {
  return {
    label: `source, Deno ${Deno.version.deno}`,
    command: runWith(Deno.execPath(), "main.ts"),
  };
}

async function compiled(): Promise<Contender | undefined> {
  if (await modifiedAt(compiledPath) === undefined) return undefined;
  return { label: "compiled", command: [compiledPath] };
}

/** The bundle on the newest Deno at hand: what a compiled binary of that version would cost. */
async function onLatest(scratch: string): Promise<Contender | undefined> {
  const deno = Deno.env.get("DENO_LATEST") ?? join(root, ".deno", "2.9.6", "deno");
  if (await modifiedAt(deno) === undefined) return undefined;
  const bundle = join(scratch, "exec_server.js");
  const version = await outputOf(deno, ["-V"]);
  await outputOf(Deno.execPath(), ["bundle", "--quiet", "main.ts", "--output", bundle]);
  return {
    label: `bundle, ${version.trim().replace("deno", "Deno")}`,
    command: runWith(deno, bundle),
  };
}

function runWith(deno: string, script: string): readonly string[] {
  const config = join(root, "deno.json");
  const path = script === "main.ts" ? join(root, script) : script;
  return [deno, "run", "--quiet", "-A", "--config", config, path];
}

async function whenItStarts(contender: Contender | undefined): Promise<Contender | undefined> {
  if (contender === undefined) return undefined;
  try {
    await (await startServer(contender))[Symbol.asyncDispose]();
    return contender;
  } catch (error) {
    console.error(`Left out: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

async function isFresh(): Promise<boolean> {
  const madeAt = await modifiedAt(compiledPath) ?? 0;
  for (const folder of SOURCE_FOLDERS) {
    if (await newestIn(join(root, folder)) > madeAt) return false;
  }
  return (await modifiedAt(join(root, "main.ts")) ?? 0) <= madeAt;
}

async function newestIn(folder: string): Promise<number> {
  if (await modifiedAt(folder) === undefined) return 0;
  let newest = 0;
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    const at = entry.isDirectory ? await newestIn(path) : await modifiedAt(path) ?? 0;
    newest = Math.max(newest, at);
  }
  return newest;
}

async function modifiedAt(path: string): Promise<number | undefined> {
  try {
    return (await Deno.stat(path)).mtime?.getTime() ?? 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function outputOf(program: string, args: readonly string[]): Promise<string> {
  const { success, stdout } = await new Deno.Command(program, {
    args: [...args],
    cwd: root,
    stdin: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot prepare the bundle: "${args[0]}" failed, see above`);
  return new TextDecoder().decode(stdout);
}
