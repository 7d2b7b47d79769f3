/** Says what a sandbox would do, without making one: `doctor --explain` and `--print-sandbox`. @module */

import { resolve } from "@std/path";
import { pathToUri } from "../protocol/path_uri.ts";
import type { SandboxIntent } from "../protocol/methods/sandbox.ts";
import type { Contained } from "../sandbox/confine.ts";
import { Disk } from "../sandbox/disk.ts";
import { explain, explainBound } from "../sandbox/explain.ts";
import { isWithin } from "../sandbox/paths.ts";
import { resolvePolicy } from "../sandbox/policy.ts";
import type { Architecture } from "../sandbox/seccomp/syscalls.ts";
import type { Machine } from "../server/machine.ts";
import type { SpawnRequest } from "../server/process/spawner.ts";
import { USUAL } from "../server/sandbox/bubblewrap_candidates.ts";
import { type Bubblewrap, Containers } from "../server/sandbox/containers.ts";
import { diskReader } from "../server/sandbox/disk_reader.ts";
import { searchBubblewrap } from "../server/sandbox/find_bubblewrap.ts";
import { refusalHere } from "../server/sandbox/refusal_here.ts";
import { complain } from "./complain.ts";
import { plainName } from "./long_listing.ts";
import { intentOf, type SandboxChoice } from "./sandbox_option.ts";

/** Which sandbox is meant. */
export interface Scene {
  /** This machine. */
  readonly machine: Machine;
  /** As `exec` would be told. */
  readonly choice: SandboxChoice;
  /** Where the command would start, as it was given. */
  readonly cwd: string | undefined;
}

/**
 * Sentences on what a command may do at a path, and why.
 * @throws {RpcError} when the sandbox would be refused
 */
export function explainPath(path: string, scene: Scene): string[] {
  const { machine } = scene;
  const { intent, request } = wishOf(scene);
  const absolute = resolve(request.cwd, path);
  const { system, env } = machine;
  const place = { system, tmpdir: env.get("TMPDIR"), cwd: request.cwd, home: env.get("HOME") };
  const policy = resolvePolicy(intent, place);
  const notes = policy.notes.map((note) => `Note: ${note}`);
  if (system !== "linux") return [explain(policy, absolute), ...notes];
  const confinement = machine.sandbox.confinementOf({ intent, request, isNetworkManaged: false });
  if (confinement.kind !== "contained") return [explain(policy, absolute), ...notes];
  const { real } = new Disk(diskReader).place(absolute);
  const link = real === absolute ? [] : [`"${plainName(absolute)}" leads to "${plainName(real)}".`];
  const verdict = explainBound(confinement.rules, policy, real);
  return [...link, verdict, ...remarks(real, confinement), ...notes];
}

/**
 * The arguments that bubblewrap would get, for a command without variables.
 * @throws {RpcError} when the sandbox would be refused
 */
export async function sandboxArguments(scene: Scene): Promise<string[]> {
  const { machine } = scene;
  const { intent, request } = wishOf(scene);
  const confinement = machine.sandbox.confinementOf({ intent, request, isNetworkManaged: false });
  if (confinement.kind === "open") return ["(no sandbox: the profile confines nothing)"];
  if (confinement.kind === "filtered") return ["(no bubblewrap: a system call filter alone)"];
  using containers = new Containers(Deno.build.arch satisfies Architecture);
  const bubblewrap = { ...await usableBubblewrap(machine, containers), mountsDescriptors: false };
  const plain = { ...request, env: new Map<string, string>() };
  using held = containers.contain(plain, confinement, bubblewrap);
  const [passed] = held.request.container?.files ?? [];
  const text = passed === undefined ? "" : Deno.readTextFileSync(`/proc/self/fd/${passed}`);
  return [bubblewrap.path, ...text.split("\0").slice(0, -1)].map(plainName);
}

/** What an ordinary start would ask for. */
function wishOf(
  { machine, choice, cwd }: Scene,
): { intent: SandboxIntent; request: SpawnRequest } {
  const uriOf = (path: string) => pathToUri(resolve(path));
  const directory = resolve(cwd ?? ".");
  const intent = intentOf(choice, { cwd: pathToUri(directory), uriOf });
  const { env } = machine;
  const request = { program: "true", argv: ["true"], cwd: directory, env, pipeStdin: false };
  return { intent, request };
}

/** What a rule alone does not tell. */
function remarks(path: string, { rules, mounts }: Contained): string[] {
  const stand = mounts.placeholders.find((placeholder) => isWithin(path, placeholder.path));
  const absent = rules.find((rule) =>
    rule.access === "write" && rule.kind === "missing" && isWithin(path, rule.path)
  );
  return [
    ...(stand === undefined ? [] : [
      `"${plainName(stand.path)}" does not exist: while commands run, an empty ` +
      `${stand.text === undefined ? "directory" : "file"} that cannot be written stands there.`,
    ]),
    ...(absent === undefined ? [] : [
      `"${plainName(absent.path)}" does not exist, and what does not exist when a command starts ` +
      "is not opened for writing.",
    ]),
  ];
}

/** The arguments differ a little from one to the other. */
async function usableBubblewrap(
  { env, spawner }: Machine,
  containers: Containers,
): Promise<Bubblewrap> {
  const found = await searchBubblewrap(containers, { path: env.get("PATH"), spawner });
  if (!("kind" in found)) return found;
  complain(refusalHere(found).message);
  return {
    path: USUAL,
    disablesUserNamespaces: true,
    mountsDescriptors: false,
    hidesFirstProcess: true,
  };
}
