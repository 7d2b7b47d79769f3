/**
 * The client library: connect to a server, run processes there, read and feed them.
 *
 * ```ts
 * import { connectWebSocket, ExecServerError } from "exec-server-client";
 *
 * await using client = await connectWebSocket({ url: "ws://127.0.0.1:4500" });
 * const process = await client.start({ argv: ["/bin/ls", "-l"], cwd: new URL("file:///tmp") });
 * try {
 *   for await (const event of process.events()) {
 *     if (event.type === "output") console.log(event.stream, event.chunk.byteLength);
 *   }
 *   console.log(`ended with ${(await process.status).exitCode}`);
 * } catch (error) {
 *   if (!(error instanceof ExecServerError && error.kind === "sessionLost")) throw error;
 *   console.log("nobody knows how it ended");
 * }
 * ```
 * @module
 */

export type { KnownCapabilities } from "./capabilities.ts";
export { ExecServerClient, type StartRequest } from "./client.ts";
export { type ClientOptions, connectTransport, type Reopen } from "./connect_transport.ts";
export { connectWebSocket, type WebSocketConnectOptions } from "./connect_websocket.ts";
export type { CallOptions } from "./caller.ts";
export type { ClientTransport } from "./connection.ts";
export { type ErrorFacts, type ErrorKind, ExecServerError } from "./errors.ts";
export type {
  FileChanges,
  FileHandle,
  FileOptions,
  FilePath,
  FileSystem,
  GlobOptions,
  GrepOptions,
  LinkOptions,
  MissingWatch,
  OpenFileOptions,
  RangeOptions,
  RemoveOptions,
  SearchOptions,
  WalkItem,
  WalkTreeOptions,
  WatchOptions,
  WritableOptions,
  WriteFileOptions,
} from "./fs/file_system.ts";
export { type AttachOptions, ObservedProcess, type ProcessTarget } from "./observed_process.ts";
export {
  type OutputOptions,
  type ProcessOutput,
  RemoteProcess,
  type TerminateOptions,
} from "./process.ts";
export type {
  ClosedEvent,
  ExitedEvent,
  GapEvent,
  ObservedEvent,
  OutputEvent,
  ProcessEvent,
} from "./process_events.ts";
export type { ExitStatus } from "./process_feed.ts";
export type { HeartbeatTimes } from "./heartbeat.ts";
export type { SessionState } from "./session.ts";
export type { Clock, Timer } from "../protocol/clock.ts";
export type { Capabilities, EnvironmentInfo } from "../protocol/methods/environment.ts";
export type { HashResult } from "../protocol/methods/fs_content.ts";
export type { GrepMatch } from "../protocol/methods/fs_grep.ts";
export type { DirectoryEntry, Metadata, UnixMetadata } from "../protocol/methods/fs_metadata.ts";
export type { WalkEntry, WalkError, WalkResult } from "../protocol/methods/fs_walk.ts";
export type { FileChange } from "../protocol/methods/fs_watch.ts";
export type { Params, RequestName, Result } from "../protocol/methods/mod.ts";
export type {
  OutputChunk,
  OutputStream,
  ReadParams,
  ReadResult,
} from "../protocol/methods/process.ts";
export type { AttachResult } from "../protocol/methods/process_attach.ts";
export type { ListedProcess, ListResult } from "../protocol/methods/process_list.ts";
export type {
  EnvPolicy,
  StartMetadata,
  StartParams,
  TerminalSize,
} from "../protocol/methods/process_start.ts";
export type { SandboxIntent } from "../protocol/methods/sandbox.ts";
export type { SandboxDenial } from "../protocol/methods/sandbox_denial.ts";
export type { PathUri } from "../protocol/path_uri.ts";
export type { SignalName } from "../protocol/signal_names.ts";
export type { Transport } from "../protocol/transport/transport.ts";
