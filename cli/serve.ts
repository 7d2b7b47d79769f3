/** Without a subcommand: serve. @module */

import { parseListenUrl } from "../server/listen/listen_url.ts";
import type { RunnerName } from "../server/process/choose_spawner.ts";
import { serve as runServer, type ServeOptions } from "../server/serve.ts";
import { type Flags, type FlagSpec, readFlags } from "./flags.ts";
import { readSize } from "./size.ts";
import { UsageError } from "./usage_error.ts";

const DEFAULT_LISTEN = "ws://127.0.0.1:0";

const FLAGS: readonly FlagSpec[] = [
  { name: "--listen", value: "URL" },
  { name: "--concurrent-requests", value: "N" },
  { name: "--spawner", value: "posix or command" },
  { name: "--ignore-interrupts" },
  { name: "--sandbox-memory", value: "SIZE" },
  { name: "--sandbox-processes", value: "N" },
];

/**
 * Serves as the flags say.
 * @param args flags such as `--listen ws://127.0.0.1:0`
 * @returns exit status: 0 after a regular end, 1 when it cannot listen
 * @throws {UsageError}
 */
export async function serve(args: readonly string[]): Promise<number> {
  try {
    await runServer(readServeOptions(args));
    return 0;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    console.error(`Error: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}

function readServeOptions(args: readonly string[]): ServeOptions {
  const flags = readFlags(args, FLAGS);
  const [extra] = flags.rest;
  if (extra !== undefined) {
    throw new UsageError(`Unexpected argument "${extra}": wanted flags only`);
  }
  const places = flags.one("--concurrent-requests");
  const spawner = flags.one("--spawner");
  return {
    target: parseListenUrl(flags.one("--listen") ?? DEFAULT_LISTEN),
    concurrentRequests: places === undefined
      ? undefined
      : readCount("--concurrent-requests", places),
    runner: spawner === undefined ? undefined : readRunner(spawner),
    ignoreInterrupts: flags.has("--ignore-interrupts"),
    commandLimits: readLimits(flags),
  };
}

/** Undefined when none is asked for. */
function readLimits(flags: Flags): ServeOptions["commandLimits"] {
  const memory = flags.one("--sandbox-memory");
  const processes = flags.one("--sandbox-processes");
  if (memory === undefined && processes === undefined) return undefined;
  return {
    memoryBytes: memory === undefined ? undefined : readSize(memory),
    processes: processes === undefined ? undefined : readCount("--sandbox-processes", processes),
  };
}

function readRunner(value: string): RunnerName {
  if (value === "posix" || value === "command") return value;
  throw new UsageError(`Invalid value "${value}" for --spawner: wanted posix or command`);
}

function readCount(flag: string, value: string): number {
  const count = Number(value);
  if (/^\d+$/.test(value) && count > 0 && Number.isSafeInteger(count)) return count;
  throw new UsageError(`Invalid value "${value}" for ${flag}: wanted a number from 1`);
}
