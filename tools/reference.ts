/** Gets the reference server the conformance tests compare with, on demand. @module */
import { fromFileUrl, join } from "@std/path";

/** The version of the protocol's reference implementation. */
export const REFERENCE_VERSION = "0.169.0";

const store = fromFileUrl(new URL("../.reference/", import.meta.url));

/** Package suffix and folder name inside the package, by processor. */
const builds: Readonly<Record<string, { readonly suffix: string; readonly folder: string }>> = {
  "x86_64-unknown-linux-gnu": { suffix: "linux-x64", folder: "x86_64-unknown-linux-musl" },
  "aarch64-unknown-linux-gnu": { suffix: "linux-arm64", folder: "aarch64-unknown-linux-musl" },
};

/** Finds the reference program, fetching it from npm the first time. `EXEC_SERVER_REFERENCE`, the
 * path of a program, goes first.
 * @returns its path; undefined, with the reason on stderr, when it cannot be had */
export async function referenceBinary(): Promise<string | undefined> {
  const given = Deno.env.get("EXEC_SERVER_REFERENCE");
  const build = builds[Deno.build.target];
  if (given !== undefined) return await checked(given);
  if (build === undefined) return unavailable(`there is no build for ${Deno.build.target}`);
  const home = join(store, REFERENCE_VERSION);
  const program = join(home, "package", "vendor", build.folder, "bin", "codex");
  if (!await exists(program)) {
    const failure = await install(home, `@openai/codex@${REFERENCE_VERSION}-${build.suffix}`);
    if (failure !== undefined) return unavailable(failure);
  }
  return await checked(program);
}

/** Unpacks beside the final place and renames, so that a half-finished install is never used. */
async function install(home: string, packageName: string): Promise<string | undefined> {
  await Deno.mkdir(store, { recursive: true });
  const work = await Deno.makeTempDir({ dir: store, prefix: "installing-" });
  try {
    const packed = await run("npm", ["pack", packageName, "--silent"], work);
    if (packed.failure !== undefined) return packed.failure;
    const archive = packed.stdout.trim().split("\n").at(-1) ?? "";
    const unpacked = await run("tar", ["-xzf", archive], work);
    if (unpacked.failure !== undefined) return unpacked.failure;
    await Deno.remove(join(work, archive));
    await publish(work, home);
    return undefined;
  } finally {
    // Gone already when it was renamed into place.
    await Deno.remove(work, { recursive: true }).catch(() => {});
  }
}

/** Moves the finished directory into place; another run may have been faster, which is as good. */
async function publish(work: string, home: string): Promise<void> {
  try {
    await Deno.rename(work, home);
  } catch (error) {
    if (!await exists(home)) throw error;
  }
}

async function run(
  program: string,
  args: string[],
  cwd: string,
): Promise<{ readonly stdout: string; readonly failure?: string }> {
  try {
    const command = new Deno.Command(program, { args, cwd, stdin: "null" });
    const { success, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    if (success) return { stdout: decoder.decode(stdout) };
    return {
      stdout: "",
      failure: `${program} ${args[0]} failed: ${lastLine(decoder.decode(stderr))}`,
    };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { stdout: "", failure: `${program} is not installed` };
  }
}

/** The path, if the program there says it is the version the tests are written for. */
async function checked(program: string): Promise<string | undefined> {
  const { stdout, failure } = await run(program, ["--version"], ".");
  if (failure !== undefined) return unavailable(failure);
  if (stdout.trim().endsWith(` ${REFERENCE_VERSION}`)) return program;
  return unavailable(`${program} says it is "${stdout.split("\n")[0]}", not ${REFERENCE_VERSION}`);
}

function unavailable(reason: string): undefined {
  console.error(`The reference server is not available: ${reason}`);
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
