/** How a command that could not run, or not to its end, is reported: one line and an exit status. @module */

import { ExecServerError, type ExitStatus } from "../client/mod.ts";
import { PathUriError } from "../protocol/path_uri.ts";
import { complain } from "./complain.ts";
import { denialText } from "./denial_text.ts";
import { OutputBroken } from "./forward.ts";

/** Exit statuses of this program itself, as those of a shell, of env(1) and of timeout(1). */
export const statuses = {
  timedOut: 124,
  failed: 125,
  notExecutable: 126,
  notFound: 127,
  brokenPipe: 141,
} as const;

/** The server could not start a command. */
export class CannotRun extends Error {
  override readonly name = "CannotRun";
  /** What to exit with. */
  readonly status: number;

  /**
   * @param refusal the server's answer
   * @param options `program`: the command's name; `isSandboxed`: whether a sandbox looks for it
   */
  constructor(
    refusal: ExecServerError,
    { program, isSandboxed }: { program: string; isSandboxed: boolean },
  ) {
    super(`Cannot run "${program}": ${refusal.serverMessage}`, { cause: refusal });
    this.status = startFailureStatus(refusal, isSandboxed);
  }
}

/**
 * Reports a failure.
 * @returns the exit status
 * @throws whatever was not foreseen
 */
export function report(error: unknown): number {
  if (error instanceof OutputBroken) return statuses.brokenPipe;
  if (error instanceof CannotRun) {
    complain(error.message);
    return error.status;
  }
  if (!(error instanceof ExecServerError || error instanceof PathUriError)) throw error;
  complain(error.message);
  return statuses.failed;
}

/** The exit status for a command that has ended; says so when the server or a sandbox ended it. */
export function statusOf({ exitCode, reason, sandboxDenied, sandboxDenial }: ExitStatus): number {
  if (sandboxDenied) complain(denialText(sandboxDenial));
  // The system knows eight bits of an exit status.
  if (reason === undefined) return exitCode & 0xff;
  complain(`The command was ${reason}`);
  return statuses.timedOut;
}

/** What a shell would exit with. */
function startFailureStatus(
  { data, serverMessage = "" }: ExecServerError,
  isSandboxed: boolean,
): number {
  const hasKind = typeof data === "object" && data !== null && "kind" in data && "stage" in data;
  // What a sandbox is refused for is never the program, which is looked for inside.
  if (!hasKind) return isSandboxed ? statuses.failed : statusByWords(serverMessage);
  if (data.stage === "chdir") return statuses.failed;
  switch (data.kind) {
    case "programNotFound":
      return statuses.notFound;
    case "notExecutable":
    case "badFormat":
    case "permissionDenied":
    case "argumentsTooLong":
      return statuses.notExecutable;
    default:
      return statuses.failed;
  }
}

/** A server that sends no kinds has the system's error number in its words, mostly. */
function statusByWords(serverMessage: string): number {
  const [, errno, about] = /\(os error (\d+)\)(: cwd )?/.exec(serverMessage) ?? [];
  const isMissing = /^missing program|No viable candidates found in PATH/.test(serverMessage);
  if (isMissing) return statuses.notFound;
  if (errno === undefined || about !== undefined) return statuses.failed;
  return errno === "2" ? statuses.notFound : statuses.notExecutable;
}
