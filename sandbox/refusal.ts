/** Why a sandbox is refused, before anything has run in it. @module */

import { RpcError } from "../protocol/errors.ts";
import { DiskRefusal } from "./disk_view.ts";

/** What stands in the way; programs match on it. */
export type RefusalCause =
  /** A path that is to be kept leads through a link which the command could change. */
  | "writableLink"
  /** More paths and variables than can be passed on. */
  | "tooLarge"
  /** Too much to look at before the command can start. */
  | "globTooLarge"
  /** The working directory could not be seen inside. */
  | "hiddenDirectory"
  /** Something was put in another's place while the sandbox was being made. */
  | "changedPath"
  /** The command's environment would open what the policy keeps. */
  | "grantingTemporary"
  /** The disk cannot be looked at. */
  | "unreadablePath"
  /** A path means another process inside than outside. */
  | "processPlace"
  /** Something that has to exist cannot be made, or is not what was made. */
  | "placeholder"
  /** The proxies of a managed network are missing, or cannot be reached from inside. */
  | "managedNetwork"
  /** This machine or this server has no means. */
  | "unavailable";

/** A sandbox that cannot be enforced as it was asked for. Nothing has run. */
export class SandboxRefusal extends RpcError {
  /** What stands in the way. */
  readonly obstacle: RefusalCause;

  /** @param reason one sentence: what is wrong, and what to do */
  constructor(obstacle: RefusalCause, reason: string, details: Record<string, string> = {}) {
    super("invalidParams", reason, { data: { sandbox: { cause: obstacle, ...details } } });
    this.obstacle = obstacle;
  }
}

/** The result of looks at the disk. @throws {SandboxRefusal} when one of them was refused */
export function lookedUp<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof DiskRefusal)) throw error;
    throw new SandboxRefusal("unreadablePath", `The sandbox is refused: ${error.message}`);
  }
}
