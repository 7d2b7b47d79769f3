/** What a server can do, with an answer for every ability there is. @module */

import type { Capabilities } from "../protocol/methods/environment.ts";

/** Every ability, true or false. */
export type KnownCapabilities = { readonly [K in keyof Capabilities]-?: boolean };

/** Completes what a server announced: what it does not mention, it does not do. */
export function knownCapabilities(announced: Capabilities = {}): KnownCapabilities {
  return {
    networkProxyLaunch: announced.networkProxyLaunch === true,
    fsWatchMissing: announced.fsWatchMissing === true,
    environmentConfigRead: announced.environmentConfigRead === true,
    httpHeaderEnvVars: announced.httpHeaderEnvVars === true,
    sandboxedFileStreaming: announced.sandboxedFileStreaming === true,
    fileWriteStreaming: announced.fileWriteStreaming === true,
    shellSnapshotV2: announced.shellSnapshotV2 === true,
    processCloseStdin: announced.processCloseStdin === true,
  };
}
