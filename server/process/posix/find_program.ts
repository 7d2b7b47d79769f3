/** Finds a program the way a shell in the child would: in the child's PATH, not in ours. @module */

import { SpawnError, type SpawnRequest } from "../spawner.ts";
import { cString, errnos, loadLibc } from "./libc.ts";
import type { Platform } from "./platform.ts";
import { notFoundError } from "./spawn_failure.ts";
import { platform } from "./this_platform.ts";

// What the C library searches when there is no PATH at all.
const DEFAULT_PATH = "/bin:/usr/bin";
const X_OK = 1;

/**
 * Path of the program to execute. A name with a slash is left as it is where the kernel resolves it
 * after the change of directory.
 * @param system for tests: behave as on this one
 * @throws {SpawnError} when the name is empty, or no directory of PATH has it
 */
export function findProgram(request: SpawnRequest, system: Platform = platform): string {
  const { program, cwd, env, terminal } = request;
  if (program === "") {
    const streams = terminal === undefined ? "pipe" : "PTY";
    // deno-lint-ignore house/error-message -- the reference's words.
    throw new SpawnError(`missing program for ${streams} spawn: its name is empty`, {
      kind: "programNotFound",
      errno: errnos.ENOENT,
      stage: "lookup",
    });
  }
  if (program.includes("/")) {
    return system.needsAbsoluteProgram ? absolute(cwd, program) : program;
  }
  const path = env.get("PATH") ?? DEFAULT_PATH;
  let isDenied = false;
  for (const directory of path.split(":")) {
    const candidate = `${resolveIn(cwd, directory)}/${program}`;
    switch (inspect(candidate)) {
      case "executable":
        return candidate;
      case "denied":
        isDenied = true;
        break;
      case "missing":
        break;
    }
  }
  throw notFoundError(request, { path, isDenied });
}

/** An empty entry and a relative one mean the child's working directory, not ours. */
function resolveIn(cwd: string, directory: string): string {
  if (directory === "") return cwd;
  return absolute(cwd, directory);
}

function absolute(cwd: string, path: string): string {
  return path.startsWith("/") ? path : `${cwd}/${path}`;
}

function inspect(path: string): "executable" | "denied" | "missing" {
  const { libc } = loadLibc();
  if (libc.access(cString(path), X_OK) === 0) return isDirectory(path) ? "denied" : "executable";
  return libc.access(cString(path), 0) === 0 ? "denied" : "missing";
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    // Gone between two looks; the attempt to execute it will say so.
    return false;
  }
}
