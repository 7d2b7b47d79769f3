/** A script that somebody else runs at a server, for tests that look at it from outside. @module */
import { connectWebSocket, type ExecServerClient, type RemoteProcess } from "../../client/mod.ts";

/** It runs until it ends, or until it is disposed of. */
export interface RunningShell extends AsyncDisposable {
  readonly client: ExecServerClient;
  readonly process: RemoteProcess;
}

/** Runs a script by a client of its own. */
export async function runShell(
  url: string,
  script: string,
  processId: string,
): Promise<RunningShell> {
  const client = await connectWebSocket({ url });
  const argv = ["/bin/sh", "-c", script];
  const env = { PATH: "/usr/bin:/bin" };
  const process = await client.start({ argv, env, processId, pipeStdin: true });
  return {
    client,
    process,
    async [Symbol.asyncDispose]() {
      await process.terminate();
      await client.close();
    },
  };
}
