/** What a server can do, with an answer for every ability there is. @module */

import type { Capabilities } from "../protocol/methods/environment.ts";
import { ExecServerError } from "./errors.ts";

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
    processResize: announced.processResize === true,
    processSignals: announced.processSignals === true,
    processTimeouts: announced.processTimeouts === true,
    sessionTakeOver: announced.sessionTakeOver === true,
    processAcks: announced.processAcks === true,
    processStartRepeat: announced.processStartRepeat === true,
    processList: announced.processList === true,
    processAttach: announced.processAttach === true,
    fsSessionHandles: announced.fsSessionHandles === true,
    fsAtomicWrite: announced.fsAtomicWrite === true,
    fsMetadata: announced.fsMetadata === true,
    fsUpdate: announced.fsUpdate === true,
    fsRename: announced.fsRename === true,
    fsSymlink: announced.fsSymlink === true,
    fsChmod: announced.fsChmod === true,
    fsHash: announced.fsHash === true,
    fsGlob: announced.fsGlob === true,
    fsGrep: announced.fsGrep === true,
    fsWatch: announced.fsWatch === true,
  };
}

/**
 * Refuses what a server would not understand, or would silently leave out.
 * @param action what was to be done, such as `Cannot resize the terminal of process "x"`
 * @throws {ExecServerError} `notSupported`
 */
export function requireCapability(
  capabilities: KnownCapabilities,
  name: keyof KnownCapabilities,
  action: string,
): void {
  if (capabilities[name]) return;
  const text = `${action}: the server has no way to do it (${name})`;
  throw new ExecServerError("notSupported", text);
}
