/** Decides what has to be done to hold a command to a policy on this disk. @module */

import { RpcError } from "../protocol/errors.ts";
import { bindPolicy } from "./bind_policy.ts";
import type { DiskView } from "./disk_view.ts";
import { type BoundRule, type Mounts, mountsFor } from "./mounts.ts";
import type { Policy } from "./policy.ts";
import { lookedUp, SandboxRefusal } from "./refusal.ts";
import { refuseProcessPlace } from "./process_places.ts";
import { accessOf, inOrder, type Rule } from "./rules.ts";

/** What holds a command. */
export type Confinement =
  /** Nothing: the policy allows everything. */
  | { readonly kind: "open" }
  /** A system call filter alone: files are somebody else's concern, and the network is closed. */
  | { readonly kind: "filtered" }
  /** A view of the disk of its own, namespaces and a filter. */
  | Contained;

/** A command in a container of its own. */
export interface Contained {
  /** Which kind this is. */
  readonly kind: "contained";
  /** What it sees of the disk. */
  readonly mounts: Mounts;
  /** The rules that the mounts make true; for explanations. */
  readonly rules: readonly BoundRule[];
  /** The machine's network; one of its own with nothing in it; or with a few ports forwarded. */
  readonly network: "host" | "isolated" | "managed";
  /** Working directory, without links. */
  readonly cwd: string;
}

/** Where and how the command is to run. */
export interface ConfineOptions {
  /** The disk at this moment. */
  readonly disk: DiskView;
  /** Working directory of the command; the root when undefined, even if nothing in it can be seen. */
  readonly cwd: string | undefined;
  /** Whether its network is one of forwarded ports, whatever the policy says of it. */
  readonly isNetworkManaged?: boolean;
  /** Paths that no policy opens, such as sockets on which this very program takes orders. */
  readonly hidden?: readonly string[];
  /** Paths that the command needs to be able to read to run at all. */
  readonly needed?: readonly string[];
  /** Programs that hold sandboxes: what they are is not a command's to change. */
  readonly keepers?: readonly string[];
}

/**
 * What a policy comes to.
 * @throws {SandboxRefusal} when it cannot be held, or not without holes
 */
export function confine(policy: Policy, options: ConfineOptions): Confinement {
  const { disk, isNetworkManaged = false } = options;
  const isDiskOpen = policy.base === "write" && policy.rules.length === 0 &&
    policy.denyGlobs.length === 0;
  const isClosed = policy.network === "restricted";
  if (policy.kind !== "managed" && !isNetworkManaged) {
    return isClosed && policy.kind === "external" ? { kind: "filtered" } : { kind: "open" };
  }
  if (isDiskOpen && !isClosed && !isNetworkManaged) return { kind: "open" };
  const bound = bindPolicy(lookedUp(() => withOurs(policy, options)), disk);
  const cwd = lookedUp(() => workingDirectory(options, bound));
  const network = isNetworkManaged ? "managed" : isClosed ? "isolated" : "host";
  return {
    kind: "contained",
    mounts: mountsFor(bound.rules, bound),
    rules: bound.rules,
    network,
    cwd,
  };
}

/** What this program adds for its own sake. */
function withOurs(
  policy: Policy,
  { disk, hidden = [], needed = [], keepers = [] }: ConfineOptions,
): Policy {
  const added = [
    ...keepers.filter((path) => accessOf(policy, path).access === "write")
      .map((path): Rule => ({ path, access: "read", origin: "it holds sandboxes" })),
    ...hidden.filter((path) => isThere(path, disk))
      .map((path): Rule => ({ path, access: "deny", origin: "the server takes orders there" })),
    ...needed.filter((path) => accessOf(policy, path).access === "deny")
      .map((path): Rule => ({ path, access: "read", origin: "needed to run at all" })),
  ];
  if (added.length === 0) return policy;
  const own = added.map((rule) => ({ ...rule, isOwn: true }));
  return { ...policy, rules: inOrder([...policy.rules, ...own]) };
}

function isThere(path: string, disk: DiskView): boolean {
  return disk.place(path).kind !== "missing";
}

function workingDirectory(
  { cwd, disk }: ConfineOptions,
  bound: { readonly base: Policy["base"]; readonly rules: readonly BoundRule[] },
): string {
  if (cwd === undefined) return "/";
  const place = disk.place(cwd);
  refuseProcessPlace("The working directory", cwd, place);
  const { real, kind } = place;
  // In the reference's words.
  if (kind === "missing") {
    throw new RpcError("spawnFailed", "No such file or directory (os error 2)");
  }
  if (kind === "file") throw new RpcError("spawnFailed", "Not a directory (os error 20)");
  const { access, rule } = accessOf({ base: bound.base, rules: inOrder(bound.rules) }, real);
  if (access !== "deny") return real;
  throw new SandboxRefusal(
    "hiddenDirectory",
    `The working directory "${cwd}" could not be seen in the sandbox` +
      `${rule === undefined ? "" : ` (${rule.origin})`}; allow to read it, or start elsewhere`,
    { path: cwd },
  );
}
