/** Puts a program under a profile of macOS: what to start instead of it. @module */

import { SandboxRefusal } from "../../sandbox/refusal.ts";
import type { SeatbeltProfile } from "../../sandbox/seatbelt/profile.ts";
import { requireNoZeroBytes } from "../process/no_zero_bytes.ts";
import { findProgram } from "../process/posix/find_program.ts";
import { errnos } from "../process/posix/libc.ts";
import { startError } from "../process/posix/spawn_failure.ts";
import type { SpawnRequest } from "../process/spawner.ts";

/**
 * Where macOS has it. Never looked for in a PATH: a command could have put another one there. The
 * system takes the variables by which libraries are put into programs away from it, so they reach
 * neither it nor what it starts.
 */
export const SANDBOX_EXEC = "/usr/bin/sandbox-exec";

/** Of 1 MiB for arguments and environment together. */
const MOST_TEXT_BYTES = 200 * 1024;
const MOST_VALUE_BYTES = 400 * 1024;

/**
 * The request that runs a program under a profile, in the same place and with the same environment.
 * @throws {SpawnError} when there is no such program: inside, nobody could tell it from others
 * @throws {SandboxRefusal} when the profile is too long, or the program is to get another name
 */
export function seatbeltRequest(
  request: SpawnRequest,
  { text, parameters }: SeatbeltProfile,
): SpawnRequest {
  requireNoZeroBytes(request);
  const { program, argv: [arg0 = program, ...args] } = request;
  requireProgram(request);
  if (arg0 !== program) {
    throw new SandboxRefusal(
      "unavailable",
      `Cannot start "${program}" as "${arg0}": programs get their own name in a sandbox of macOS; ` +
        "leave `arg0` out",
    );
  }
  const values = Array.from(parameters, ([name, value]) => `-D${name}=${value}`);
  requireShort("rules", bytesOf([text]), MOST_TEXT_BYTES);
  requireShort("paths", bytesOf(values), MOST_VALUE_BYTES);
  return {
    ...request,
    program: SANDBOX_EXEC,
    argv: ["sandbox-exec", "-p", text, ...values, "--", program, ...args],
  };
}

function requireProgram(request: SpawnRequest): void {
  const found = findProgram(request);
  const path = found.startsWith("/") ? found : `${request.cwd}/${found}`;
  let info: Deno.FileInfo;
  try {
    info = Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) {
      throw startError(errnos.EACCES, request, found);
    }
    throw startError(errnos.ENOENT, request, found);
  }
  if (!info.isFile || ((info.mode ?? 0) & 0o111) === 0) {
    throw startError(errnos.EACCES, request, found);
  }
}

function requireShort(what: string, bytes: number, most: number): void {
  if (bytes <= most) return;
  throw new SandboxRefusal(
    "tooLarge",
    `The sandbox has ${bytes} bytes of ${what}, more than the ${most} that can be passed on; ` +
      "use fewer paths or patterns",
  );
}

function bytesOf(texts: readonly string[]): number {
  const encoder = new TextEncoder();
  return texts.reduce((sum, text) => sum + encoder.encode(text).byteLength, 0);
}
