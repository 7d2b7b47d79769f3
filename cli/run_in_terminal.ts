/** Runs a command in a terminal at the server, and joins it to the terminal here, if there is one. @module */

import type {
  ExecServerClient,
  ExitStatus,
  RemoteProcess,
  StartRequest,
  TerminalSize,
} from "../client/mod.ts";
import { complain } from "./complain.ts";
import { EscapeFilter } from "./escape_filter.ts";
import { statuses, statusOf } from "./failure.ts";
import { forwardInput, forwardOutput, standardInput } from "./forward.ts";
import { RawMode } from "./raw_mode.ts";
import { startCommand } from "./start_command.ts";
import type { StopSignals } from "./stop_signals.ts";
import { SizeFollower, terminalSize } from "./terminal_size.ts";

/** What to run, and how. */
export interface TerminalRun {
  /** The command. */
  readonly request: StartRequest;
  /** The character that detaches, with a dot; undefined for none. */
  readonly escape: string | undefined;
  /** Whether nothing is to be typed, whatever there is. */
  readonly noStdin: boolean;
}

/** How it came to an end here: the command's own status, detached, or given up waiting. */
type End = ExitStatus | "detached" | number;

// What Ctrl-C and Ctrl-D are on every terminal that nobody has told otherwise.
const INTERRUPT = new Uint8Array([3]);
const END_OF_INPUT = new Uint8Array([4]);
// The size of a terminal at a server that is not told any.
const DEFAULT_SIZE: TerminalSize = { rows: 24, cols: 80 };

/**
 * Runs it. The terminal here is in raw mode meanwhile, and as it was before afterwards.
 * @returns the exit status
 * @throws {CannotRun} @throws {OutputBroken} @throws {ExecServerError}
 */
export async function runInTerminal(
  client: ExecServerClient,
  signals: StopSignals,
  run: TerminalRun,
): Promise<number> {
  const isTerminal = Deno.stdin.isTerminal();
  const size = isTerminal ? sizeToSend(client) : undefined;
  const process = await startCommand(client, {
    ...run.request,
    // What is laid over it has been asked for by name.
    env: { ...localLook(run.request), ...run.request.env },
    tty: true,
    ...(size === undefined ? {} : { terminalSize: size }),
  }, signals.starting);
  signals.attach({
    interrupt: () => process.write(INTERRUPT),
    terminate: () => process.terminate(),
  });
  const ending = isTerminal && !run.noStdin
    ? attend(client, process, { ...run, signals, size })
    : Promise.race([forwardPlain(client, process, run), signals.givenUp]);
  const end = await ending.catch((error) => {
    leaveLine(isTerminal);
    throw error;
  });
  if (typeof end === "number") return end;
  if (end !== "detached") return statusOf(end);
  leaveLine(isTerminal);
  complain("Detached: how the command ends is not known here");
  return statuses.failed;
}

/** What programs look at to know the terminal they write to. */
function localLook({ envPolicy }: StartRequest): Record<string, string> {
  if (envPolicy === undefined) return {};
  const names = ["TERM", "COLORTERM", "LANG"];
  const present = names.map((name) => [name, Deno.env.get(name)]);
  return Object.fromEntries(present.filter(([, value]) => value !== undefined));
}

function sizeToSend({ capabilities }: ExecServerClient): TerminalSize | undefined {
  const size = terminalSize();
  if (size === undefined || capabilities.processResize) return size;
  const { rows, cols } = DEFAULT_SIZE;
  if (size.rows !== rows || size.cols !== cols) {
    complain(`This server knows one size of terminal only: ${rows} lines of ${cols} columns`);
  }
  return undefined;
}

interface Attendance extends TerminalRun {
  readonly signals: StopSignals;
  readonly size: TerminalSize | undefined;
}

/** Joins the two terminals until one of them has had enough. */
async function attend(
  client: ExecServerClient,
  process: RemoteProcess,
  { escape, signals, size }: Attendance,
): Promise<End> {
  using _raw = new RawMode();
  using _follower = client.capabilities.processResize ? new SizeFollower(process, size) : null;
  const detached = Promise.withResolvers<"detached">();
  const keys = escape === undefined
    ? standardInput()
    : withoutEscapes(standardInput(), escape, () => detached.resolve("detached"));
  void type(client, process, keys);
  return await Promise.race([forwardOutput(process, Deno), detached.promise, signals.givenUp]);
}

/** There is no terminal here, or it is not to be read. */
async function forwardPlain(
  client: ExecServerClient,
  process: RemoteProcess,
  { noStdin }: TerminalRun,
): Promise<ExitStatus> {
  if (!noStdin) void type(client, process, standardInput());
  return await forwardOutput(process, Deno);
}

/** Types what comes in; where it ends, types that, too. */
async function type(
  client: ExecServerClient,
  process: RemoteProcess,
  input: AsyncIterable<Uint8Array>,
): Promise<void> {
  if (!await forwardInput(input, process)) return;
  const end = client.capabilities.processCloseStdin
    ? process.closeStdin()
    : process.write(END_OF_INPUT);
  // It may have ended in the meantime.
  await end.catch(() => {});
}

async function* withoutEscapes(
  keys: AsyncIterable<Uint8Array>,
  escape: string,
  onDetach: () => void,
): AsyncIterableIterator<Uint8Array> {
  const filter = new EscapeFilter(escape);
  for await (const bytes of keys) {
    for (const typed of filter.take(bytes)) {
      switch (typed.type) {
        case "send":
          yield typed.bytes;
          break;
        case "help":
          console.error(helpOn(escape));
          break;
        case "detach":
          onDetach();
          // The input has not ended, it is only that nobody is to see more of it.
          await new Promise(() => {});
      }
    }
  }
}

/** What was interrupted may have left the cursor anywhere. */
function leaveLine(isTerminal: boolean): void {
  if (isTerminal) console.error();
}

/** In raw mode a line feed alone would not go back to the first column. */
function helpOn(escape: string): string {
  const lines = [
    "",
    "At the beginning of a line:",
    `  ${escape}.  detach`,
    `  ${escape}${escape}  type ${escape}`,
    `  ${escape}?  this help`,
  ];
  return `${lines.join("\r\n")}\r`;
}
