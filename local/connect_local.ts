/** A client of this very program: the server's modules without a socket. @module */

import { type ClientOptions, connectTransport, type ExecServerClient } from "../client/mod.ts";
import { memoryPair } from "../protocol/transport/memory.ts";
import { Executor } from "../server/executor.ts";

/**
 * Opens a session in this process: whatever works at a server works here, in the same words, with
 * nothing in between. Closing the client ends every process it has started.
 *
 * ```ts
 * import { connectLocal } from "./connect_local.ts";
 *
 * async function kernel(): Promise<string> {
 *   await using client = await connectLocal();
 *   const process = await client.start({ argv: ["uname", "-r"], env: { PATH: "/usr/bin:/bin" } });
 *   return new TextDecoder().decode((await process.output()).stdout);
 * }
 * ```
 * @throws {ExecServerError}
 */
export async function connectLocal(options: ClientOptions = {}): Promise<ExecServerClient> {
  const executor = new Executor();
  const [near, far] = memoryPair();
  const served = executor.serve(far);
  // Nobody can come back to it, so nothing is kept for anybody.
  void served.then(() => executor[Symbol.dispose]());
  return await connectTransport(near, options);
}
