/** `process/start`: starts a program in the caller's session. @module */

import { RpcError } from "../../protocol/errors.ts";
import type { StartParams, StartResult } from "../../protocol/methods/process_start.ts";
import { nativePath, PathUriError } from "../../protocol/path_uri.ts";
import type { Call } from "../call.ts";
import type { Machine } from "../machine.ts";
import { childEnv } from "./child_env.ts";
import type { Deadlines } from "./deadlines.ts";
import { Process, type ProcessOptions } from "./process.ts";
import { SpawnError, type SpawnRequest } from "./spawner.ts";
import { isRepetition, originOf } from "./start_origin.ts";

const DEFAULT_TERMINAL = { rows: 24, cols: 80 };

/** Starts a program. Everything it checks is checked before anything runs. */
export function start(params: StartParams, call: Call): StartResult {
  const { session, machine } = call;
  const { processId } = params;
  if (params.argv.length === 0) throw new RpcError("invalidParams", "argv must not be empty");
  refuseUnserved(params, machine);
  const cwd = startDirectory(params.cwd, machine.system);
  // The reference's clients would not expect a second start to succeed.
  const origin = call.wantsExtensions ? originOf(params, session.generation) : undefined;
  if (session.processes.has(processId)) {
    const first = session.processes.originOf(processId);
    if (origin !== undefined && isRepetition(origin, first)) return startResult(processId);
    throw new RpcError("processExists", `process ${processId} already exists`);
  }
  const request = spawnRequest(params, cwd, machine);
  const { timeoutMs, idleTimeoutMs } = params;
  const deadlines: Deadlines = {
    timeoutMs: timeoutMs ?? undefined,
    idleTimeoutMs: idleTimeoutMs ?? undefined,
  };
  const options = { request, deadlines, awaitAcks: params.awaitAcks ?? false };
  session.processes.add(startProcess(processId, options, call), origin);
  return startResult(processId);
}

function startResult(processId: string): StartResult {
  return { processId, sandboxType: "none" };
}

function spawnRequest(params: StartParams, cwd: string, machine: Machine): SpawnRequest {
  const [first = "", ...rest] = params.argv;
  const env = childEnv(params, machine.env);
  if (!params.tty) {
    const pipeStdin = params.pipeStdin ?? false;
    return { program: first, argv: [params.arg0 ?? first, ...rest], cwd, env, pipeStdin };
  }
  // The reference's rules for terminals: a shell is always named, and arg0 is the program itself.
  if (!env.has("SHELL")) env.set("SHELL", machine.info.shell.path);
  const program = params.arg0 ?? first;
  const terminal = params.terminalSize ?? DEFAULT_TERMINAL;
  return { program, argv: [program, ...rest], cwd, env, pipeStdin: false, terminal };
}

function startProcess(
  id: string,
  options: Pick<ProcessOptions, "request" | "deadlines" | "awaitAcks">,
  { session, machine, clock }: Call,
): Process {
  try {
    const onClosed = () => session.processes.retire(id);
    const { spawner } = machine;
    return new Process(id, { ...options, spawner, outlet: session, clock, onClosed });
  } catch (error) {
    if (error instanceof SpawnError) {
      throw new RpcError("spawnFailed", error.message, { cause: error, data: error.failure });
    }
    throw error;
  }
}

/** Fails closed: what cannot be enforced or provided is refused, never left out. */
function refuseUnserved(params: StartParams, { spawner }: Machine): void {
  const wish = params.tty && !spawner.hasTerminals
    ? "a terminal (`tty`)"
    : isPresent(params.sandbox)
    ? "a sandbox (`sandbox`)"
    : isPresent(params.networkProxy)
    ? "a managed network (`networkProxy`)"
    : undefined;
  if (wish === undefined) return;
  throw new RpcError(
    "notSupported",
    `Cannot start process "${params.processId}": this server does not provide ${wish}`,
  );
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function startDirectory(uri: string, system: Machine["system"]): string {
  try {
    return nativePath(uri, system);
  } catch (error) {
    if (!(error instanceof PathUriError)) throw error;
    throw new RpcError(
      "invalidParams",
      `cwd URI \`${uri}\` is not valid on this exec-server host: ${error.message}`,
      { cause: error },
    );
  }
}
