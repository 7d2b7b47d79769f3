/** Commands in a sandbox, through the wire. @module */

import type { SandboxIntent } from "../../protocol/methods/sandbox.ts";
import type { SandboxEntry } from "../../protocol/methods/sandbox_permissions.ts";
import { fromBase64 } from "./process_calls.ts";
import { type Outcome, outcome, textOf } from "./process_events.ts";
import type { Peer } from "./peer.ts";
import { pathEntry, readRoot, restrictedSandbox } from "./sandbox_intents.ts";

/** Why sandboxes cannot be tried here; undefined when they can. */
export const noSandboxReason: string | undefined = reasonAgainst();

/** Registers a test that runs commands in sandboxes; its name says why when it cannot. */
export function sandboxedTest(name: string, fn: () => Promise<void>): void {
  const ignore = noSandboxReason !== undefined;
  // Children are waited for on a thread of the platform's own, which may end after the test.
  Deno.test({
    name: ignore ? `${name} (${noSandboxReason})` : name,
    ignore,
    fn,
    sanitizeOps: false,
    sanitizeResources: false,
  });
}

/** What to run, and how. */
export interface SandboxedRun {
  /** Default `p`. */
  readonly processId?: string;
  /** Its working directory. */
  readonly cwd: string;
  /** Default: everything is read, the working directory written. */
  readonly sandbox?: SandboxIntent;
  /** Its whole environment, beside a plain PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further members of `process/start`. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** How it ended. */
export interface SandboxedOutcome extends Outcome {
  /** What a terminal showed. */
  readonly shown: string;
  /** As told with the exit. */
  readonly sandboxDenied: boolean;
}

/** Lets everything be read, and a directory be written. */
export function workspaceSandbox(
  directory: string,
  entries: readonly SandboxEntry[] = [],
): SandboxIntent {
  return restrictedSandbox([readRoot, pathEntry(directory, "write"), ...entries]);
}

/** Starts a command. @returns what `process/start` says */
export function startSandboxed(
  peer: Peer,
  argv: readonly string[],
  { processId = "p", cwd, sandbox = workspaceSandbox(cwd), env, fields }: SandboxedRun,
): Promise<unknown> {
  return peer.call("process/start", {
    processId,
    argv,
    cwd: `file://${cwd}`,
    env: { PATH: "/usr/bin:/bin", ...env },
    tty: false,
    sandbox,
    ...fields,
  });
}

/** Runs a command to its end. */
export async function runSandboxed(
  peer: Peer,
  argv: readonly string[],
  run: SandboxedRun,
): Promise<SandboxedOutcome> {
  await startSandboxed(peer, argv, run);
  return await sandboxedOutcome(peer, run.processId);
}

/** Runs a shell script to its end. */
export function shSandboxed(
  peer: Peer,
  script: string,
  run: SandboxedRun,
): Promise<SandboxedOutcome> {
  return runSandboxed(peer, ["/bin/sh", "-c", script], run);
}

/** Waits for the end of a command. */
export async function sandboxedOutcome(peer: Peer, processId = "p"): Promise<SandboxedOutcome> {
  const all = await outcome(peer, processId);
  const exit = all.events.find((event) => event.kind === "exited");
  const sandboxDenied = exit?.kind === "exited" && exit.sandboxDenied;
  return { ...all, shown: textOf(all.events, "pty"), sandboxDenied };
}

/** Waits until a command has printed something. @returns all that it printed until then */
export async function printed(peer: Peer, text: string, processId = "p"): Promise<string> {
  let seen = "";
  while (!seen.includes(text)) {
    const { params } = await peer.notification(
      "process/output",
      (params) => params.processId === processId,
    );
    seen += fromBase64(String(params?.chunk));
  }
  return seen;
}

function reasonAgainst(): string | undefined {
  if (Deno.build.os !== "linux") return "bubblewrap needs Linux";
  try {
    Deno.statSync("/usr/bin/bwrap");
    return undefined;
  } catch {
    return "bubblewrap is not installed";
  }
}
