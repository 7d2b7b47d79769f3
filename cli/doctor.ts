/** `doctor`: says what works on this machine, what does not, and what to do about it. @module */

import { RpcError } from "../protocol/errors.ts";
import { type Machine, thisMachine } from "../server/machine.ts";
import { PosixSpawner } from "../server/process/posix/posix_spawner.ts";
import { trySeatbelt } from "../server/sandbox/try_seatbelt.ts";
import { complain } from "./complain.ts";
import { type Check, checkLines, missing, ok } from "./doctor_check.ts";
import { type Flags, type FlagSpec, readFlags } from "./flags.ts";
import { help } from "./help.ts";
import { readSandboxChoice, type SandboxChoice, sandboxFlags } from "./sandbox_option.ts";
import { UsageError } from "./usage_error.ts";

/** Named to be refused in words of their own. */
const ELSEWHERE = ["--on", "--url", "--stdio"];

const FLAGS: readonly FlagSpec[] = [
  { name: "--json" },
  { name: "--explain", value: "PATH" },
  { name: "--print-sandbox" },
  ...sandboxFlags,
  { name: "--cwd", value: "DIRECTORY" },
  ...ELSEWHERE.map((name) => ({ name, value: "SERVER" })),
  { name: "--help", short: "-h" },
];

/**
 * Looks at this machine, or explains a sandbox on it.
 * @returns 0, or 1 when something is missing or the sandbox would be refused
 * @throws {UsageError}
 */
export async function doctor(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, FLAGS);
  if (flags.has("--help")) return help(["doctor"]);
  requireSense(flags);
  const choice = readSandboxChoice(flags);
  const trouble: unknown[] = [];
  const onError = (error: unknown) => void trouble.push(error);
  const machine = thisMachine({ isGuarded: false, onError });
  using _spawner = machine.spawner;
  using _sandbox = machine.sandbox;
  if (choice !== undefined) return await explained(flags, { machine, choice });
  const checks = await examine(machine, trouble);
  const isFine = checks.every(({ state }) => state !== "missing");
  if (flags.has("--json")) console.log(JSON.stringify({ ok: isFine, checks }, undefined, 2));
  else for (const line of checkLines(checks)) console.log(line);
  return isFine ? 0 : 1;
}

function requireSense(flags: Flags): void {
  const elsewhere = ELSEWHERE.find((name) => flags.has(name));
  if (elsewhere !== undefined) {
    throw new UsageError(
      `doctor looks at this machine only, so ${elsewhere} makes no sense: run it at the server, ` +
        `such as by exec-server exec ${elsewhere} … -- exec-server doctor`,
    );
  }
  const [extra] = flags.rest;
  if (extra !== undefined) throw new UsageError(`"doctor" takes no "${extra}"`);
  const wants = ["--explain", "--print-sandbox"].filter((name) => flags.has(name));
  const [wish] = wants;
  if (wants.length > 1) throw new UsageError(`${wants.join(" and ")}: wanted one of them`);
  if (wish !== undefined && !flags.has("--sandbox")) {
    throw new UsageError(`${wish} is about a sandbox: wanted together with --sandbox`);
  }
  if (wish === undefined && (flags.has("--sandbox") || flags.has("--cwd"))) {
    throw new UsageError(
      "--sandbox and --cwd are for --explain and --print-sandbox: wanted one of these",
    );
  }
  if (wish !== undefined && flags.has("--json")) {
    throw new UsageError(`--json is for the whole examination, not for ${wish}`);
  }
}

async function examine(machine: Machine, trouble: readonly unknown[]): Promise<Check[]> {
  const { spawner, system } = machine;
  const isPosix = spawner instanceof PosixSpawner;
  const { programChecks } = await import("./doctor_program.ts");
  const checks = programChecks({ spawner, isPosix, trouble });
  if (system === "macos") return [...checks, await seatbeltCheck(machine)];
  const { sandboxChecks } = await import("./doctor_sandbox.ts");
  return [...checks, ...await sandboxChecks(spawner)];
}

async function seatbeltCheck({ spawner }: Machine): Promise<Check> {
  try {
    await trySeatbelt(spawner);
    return ok("sandbox", "profiles of macOS work");
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return missing("sandbox", error.message, "see what `sandbox-exec` says");
  }
}

async function explained(
  flags: Flags,
  parts: { readonly machine: Machine; readonly choice: SandboxChoice },
): Promise<number> {
  const { explainPath, sandboxArguments } = await import("./doctor_explain.ts");
  const scene = { ...parts, cwd: flags.one("--cwd") };
  const path = flags.one("--explain");
  try {
    const lines = path === undefined ? await sandboxArguments(scene) : explainPath(path, scene);
    for (const line of lines) console.log(line);
    return 0;
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    complain(error.message);
    return 1;
  }
}
