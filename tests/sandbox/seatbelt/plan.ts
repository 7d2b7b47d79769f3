/** Profiles of macOS for policies, on disks that are made up. @module */

import type { SandboxIntent } from "../../../protocol/methods/sandbox.ts";
import { confine, type Contained } from "../../../sandbox/confine.ts";
import type { DiskView } from "../../../sandbox/disk_view.ts";
import { resolvePolicy } from "../../../sandbox/policy.ts";
import { MacDisk } from "../../../sandbox/seatbelt/mac_disk.ts";
import type { SeatbeltNetwork } from "../../../sandbox/seatbelt/network_section.ts";
import type { SeatbeltPlan } from "../../../sandbox/seatbelt/profile.ts";
import { realGlobs } from "../../../sandbox/seatbelt/real_globs.ts";

/** Where, and how. */
export interface PlanOptions {
  readonly disk: DiskView;
  readonly tmpdir?: string;
  readonly hidden?: readonly string[];
  readonly network?: SeatbeltNetwork;
}

/** The plan for an intent. @throws {RpcError} when it is refused, or when anything is allowed */
export function planFor(
  intent: SandboxIntent,
  { disk, tmpdir, hidden = [], network = { kind: "closed" } }: PlanOptions,
): SeatbeltPlan {
  const mac = new MacDisk(disk);
  const policy = resolvePolicy(intent, { system: "macos", cwd: "/", tmpdir });
  const isNetworkManaged = network.kind === "managed";
  const confinement = confine(policy, { disk: mac, cwd: undefined, hidden, isNetworkManaged });
  if (confinement.kind !== "contained") throw new Error(`It is ${confinement.kind}`);
  return {
    base: confinement.mounts.base,
    rules: confinement.rules,
    links: linksOf(confinement),
    globs: realGlobs(policy.denyGlobs, mac),
    network,
  };
}

function linksOf({ mounts }: Contained): readonly string[] {
  return mounts.operations.filter(({ kind }) => kind === "link").map(({ path }) => path);
}
