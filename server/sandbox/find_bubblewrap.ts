/** Finds a bubblewrap that works here: the only place that tries. @module */

import { type Clock, realClock } from "../../protocol/clock.ts";
import type { Failure } from "../../sandbox/bubblewrap/blockers.ts";
import type { MachineView } from "../../sandbox/bubblewrap/machine_facts.ts";
import { optionsIn, versionIn } from "../../sandbox/bubblewrap/options.ts";
import type { Spawner } from "../process/spawner.ts";
import { type BriefOptions, runBriefly } from "./brief_run.ts";
import { bubblewrapCandidates } from "./bubblewrap_candidates.ts";
import { tryBubblewrap } from "./bubblewrap_trial.ts";
import type { Bubblewrap, Containers } from "./containers.ts";
import { refusalHere } from "./refusal_here.ts";

/**
 * A bubblewrap that has not answered a question for so long does not work. It is asked once per
 * start of a server: nothing else in the sandbox has a deadline.
 */
export const PROBE_MS = 5000;

/** Where to look, and what to try with. */
export interface FindOptions {
  /** PATH of the server, never of a command. */
  readonly path: string | undefined;
  /** Starts programs. */
  readonly spawner: Spawner;
  /** Where time comes from. */
  readonly clock?: Clock;
  /** The machine, for what is said when it does not work. */
  readonly machine?: MachineView;
  /** Where to look first; another place in tests only. */
  readonly usual?: string;
}

/** One that works, with what people may want to know. */
export interface FoundBubblewrap extends Bubblewrap {
  /** Its version. */
  readonly version: string;
  /** How long the trial took, in milliseconds. */
  readonly trialMs: number;
}

/**
 * Tries each with everything that a sandbox is made of.
 * @throws {SandboxRefusal} that names what is in the way of the first one
 */
export async function findBubblewrap(
  containers: Containers,
  options: FindOptions,
): Promise<FoundBubblewrap> {
  const found = await searchBubblewrap(containers, options);
  if ("kind" in found) throw refusalHere(found, options.machine);
  return found;
}

/** The same for those who want to know what is in the way of the first one. */
export async function searchBubblewrap(
  containers: Containers,
  { path, spawner, usual, clock = realClock }: FindOptions,
): Promise<FoundBubblewrap | Failure> {
  // Who cannot tell what shares the network cannot pass descriptors on, either.
  if (spawner.networkSharers === undefined) return { kind: "portableSpawner" };
  const { paths, passedOver } = bubblewrapCandidates(path, usual);
  let first: Failure | undefined;
  for (const candidate of paths) {
    const options = { path, spawner, clock, limitMs: PROBE_MS };
    const found = await probe(candidate, containers, options);
    if (!("kind" in found)) return found;
    first ??= found;
  }
  return first ?? { kind: "notFound", passedOver };
}

/** Where there is one, working or not; undefined where there is none. */
export function installedBubblewrap(path: string | undefined): string | undefined {
  return bubblewrapCandidates(path).paths[0];
}

async function probe(
  path: string,
  containers: Containers,
  options: BriefOptions & { readonly path: string | undefined },
): Promise<FoundBubblewrap | Failure> {
  const [help, told] = await Promise.all([
    ask(path, "--help", options),
    ask(path, "--version", options),
  ]);
  if (help === undefined || told === undefined) {
    return { kind: "silent", path, limitMs: options.limitMs };
  }
  const version = versionIn(told);
  const { missing, ...abilities } = optionsIn(help);
  if (version === undefined || missing.length > 0) {
    return { kind: "options", path, version, missing };
  }
  const begun = options.clock.now();
  const found = await tryTiers(
    { path, ...abilities, hidesFirstProcess: true },
    containers,
    options,
  );
  if ("kind" in found) return found;
  return { ...found, version, trialMs: options.clock.now() - begun };
}

/** What it answers to a question about itself; undefined when it does not. */
async function ask(
  path: string,
  question: string,
  options: BriefOptions,
): Promise<string | undefined> {
  const env = new Map<string, string>();
  const request = { program: path, argv: ["bwrap", question], cwd: "/", env, pipeStdin: false };
  const { status, stdout } = await runBriefly(request, options);
  return status === undefined ? undefined : stdout;
}

/**
 * With everything; else without what only comes on top of what a policy promises: the first process
 * inside is under the filter like any other, and the filter by itself forbids namespaces.
 */
async function tryTiers(
  bubblewrap: Bubblewrap,
  containers: Containers,
  options: BriefOptions & { readonly path: string | undefined },
): Promise<Bubblewrap | Failure> {
  const trial = await tryBubblewrap(bubblewrap, containers, options);
  if (trial.kind === "works") return bubblewrap;
  const lesser = trial.kind === "failed" ? withoutExtra(bubblewrap, trial.words) : undefined;
  if (lesser === undefined) return trial;
  const found = await tryTiers(lesser, containers, options);
  // What comes then is a consequence, or as much in the way.
  return "kind" in found ? trial : found;
}

/** The same without what it failed at, if it can be done without. */
function withoutExtra(bubblewrap: Bubblewrap, words: string): Bubblewrap | undefined {
  if (bubblewrap.hidesFirstProcess && /\/proc\/1\//.test(words)) {
    return { ...bubblewrap, hidesFirstProcess: false };
  }
  const isAboutLimit = /max_user_namespaces|disable-userns|userns_clone/.test(words) &&
    !/Creating new namespace failed/.test(words);
  if (bubblewrap.disablesUserNamespaces && isAboutLimit) {
    return { ...bubblewrap, disablesUserNamespaces: false };
  }
  return undefined;
}
