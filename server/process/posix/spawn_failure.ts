/** Says why a program could not be started: the system's words, and what they are about. @module */

import type { SpawnFailure } from "../../../protocol/methods/process_start.ts";
import { SpawnError, type SpawnRequest } from "../spawner.ts";
import { cString, errnos, loadLibc } from "./libc.ts";

const X_OK = 1;

/** The error for the last failed call on this thread. @param about what it was for */
export function systemError(about: string, stage: SpawnFailure["stage"]): SpawnError {
  const { errno, describe } = loadLibc();
  const number = errno();
  const kind = stage === "terminal" ? "noPty" : exhaustionKind(number) ?? "other";
  return new SpawnError(`${describe(number)}: ${about}`, { kind, errno: number, stage });
}

/** The error for a refused start. The number alone does not tell the program from the directory. */
export function startError(errno: number, request: SpawnRequest, program: string): SpawnError {
  const directory = directoryError(errno, request.cwd);
  if (directory !== undefined) return directory;
  const words = loadLibc().describe(errno);
  const { kind, fault } = programFault(errno);
  return new SpawnError(`${words}: program "${program}" ${fault}`, { kind, errno, stage: "exec" });
}

/** The error for a program that no directory of PATH has. */
export function notFoundError(
  { program: name, cwd }: SpawnRequest,
  { path, isDenied }: { path: string; isDenied: boolean },
): SpawnError {
  const errno = isDenied ? errnos.EACCES : errnos.ENOENT;
  // PATH may lead through the working directory, whose absence is then the real reason.
  const directory = directoryError(errno, cwd);
  if (directory !== undefined) return directory;
  const fault = isDenied ? `in PATH "${path}" may not be executed` : `is not in PATH "${path}"`;
  return new SpawnError(`${loadLibc().describe(errno)}: program "${name}" ${fault}`, {
    kind: isDenied ? "notExecutable" : "programNotFound",
    errno,
    stage: "lookup",
  });
}

function directoryError(errno: number, cwd: string): SpawnError | undefined {
  const directory = directoryFault(cwd);
  if (directory === undefined) return undefined;
  const { kind, fault } = directory;
  const message = `${loadLibc().describe(errno)}: cwd "${cwd}" ${fault}`;
  return new SpawnError(message, { kind, errno, stage: "chdir" });
}

interface Fault {
  readonly kind: SpawnFailure["kind"];
  readonly fault: string;
}

function programFault(errno: number): Fault {
  switch (errno) {
    case errnos.ENOENT:
      return { kind: "programNotFound", fault: "does not exist, or its interpreter does not" };
    case errnos.ENOTDIR:
      return { kind: "programNotFound", fault: "lies below something that is not a directory" };
    case errnos.EACCES:
      return { kind: "notExecutable", fault: "may not be executed" };
    case errnos.ENOEXEC:
      return { kind: "badFormat", fault: "is neither a binary nor a script with an interpreter" };
    case errnos.E2BIG:
      return { kind: "argumentsTooLong", fault: "got too large arguments and environment" };
    default:
      return { kind: exhaustionKind(errno) ?? "other", fault: "cannot be started" };
  }
}

function exhaustionKind(errno: number): SpawnFailure["kind"] | undefined {
  switch (errno) {
    case errnos.EAGAIN:
      return "tooManyProcesses";
    case errnos.EMFILE:
    case errnos.ENFILE:
      return "tooManyFiles";
    case errnos.ENOMEM:
      return "noMemory";
    default:
      return undefined;
  }
}

function directoryFault(path: string): Fault | undefined {
  try {
    if (!Deno.statSync(path).isDirectory) {
      return { kind: "cwdNotDirectory", fault: "is not a directory" };
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return { kind: "cwdNotFound", fault: "does not exist" };
    }
    if (!(error instanceof Deno.errors.PermissionDenied)) {
      return { kind: "cwdNotFound", fault: "cannot be inspected" };
    }
  }
  if (loadLibc().libc.access(cString(path), X_OK) === 0) return undefined;
  return { kind: "permissionDenied", fault: "may not be entered" };
}
