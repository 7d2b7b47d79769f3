/** `process/attach`: follows a process of another session, under an alias. Extension. @module */

import { RpcError } from "../../protocol/errors.ts";
import type {
  AttachParams,
  AttachResult,
  AttachTarget,
} from "../../protocol/methods/process_attach.ts";
import type { Call } from "../call.ts";
import type { Session } from "../session/session.ts";
import { Observation } from "./observation.ts";
import type { Process } from "./process.ts";

/** Attaches. Everything it checks is checked before anything is announced. */
export function attach(
  { processId: alias, target, afterSeq }: AttachParams,
  call: Call,
): AttachResult {
  const { session } = call;
  const owner = sessionOf(target, call);
  const process = processOf(target, owner);
  const { log, command } = process;
  const { firstSeq, nextSeq } = log;
  const after = afterSeq ?? firstSeq - 1;
  if (after >= nextSeq) {
    const text = `Cannot attach to process "${process.id}": it has no event ${after} yet, ` +
      `its last is ${nextSeq - 1}`;
    throw new RpcError("invalidParams", text);
  }
  makeRoom(alias, process, session);
  const onClosed = () => session.processes.retire(alias);
  const { generation } = session;
  session.processes.observe(
    new Observation(alias, {
      target: process,
      outlet: session,
      afterSeq: after,
      generation,
      onClosed,
    }),
  );
  return {
    processId: alias,
    session: owner.name,
    pid: process.pid,
    argv: [...command.argv],
    argvTruncated: command.isCut,
    cwd: command.cwd,
    tty: process.isTerminal,
    startedAtMs: process.startedAtMs,
    firstSeq,
    nextSeq,
  };
}

/** A name counts among the sessions of the caller's owner only, a secret is a right by itself. */
function sessionOf({ session: name, sessionId }: AttachTarget, call: Call): Session {
  const byName = typeof name === "string";
  if (byName === (typeof sessionId === "string")) {
    const text = "A target has exactly one of `session` and `sessionId`";
    throw new RpcError("invalidParams", text);
  }
  const { sessions, session } = call;
  return byName ? sessions.byName(name, session.owner) : sessions.bySecret(sessionId ?? "");
}

function processOf({ processId }: AttachTarget, owner: Session): Process {
  const process = owner.processes.get(processId);
  if (process !== undefined) return process;
  // An alias of an alias could keep a log for ever.
  owner.processes.refuseAlias(processId, "attach to");
  throw new RpcError("unknownProcess", `unknown process id ${processId}`);
}

/** An attach whose answer was lost may be asked for again by the next connection, and starts anew. */
function makeRoom(alias: string, target: Process, { processes, generation }: Session): void {
  if (!processes.has(alias)) return;
  const earlier = processes.observation(alias);
  if (earlier?.target !== target || earlier.generation >= generation) {
    throw new RpcError("processExists", `process ${alias} already exists`);
  }
  processes.forget(alias);
}
