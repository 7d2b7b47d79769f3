/** `process/start`: starts a program in the caller's session. @module */

import { RpcError } from "../../protocol/errors.ts";
import type { StartParams, StartResult } from "../../protocol/methods/process_start.ts";
import { nativePath, PathUriError } from "../../protocol/path_uri.ts";
import type { Call } from "../call.ts";
import type { Machine } from "../machine.ts";
import type { HeldRequest } from "../sandbox/sandbox.ts";
import { childEnv } from "./child_env.ts";
import { shownCommand } from "./command.ts";
import type { Deadlines } from "./deadlines.ts";
import { type DenialJudge, judgeDenial } from "./judge_denial.ts";
import { Process, type ProcessOptions } from "./process.ts";
import { SpawnError, type SpawnRequest } from "./spawner.ts";
import { isRepetition, originOf } from "./start_origin.ts";

const DEFAULT_TERMINAL = { rows: 24, cols: 80 };

/** Starts a program. Everything it checks is checked before anything runs. */
export function start(params: StartParams, call: Call): StartResult | Promise<StartResult> {
  const { machine } = call;
  if (params.argv.length === 0) throw new RpcError("invalidParams", "argv must not be empty");
  refuseUnserved(params, machine);
  const cwd = startDirectory(params.cwd, machine.system);
  const earlier = earlierStart(params, call);
  if (earlier !== undefined) return earlier;
  const request = spawnRequest(params, cwd, machine);
  const intent = params.sandbox ?? undefined;
  if (intent === undefined) return run(params, call, { request });
  const isNetworkManaged = params.enforceManagedNetwork ?? false;
  const managedNetwork = params.managedNetwork ?? undefined;
  const held = machine.sandbox.hold({ intent, request, isNetworkManaged, managedNetwork });
  return held instanceof Promise
    ? held.then((held) => runHeld(params, call, held))
    : runHeld(params, call, held);
}

/**
 * The result of a start that is the repetition of an earlier one.
 * @throws {RpcError} `processExists` when the id belongs to another one
 */
function earlierStart(params: StartParams, call: Call): StartResult | undefined {
  const { processes } = call.session;
  const { processId } = params;
  if (!processes.has(processId)) return undefined;
  const origin = startOrigin(params, call);
  if (origin !== undefined && isRepetition(origin, processes.originOf(processId))) {
    return startResult(params, call);
  }
  throw new RpcError("processExists", `process ${processId} already exists`);
}

/** Undefined for the reference's clients, which would not expect a second start to succeed. */
function startOrigin(params: StartParams, { wantsExtensions, session }: Call) {
  return wantsExtensions ? originOf(params, session.generation) : undefined;
}

function startResult(
  { processId, sandbox }: StartParams,
  { machine: { system } }: Pick<Call, "machine">,
): StartResult {
  return { processId, sandboxType: isPresent(sandbox) ? sandboxTypes[system] : "none" };
}

/** What the reference calls any sandbox, also one that allows everything. */
const sandboxTypes = { linux: "linuxSeccomp", macos: "macosSeatbelt", windows: "none" } as const;

function runHeld(params: StartParams, call: Call, held: HeldRequest): StartResult {
  try {
    // It may have taken a while to find out how to hold it.
    const earlier = earlierStart(params, call);
    if (earlier === undefined) return run(params, call, held);
    held.ended();
    return earlier;
  } catch (error) {
    held.ended();
    throw error;
  } finally {
    held.started();
  }
}

function run(
  params: StartParams,
  call: Call,
  { request, ended, killReason }: Pick<HeldRequest, "request"> & Partial<HeldRequest>,
): StartResult {
  const { timeoutMs, idleTimeoutMs } = params;
  const deadlines: Deadlines = {
    timeoutMs: timeoutMs ?? undefined,
    idleTimeoutMs: idleTimeoutMs ?? undefined,
  };
  const process = startProcess(params.processId, {
    request,
    deadlines,
    awaitAcks: params.awaitAcks ?? false,
    command: shownCommand(params.argv, params.cwd),
    judge: isPresent(params.sandbox) ? judgeOn(params, call) : undefined,
    killReason: call.wantsExtensions ? killReason : undefined,
    ended,
  }, call);
  call.session.processes.add(process, startOrigin(params, call));
  return startResult(params, call);
}

/** Tells whether a sandbox made a command fail, in as many words as the client understands. */
function judgeOn(
  { sandbox: intent, enforceManagedNetwork }: StartParams,
  { machine: { system, sandbox }, wantsExtensions }: Call,
): DenialJudge {
  const permissions = intent?.permissions;
  const isNetworkClosed = enforceManagedNetwork === true ||
    (permissions !== undefined && "network" in permissions &&
      permissions.network === "restricted");
  return (ended) => {
    // What made sandboxes when it was tried may have ceased to.
    if (ended.neverRan) sandbox.doubt();
    return judgeDenial(ended, { system, isNetworkClosed, isTold: wantsExtensions });
  };
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

interface StartOptions extends
  Pick<
    ProcessOptions,
    "request" | "deadlines" | "awaitAcks" | "command" | "judge" | "killReason"
  > {
  readonly ended: (() => void) | undefined;
}

function startProcess(
  id: string,
  { ended, ...options }: StartOptions,
  { session, machine, clock }: Call,
): Process {
  try {
    const onClosed = () => {
      ended?.();
      session.processes.retire(id);
    };
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
