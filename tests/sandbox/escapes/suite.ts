/** Runs escape attempts against a server: some side by side, each in a room of its own. @module */

import { allAttempts } from "./all.ts";
import type { Attempt } from "./attempt.ts";
import { EscapeServer } from "./escape_server.ts";
import { Host } from "./host.ts";
import { type Finding, perform } from "./perform.ts";

/** Which attempts to run, and how. */
export interface SuiteOptions {
  /** The user the server runs as; needs root unless it is the caller. */
  readonly uid: number;
  /** Leave the sandbox out, which must make the attempts succeed. */
  readonly control?: boolean;
  /** What to run; `allAttempts` when absent. */
  readonly of?: readonly Attempt[];
  /** Which attempts; all when absent. */
  readonly only?: (attempt: Attempt) => boolean;
  /** Further arguments of the server. */
  readonly args?: readonly string[];
  /** Told of each finding as it comes. */
  readonly onFinding?: (finding: Finding) => void;
}

/** What came of a run. */
export interface SuiteOutcome {
  /** In the order of the table. */
  readonly findings: readonly Finding[];
  /** Attempts that were left out, with the reason. */
  readonly skipped: readonly { readonly attempt: Attempt; readonly reason: string }[];
}

/** How many attempts are on their way at once. */
const SIDE_BY_SIDE = 3;

/** A user without any rights, for the half of the suite that root runs as somebody else. */
export const NOBODY_UID = 1500;

/** Runs the suite. */
export async function runSuite(options: SuiteOptions): Promise<SuiteOutcome> {
  const { uid, control = false, only = () => true } = options;
  const chosen = (options.of ?? allAttempts).filter(only);
  const reasons = new Map<Attempt, string>();
  for (const attempt of chosen) {
    const reason = await reasonToSkip(attempt, uid, control);
    if (reason !== undefined) reasons.set(attempt, reason);
  }
  const findings = new Map<Attempt, Finding>();
  await using host = await Host.open(uid);
  await using server = await EscapeServer.start(host, { control, args: options.args ?? [] });
  await using peer = await server.session();
  const waiting = chosen.filter((attempt) => !reasons.has(attempt));
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const finding = await perform(next, { host, peer, control });
      findings.set(next, finding);
      options.onFinding?.(finding);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  return {
    findings: chosen.map((attempt) => findings.get(attempt)).filter((it) => it !== undefined),
    skipped: [...reasons].map(([attempt, reason]) => ({ attempt, reason })),
  };
}

async function reasonToSkip(
  attempt: Attempt,
  uid: number,
  control: boolean,
): Promise<string | undefined> {
  for (const tool of attempt.needs) {
    if (!await hasTool(tool)) return `${tool} is not installed`;
  }
  if (!control) return undefined;
  if (typeof attempt.control === "object") return attempt.control.never;
  if (attempt.control === "root" && uid !== 0) return "only root can do it without a sandbox";
  return undefined;
}

/** Whether a program is where the attempts look for it. */
export async function hasTool(name: string): Promise<boolean> {
  for (const directory of ["/usr/bin", "/bin", "/usr/sbin", "/sbin"]) {
    try {
      await Deno.stat(`${directory}/${name}`);
      return true;
    } catch {
      // Not in this directory; the next one is looked at.
    }
  }
  return false;
}
