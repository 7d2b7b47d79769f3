/**
 * The client library: connect to a server, run processes there, read and feed them.
 *
 * ```ts
 * import { connectStdio, ExecServerError } from "./mod.ts";
 *
 * async function listing(program: string): Promise<string> {
 *   await using client = await connectStdio({ program, args: ["--listen", "stdio"] });
 *   const process = await client.start({ argv: ["/bin/ls", "-l"], cwd: new URL("file:///tmp") });
 *   try {
 *     for await (const event of process.events()) {
 *       if (event.type === "output") console.log(event.stream, event.chunk.byteLength);
 *     }
 *     const { exitCode } = await process.status;
 *     return `ended with ${exitCode}`;
 *   } catch (error) {
 *     if (error instanceof ExecServerError && error.kind === "disconnected") return "lost";
 *     throw error;
 *   }
 * }
 * ```
 * @module
 */

export type { KnownCapabilities } from "./capabilities.ts";
export { ExecServerClient, type StartRequest } from "./client.ts";
export { type ClientOptions, connectTransport } from "./connect_transport.ts";
export { connectWebSocket, type WebSocketConnectOptions } from "./connect_websocket.ts";
export type { CallOptions, ClientTransport } from "./connection.ts";
export { type ErrorFacts, type ErrorKind, ExecServerError } from "./errors.ts";
export {
  type OutputOptions,
  type ProcessOutput,
  RemoteProcess,
  type TerminateOptions,
} from "./process.ts";
export type { ClosedEvent, ExitedEvent, OutputEvent, ProcessEvent } from "./process_events.ts";
export type { ExitStatus } from "./process_feed.ts";
export { connectStdio, type StdioConnectOptions } from "./stdio.ts";
export type { Clock, Timer } from "../protocol/clock.ts";
export type { Capabilities, EnvironmentInfo } from "../protocol/methods/environment.ts";
export type { Params, RequestName, Result } from "../protocol/methods/mod.ts";
export type {
  OutputChunk,
  OutputStream,
  ReadParams,
  ReadResult,
} from "../protocol/methods/process.ts";
export type {
  EnvPolicy,
  StartMetadata,
  StartParams,
  TerminalSize,
} from "../protocol/methods/process_start.ts";
export type { PathUri } from "../protocol/path_uri.ts";
export type { SignalName } from "../protocol/signal_names.ts";
export { memoryPair } from "../protocol/transport/memory.ts";
export type { Transport } from "../protocol/transport/transport.ts";
