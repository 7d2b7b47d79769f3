/** Finds out whether profiles of macOS work here. @module */

import { SandboxRefusal } from "../../sandbox/refusal.ts";
import { type Spawner, SpawnError } from "../process/spawner.ts";
import { SANDBOX_EXEC } from "./seatbelt_request.ts";

/** What profiles need to know of a machine on which they work. */
export interface SeatbeltMachine {
  /** Where the user's programs keep what they can make again; undefined when nobody knows. */
  readonly cacheDirectory: string | undefined;
}

/** Runs a program under a profile that allows everything. @throws {SandboxRefusal} when it fails */
export async function trySeatbelt(spawner: Spawner): Promise<SeatbeltMachine> {
  const trial = ["-p", "(version 1)(allow default)", "/usr/bin/true"];
  const { isSuccess, said } = await outcome(spawner, [SANDBOX_EXEC, ...trial]);
  if (!isSuccess) {
    throw new SandboxRefusal(
      "unavailable",
      `Cannot make sandboxes: ${SANDBOX_EXEC} does not work here (${said || "it says nothing"}); ` +
        "if this server is in a sandbox itself, start it outside",
    );
  }
  const cache = await outcome(spawner, ["/usr/bin/getconf", "DARWIN_USER_CACHE_DIR"]);
  return { cacheDirectory: cache.isSuccess ? realDirectory(cache.said) : undefined };
}

interface Outcome {
  readonly isSuccess: boolean;
  /** All that it wrote. */
  readonly said: string;
}

function outcome(spawner: Spawner, [program = "", ...args]: readonly string[]): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const decoder = new TextDecoder();
  let said = "";
  let isSuccess = false;
  const request = {
    program,
    argv: [program, ...args],
    cwd: "/",
    env: new Map<string, string>(),
    pipeStdin: false,
  };
  try {
    spawner.spawn(request, {
      output: (_, bytes) => void (said += decoder.decode(bytes, { stream: true })),
      exited: ({ code, signal }) => void (isSuccess = code === 0 && signal === 0),
      closed: () => resolve({ isSuccess, said: said.trim() }),
      writable() {},
    });
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    resolve({ isSuccess, said: error.message });
  }
  return promise;
}

function realDirectory(path: string): string | undefined {
  try {
    return path.startsWith("/") ? Deno.realPathSync(path) : undefined;
  } catch {
    return undefined;
  }
}
