/** Without a subcommand: serve. @module */

import { parseListenUrl } from "../server/listen/listen_url.ts";
import type { RunnerName } from "../server/process/choose_spawner.ts";
import { serve as runServer, type ServeOptions } from "../server/serve.ts";

/** The command line cannot be understood. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

const DEFAULT_LISTEN = "ws://127.0.0.1:0";

/**
 * Serves as the flags say.
 * @param args flags such as `--listen ws://127.0.0.1:0`
 * @returns exit status: 0 after a regular end, 1 when it cannot listen, 2 for unusable flags
 */
export async function serve(args: readonly string[]): Promise<number> {
  try {
    await runServer(readFlags(args));
    return 0;
  } catch (error) {
    console.error(`Error: ${error instanceof Error ? error.message : error}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Reads the flags; a value stands behind its flag, as `--flag VALUE` or `--flag=VALUE`. */
function readFlags(args: readonly string[]): ServeOptions {
  let listen = DEFAULT_LISTEN;
  let concurrentRequests: number | undefined;
  let ignoreInterrupts = false;
  let runner: RunnerName | undefined;
  for (let i = 0; i < args.length; i++) {
    const [name = "", inline] = splitOnce(args[i] ?? "", "=");
    const value = () => {
      const text = inline ?? args[++i];
      if (text === undefined) throw new UsageError(`${name} needs a value`);
      return text;
    };
    switch (name) {
      case "--listen":
        listen = value();
        break;
      case "--concurrent-requests":
        concurrentRequests = readPlaces(value());
        break;
      case "--spawner":
        runner = readRunner(value());
        break;
      case "--ignore-interrupts":
        ignoreInterrupts = true;
        break;
      default:
        throw new UsageError(
          `Unexpected argument '${name}'; wanted --listen URL, --concurrent-requests N or ` +
            "--ignore-interrupts (see exec-server --help)",
        );
    }
  }
  return { target: parseListenUrl(listen), concurrentRequests, ignoreInterrupts, runner };
}

function readRunner(value: string): RunnerName {
  if (value === "posix" || value === "command") return value;
  throw new UsageError(`Invalid value '${value}' for --spawner; wanted posix or command`);
}

function readPlaces(value: string): number {
  const places = Number(value);
  if (/^\d+$/.test(value) && places > 0 && Number.isSafeInteger(places)) return places;
  throw new UsageError(
    `Invalid value '${value}' for --concurrent-requests; wanted a number from 1`,
  );
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
