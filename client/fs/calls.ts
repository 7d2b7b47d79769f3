/** How file operations reach a server: calls that know what it can do. @module */

import type { Params, RequestName, Result } from "../../protocol/methods/mod.ts";
import { parsePathUri, type PathUri } from "../../protocol/path_uri.ts";
import { type KnownCapabilities, requireCapability } from "../capabilities.ts";
import type { Caller, CallOptions } from "../caller.ts";
import type { FilePath } from "./file_system.ts";
import type { FileSubscriptions } from "./subscriptions.ts";

/** What the files of a server are reached through. */
export interface FileSystemParts {
  /** Where calls go. */
  readonly caller: Caller;
  /** What the server can do. */
  readonly capabilities: KnownCapabilities;
  /** Where notifications about files go. */
  readonly subscriptions: FileSubscriptions;
}

/** Calls at one server. */
export class FileCalls {
  /** What the server can do. */
  readonly capabilities: KnownCapabilities;
  readonly #caller: Caller;
  #lastHandle = 0;

  constructor(caller: Caller, capabilities: KnownCapabilities) {
    this.#caller = caller;
    this.capabilities = capabilities;
  }

  /** Makes a call. */
  call<M extends RequestName>(
    method: M,
    params: Params<M>,
    options: CallOptions = {},
  ): Promise<Result<M>> {
    return this.#caller.call(method, params, options);
  }

  /** Whether no call can be made any more. */
  get isEnded(): boolean {
    return this.#caller.isEnded;
  }

  /** Makes a call that tidies up; nobody waits for it, and its failure means there is no mess. */
  tidy<M extends RequestName>(method: M, params: Params<M>): void {
    if (this.#caller.isEnded) return;
    this.#caller.call(method, params, { isCleanUp: true }).catch(() => {});
  }

  /**
   * Refuses what the server would not understand.
   * @param action what was to be done, such as `Cannot rename`
   * @throws {ExecServerError} `notSupported`
   */
  require(name: keyof KnownCapabilities, action: string): void {
    requireCapability(this.capabilities, name, action);
  }

  /** A handle's id that is not in use; at most 32 bytes. */
  newHandleId(): string {
    return `f${++this.#lastHandle}`;
  }
}

/**
 * A path in its normal form.
 * @throws {PathUriError} when it is no `file:` URL
 */
export function uriOf(path: FilePath): PathUri {
  return parsePathUri(String(path));
}
