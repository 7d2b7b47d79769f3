/** `process/list`: which processes there are, also those of other sessions. Extension. @module */

import { limits } from "../../protocol/limits.ts";
import type { ListedProcess, ListParams, ListResult } from "../../protocol/methods/process_list.ts";
import type { Call } from "../call.ts";
import type { Session } from "../session/session.ts";
import type { Process } from "./process.ts";

interface Found {
  readonly session: Session;
  readonly process: Process;
}

/**
 * Lists the processes of one session, by its secret, or of all that the caller's owner has.
 * @throws {RpcError} `unknownSession`
 */
export async function list({ sessionId }: ListParams, call: Call): Promise<ListResult> {
  const { sessions, session: own } = call;
  const found = typeof sessionId === "string"
    ? processesOf([sessions.bySecret(sessionId)])
    : processesOf(sessions.ownedBy(own.owner));
  found.sort((one, other) => one.process.startedAtMs - other.process.startedAtMs);
  const { told, characters } = whatFits(found.slice(-limits.listedProcesses));
  const processes = told.map(({ session, process }): ListedProcess => {
    return { ...describe(process, session), own: session === own };
  });
  await call.roomToAnswer(characters);
  return { processes, truncated: processes.length < found.length };
}

function processesOf(sessions: Iterable<Session>): Found[] {
  const found: Found[] = [];
  for (const session of sessions) {
    for (const process of session.processes.all()) found.push({ session, process });
  }
  return found;
}

// An id may be as long as a message; what takes no more than this finds room in any case.
const FAIR_CHARACTERS = limits.listedCharacters / limits.listedProcesses;

/** Those that an answer has room for, in their order: the small ones, then the newest others. */
function whatFits(found: readonly Found[]): { told: readonly Found[]; characters: number } {
  const newestFirst = found.map((it) => ({ it, size: textOf(it.process) })).reverse();
  const chosen = new Set<Found>();
  let characters = 0;
  for (const isSmall of [true, false]) {
    for (const { it, size } of newestFirst) {
      if ((size <= FAIR_CHARACTERS) !== isSmall) continue;
      if (characters + size > limits.listedCharacters) continue;
      characters += size;
      chosen.add(it);
    }
  }
  return { told: found.filter((it) => chosen.has(it)), characters };
}

/** About how many characters it takes to list a process. */
function textOf({ id, command }: Process): number {
  const words = command.argv.reduce((sum, word) => sum + word.length + 3, 0);
  return id.length + command.cwd.length + words + FACTS_CHARACTERS;
}

const FACTS_CHARACTERS = 250;

function describe(process: Process, session: Session): Omit<ListedProcess, "own"> {
  const { command, log, state, reason } = process;
  return {
    session: session.name,
    processId: process.id,
    pid: process.pid,
    argv: [...command.argv],
    argvTruncated: command.isCut,
    cwd: command.cwd,
    tty: process.isTerminal,
    startedAtMs: process.startedAtMs,
    state: state.kind,
    exitCode: state.kind === "running" ? null : state.exitCode,
    ...(reason === undefined ? {} : { endReason: reason }),
    firstSeq: log.firstSeq,
    nextSeq: log.nextSeq,
    retainedBytes: log.keptBytes,
    attached: session.isAttached,
  };
}
