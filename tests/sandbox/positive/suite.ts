/** Runs positive cases against a server, each in a room of its own. @module */

import { EscapeServer } from "../escapes/escape_server.ts";
import { Host } from "../escapes/host.ts";
import { hasTool } from "../escapes/suite.ts";
import { Bench } from "./bench.ts";
import type { PositiveCase } from "./case.ts";
import { lastCase, lifecycleCases } from "./lifecycle.ts";
import { projectCases } from "./projects.ts";
import { gitCases, languageCases, shellCases } from "./tools.ts";

/** All cases. */
export const positiveCases: readonly PositiveCase[] = [
  ...shellCases,
  ...gitCases,
  ...languageCases,
  ...lifecycleCases,
  ...projectCases,
  lastCase,
];

/** What came of a case. */
export interface CaseOutcome {
  readonly id: string;
  readonly verdict: "works" | "fails" | "skipped" | "limit";
  /** Why, unless it works. */
  readonly reason: string;
}

/** Which cases, and how. */
export interface PositiveOptions {
  /** The user the server runs as. */
  readonly uid: number;
  readonly only: (one: PositiveCase) => boolean;
  /** Leave the sandbox out, to try the cases themselves. */
  readonly control?: boolean;
}

/** Runs cases one after another: some measure what is left on the machine. */
export async function runPositive(options: PositiveOptions): Promise<readonly CaseOutcome[]> {
  await using host = await Host.open(options.uid);
  await using server = await EscapeServer.start(host, { control: false });
  const outcomes: CaseOutcome[] = [];
  for (const one of positiveCases.filter(options.only)) {
    outcomes.push(await runCase(one, { host, server, sandboxed: options.control !== true }));
  }
  return outcomes;
}

async function runCase(
  one: PositiveCase,
  place: Pick<Bench, "host" | "server" | "sandboxed">,
): Promise<CaseOutcome> {
  const { host, server } = place;
  for (const tool of one.needs) {
    if (!await hasTool(tool)) {
      return { id: one.id, verdict: "skipped", reason: `${tool} is not installed` };
    }
  }
  const room = await host.openRoom();
  try {
    await using peer = await server.session();
    await one.check(new Bench({ ...place, peer, room }));
    return { id: one.id, verdict: "works", reason: "" };
  } catch (error) {
    if (one.limit !== undefined) return { id: one.id, verdict: "limit", reason: one.limit };
    const reason = error instanceof Error ? error.message : String(error);
    return { id: one.id, verdict: "fails", reason };
  } finally {
    await host.damage(room, []);
    await host.closeRoom(room);
  }
}
