/** `process/start`: starts a program in the caller's session. @module */

import { RpcError } from "../../protocol/errors.ts";
import type { StartParams, StartResult } from "../../protocol/methods/process_start.ts";
import { nativePath, PathUriError } from "../../protocol/path_uri.ts";
import type { Call } from "../call.ts";
import { childEnv } from "./child_env.ts";
import { Process } from "./process.ts";
import { SpawnError, type SpawnRequest } from "./spawner.ts";

/** Starts a program. Everything it checks is checked before anything runs. */
export function start(params: StartParams, { session, machine }: Call): StartResult {
  const { processId } = params;
  if (params.argv.length === 0) throw new RpcError("invalidParams", "argv must not be empty");
  refuseUnserved(params);
  const cwd = startDirectory(params.cwd, machine.system);
  if (session.processes.has(processId)) {
    throw new RpcError("processExists", `process ${processId} already exists`);
  }
  const request: SpawnRequest = {
    argv: params.argv,
    arg0: params.arg0 ?? params.argv[0] ?? "",
    cwd,
    env: childEnv(params, machine.env),
    pipeStdin: params.pipeStdin ?? false,
  };
  session.processes.add(startProcess(processId, request, { session, machine }));
  return { processId, sandboxType: "none" };
}

function startProcess(
  id: string,
  request: SpawnRequest,
  { session, machine }: Pick<Call, "session" | "machine">,
): Process {
  try {
    const onClosed = () => session.processes.retire(id);
    return new Process(id, { spawner: machine.spawner, request, outlet: session, onClosed });
  } catch (error) {
    if (error instanceof SpawnError) {
      throw new RpcError("spawnFailed", error.message, { cause: error });
    }
    throw error;
  }
}

/** Fails closed: what cannot be enforced or provided is refused, never left out. */
function refuseUnserved(params: StartParams): void {
  const wish = params.tty
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

function startDirectory(uri: string, system: Call["machine"]["system"]): string {
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
