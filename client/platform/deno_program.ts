/** Starts a server as a child by Deno's own means. @module */

import {
  DirectoryNotFound,
  ProgramNotFound,
  type ProgramRequest,
  type ServerProgram,
} from "./server_program.ts";

/**
 * Starts a server.
 * @throws {ProgramNotFound} when there is none
 * @throws {DirectoryNotFound} when there is none to start it in
 * @throws {Error} in the system's words
 */
// deno-lint-ignore require-await -- elsewhere a start needs time.
export async function startProgram(request: ProgramRequest): Promise<ServerProgram> {
  const child = spawn(request);
  const target = request.leadsGroup ? -child.pid : child.pid;
  let hasExited = false;
  const exited = child.status.then(() => {
    hasExited = true;
  });
  return {
    stdout: child.stdout,
    stdin: child.stdin,
    stderr: request.stderr === "piped" ? child.stderr : undefined,
    exited,
    kill(signal) {
      if (hasExited) return;
      try {
        Deno.kill(target, signal);
      } catch {
        // It has just ended, which is what was wanted.
      }
    },
  };
}

function spawn({ program, args, env, cwd, leadsGroup, stderr }: ProgramRequest): Deno.ChildProcess {
  try {
    return new Deno.Command(program, {
      args: [...args],
      env: { ...env },
      ...(cwd === undefined ? {} : { cwd }),
      stdin: "piped",
      stdout: "piped",
      stderr,
      detached: leadsGroup,
    }).spawn();
  } catch (error) {
    if (cwd !== undefined && isNoDirectory(cwd)) {
      throw new DirectoryNotFound(`No directory "${cwd}"`, { cause: error });
    }
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new ProgramNotFound(error.message, { cause: error });
  }
}

/** Whether it is certain that there is no directory of that name. */
function isNoDirectory(path: string): boolean {
  try {
    return !Deno.statSync(path).isDirectory;
  } catch (error) {
    return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
  }
}
