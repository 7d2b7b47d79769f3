/** Tries a bubblewrap with everything that a sandbox is made of, and looks whether it confined. @module */

import type { Contained } from "../../sandbox/confine.ts";
import { missingProofs, PROOFS } from "../../sandbox/bubblewrap/proofs.ts";
import type { Failure } from "../../sandbox/bubblewrap/blockers.ts";
import type { Bubblewrap, Containers } from "./containers.ts";
import { type BriefOptions, runBriefly } from "./brief_run.ts";

/** How a trial ended. */
export type Trial =
  | { readonly kind: "works" }
  | Extract<Failure, { kind: "silent" | "failed" | "unconfined" | "memoryFile" }>;

const NOTHING: Contained = {
  kind: "contained",
  mounts: { base: "read", operations: [], placeholders: [] },
  rules: [],
  network: "isolated",
  cwd: "/",
};

/** Where programs are that every system has. */
const USUAL_PATH = "/usr/bin:/bin:/run/current-system/sw/bin";

/** Runs a command that tells how it is confined. */
export async function tryBubblewrap(
  bubblewrap: Bubblewrap,
  containers: Containers,
  { path, ...options }: BriefOptions & { readonly path: string | undefined },
): Promise<Trial> {
  const PATH = path === undefined ? USUAL_PATH : `${USUAL_PATH}:${path}`;
  const request = {
    program: "cat",
    argv: ["cat", ...PROOFS],
    cwd: "/",
    env: new Map([["PATH", PATH]]),
    pipeStdin: false,
  };
  const held = inMemory(() => containers.contain(request, NOTHING, bubblewrap));
  if ("kind" in held) return held;
  using _files = held;
  const { status, neverRan, stdout, stderr } = await runBriefly(held.request, options);
  const at = bubblewrap.path;
  if (status === undefined) return { kind: "silent", path: at, limitMs: options.limitMs };
  if (status !== 0) return { kind: "failed", path: at, status, words: stderr };
  const missing = missingProofs(stdout);
  if (neverRan) missing.push("a report on the program that it ran");
  if (missing.length === 0) return { kind: "works" };
  return { kind: "unconfined", path: at, missing };
}

/** What is passed on is held in memory, which some machines do not allow. */
function inMemory<T>(make: () => T): T | Extract<Failure, { kind: "memoryFile" }> {
  try {
    return make();
  } catch (error) {
    return { kind: "memoryFile", words: error instanceof Error ? error.message : String(error) };
  }
}
