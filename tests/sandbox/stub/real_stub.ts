/** Runs stubs as files, on the processor or in an emulator. @module */

import { assert } from "@std/assert";
import type { Architecture } from "../../../sandbox/seccomp/syscalls.ts";
import { stubImage } from "../../../sandbox/stub/stub_image.ts";
import type { StubOptions } from "../../../sandbox/stub/stub_program.ts";
import { within } from "../../support/deadline.ts";
import { Scratch } from "../../support/scratch.ts";

/** Where stubs of one architecture run. */
export interface Bench {
  readonly architecture: Architecture;
  /** What a command line begins with: nothing, or the emulator. */
  readonly emulator: readonly string[];
  /** Why nothing can be run here, if so; for the name of a test. */
  readonly missing: string | undefined;
}

/** How a command ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Both architectures, whether or not this machine can run them. */
export async function benches(): Promise<readonly Bench[]> {
  return await Promise.all((["x86_64", "aarch64"] as const).map(bench));
}

async function bench(architecture: Architecture): Promise<Bench> {
  if (Deno.build.os !== "linux") {
    return { architecture, emulator: [], missing: "this is not Linux" };
  }
  if (Deno.build.arch === architecture) return { architecture, emulator: [], missing: undefined };
  const emulator = `qemu-${architecture}-static`;
  const missing = await canRun([emulator, "--version"]) ? undefined : `there is no ${emulator}`;
  return { architecture, emulator: [emulator], missing };
}

/** Whether a command is there and succeeds. */
export async function canRun(command: readonly string[]): Promise<boolean> {
  try {
    return (await run(command)).code === 0;
  } catch {
    // Not there at all.
    return false;
  }
}

/** Runs a command to its end. @param env all of its environment; left out: ours */
export async function run(
  [program = "", ...args]: readonly string[],
  { env }: { readonly env?: Record<string, string> } = {},
): Promise<Outcome> {
  const environment = env === undefined ? {} : { env, clearEnv: true };
  const output = new Deno.Command(program, { args, stdin: "null", ...environment }).output();
  const { code, stdout, stderr } = await within(output, program);
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** A folder with stubs for one architecture. */
export class StubFolder implements AsyncDisposable {
  readonly #bench: Bench;
  readonly #scratch: Scratch;
  #count = 0;

  /** Takes over `scratch`; `StubFolder.create` is the way to make one. */
  constructor(bench: Bench, scratch: Scratch) {
    this.#bench = bench;
    this.#scratch = scratch;
  }

  /** Makes an empty one. */
  static async create(bench: Bench): Promise<StubFolder> {
    return new StubFolder(bench, await Scratch.create());
  }

  /** The folder, for other files of a test. */
  get path(): string {
    return this.#scratch.path;
  }

  /** Makes a stub; the beginning of a command line that runs it. Nothing is set unless asked for. */
  async stub(options: Partial<StubOptions> = {}): Promise<readonly string[]> {
    const { architecture, emulator } = this.#bench;
    const image = stubImage({ architecture, limits: [], terminal: false, ...options });
    return [...emulator, await this.program(image)];
  }

  /** Makes an executable file. */
  async program(content: Uint8Array | string): Promise<string> {
    this.#count += 1;
    const path = `${this.path}/program${this.#count}`;
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(`${path}.data`, bytes);
    // A child started by another thread while we have the file open would keep it from being run.
    const { code, stderr } = await run(["install", "-m", "755", `${path}.data`, path]);
    assert(code === 0, stderr);
    return path;
  }

  /** Removes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scratch[Symbol.asyncDispose]();
  }
}

/** Registers a test for each architecture that runs its stubs. */
export function stubTest(
  name: string,
  bench: Bench,
  fn: (folder: StubFolder) => Promise<void>,
): void {
  const { architecture, missing } = bench;
  Deno.test({
    name: `${name} (${architecture}${missing === undefined ? "" : `, skipped: ${missing}`})`,
    ignore: missing !== undefined,
    fn: async () => {
      await using folder = await StubFolder.create(bench);
      await fn(folder);
    },
  });
}
