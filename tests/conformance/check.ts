/** Registers one conformance check under its number. @module */
import { type TargetName, targetName } from "../support/target.ts";

/** When a check runs. */
export interface CheckOptions {
  /** Only against this server; against both when absent. */
  readonly only?: TargetName;
  /** What it needs and this machine has not; nothing when absent. */
  readonly needs?: string | undefined;
  /** Takes more than a minute of real time: runs only with `EXEC_SERVER_SLOW` set. */
  readonly isSlow?: boolean;
}

/** Registers a check.
 * @param name its number in the list of wire checks, or the topic where it has none, and what is promised
 * @param body talks to the server through the wire only */
export function check(name: string, body: () => Promise<void>, options: CheckOptions = {}): void {
  const isElsewhere = options.only !== undefined && options.only !== targetName();
  const isTooSlow = (options.isSlow ?? false) && !Deno.env.has("EXEC_SERVER_SLOW");
  const isImpossible = options.needs !== undefined;
  const because = isImpossible ? ` (needs ${options.needs})` : "";
  Deno.test({ name: name + because, ignore: isElsewhere || isTooSlow || isImpossible, fn: body });
}
