/** What `doctor` says about sandboxes on Linux: one trial, and what the machine tells. @module */

import type { Blocker, BlockerCause } from "../sandbox/bubblewrap/blocker.ts";
import { blockerOf } from "../sandbox/bubblewrap/blockers.ts";
import { type MachineFacts, machineFacts } from "../sandbox/bubblewrap/machine_facts.ts";
import type { Architecture } from "../sandbox/seccomp/syscalls.ts";
import type { Spawner } from "../server/process/spawner.ts";
import { Containers } from "../server/sandbox/containers.ts";
import { canLimit } from "../server/sandbox/control_groups.ts";
import {
  type FoundBubblewrap,
  installedBubblewrap,
  searchBubblewrap,
} from "../server/sandbox/find_bubblewrap.ts";
import { thisMachineView } from "../server/sandbox/machine_view.ts";
import { type Check, missing, ok, warn } from "./doctor_check.ts";

/** What was found out. */
interface Findings {
  readonly facts: MachineFacts;
  /** The one that works; undefined when there is none. */
  readonly found: FoundBubblewrap | undefined;
  /** What is in the way; undefined when nothing is. */
  readonly blocker: Blocker | undefined;
}

/** Tries to make a sandbox as a server would. */
export async function sandboxChecks(spawner: Spawner): Promise<Check[]> {
  using containers = new Containers(Deno.build.arch satisfies Architecture);
  const path = Deno.env.get("PATH");
  const result = await searchBubblewrap(containers, { path, spawner });
  const facts = machineFacts(thisMachineView);
  const findings: Findings = "kind" in result
    ? { facts, found: undefined, blocker: blockerOf(result, facts) }
    : { facts, found: result, blocker: undefined };
  return [
    sandboxCheck(findings),
    bubblewrapCheck(findings, installedBubblewrap(path)),
    namespaceCheck(findings),
    appArmorCheck(findings),
    filterCheck(findings),
    procCheck(findings),
    memoryFileCheck(findings),
    ok("container", facts.container === undefined ? "no sign of one" : facts.container),
    userCheck(facts),
    limitCheck(),
  ];
}

function sandboxCheck({ found, blocker }: Findings): Check {
  if (blocker !== undefined) return missing("sandbox", blocker.sentence, blocker.remedy);
  const ms = found?.trialMs.toFixed(0);
  return ok("sandbox", `a command was confined, in ${ms} ms`);
}

const ABOUT_BUBBLEWRAP: readonly BlockerCause[] = [
  "noBubblewrap",
  "oldBubblewrap",
  "silentBubblewrap",
  "strangeBubblewrap",
];

function bubblewrapCheck(
  { found, blocker }: Findings,
  installed: string | undefined,
): Check {
  const name = "bubblewrap";
  if (found === undefined) {
    if (blocker !== undefined && ABOUT_BUBBLEWRAP.includes(blocker.cause)) {
      return missing(name, blocker.sentence, blocker.remedy);
    }
    return installed === undefined ? unknown(name) : ok(name, installed);
  }
  const { path, version, mountsDescriptors } = found;
  if (mountsDescriptors) return ok(name, `${version} at ${path}, with all that is of use`);
  return warn(
    name,
    `${version} at ${path} mounts by names only, so that what another program puts in a path's ` +
      "place while a sandbox is made would be mounted instead",
    "upgrade it to one that knows --bind-fd",
  );
}

function namespaceCheck({ facts, found, blocker }: Findings): Check {
  const name = "namespaces";
  const causes: readonly BlockerCause[] = [
    "userNamespaces",
    "filteredNamespaces",
    "notLinux",
    "wsl1",
  ];
  const blocked = blockedBy(blocker, causes, name);
  if (blocked !== undefined) return blocked;
  if (facts.maxUserNamespaces === 0) {
    const remedy = "allow them by `sysctl -w user.max_user_namespaces=15000`";
    return missing(name, "user namespaces are turned off (user.max_user_namespaces is 0)", remedy);
  }
  if (found === undefined) return unknown(name);
  const limit = facts.maxUserNamespaces ?? "not told";
  if (found.disablesUserNamespaces) return ok(name, `user.max_user_namespaces is ${limit}`);
  return warn(
    name,
    `user.max_user_namespaces is ${limit}; only the filter keeps sandboxed commands from making ` +
      "namespaces, because this bubblewrap cannot --disable-userns here",
  );
}

function appArmorCheck({ facts: { appArmorRestricts }, found, blocker }: Findings): Check {
  const name = "apparmor";
  const blocked = blockedBy(blocker, ["appArmor"], name);
  if (blocked !== undefined) return blocked;
  if (!appArmorRestricts) return ok(name, "does not restrict user namespaces");
  if (found === undefined) return unknown(name);
  return ok(name, "restricts user namespaces, but not those of bubblewrap");
}

function filterCheck({ facts: { isFiltered }, found, blocker }: Findings): Check {
  const name = "seccomp";
  const blocked = blockedBy(blocker, ["noFilters"], name);
  if (blocked !== undefined) return blocked;
  if (found === undefined) return unknown(name);
  const outer = isFiltered === true ? "; this program is under one itself" : "";
  return ok(name, `system call filters can be installed${outer}`);
}

function procCheck({ found, blocker }: Findings): Check {
  const name = "proc";
  const blocked = blockedBy(blocker, ["maskedProc", "noMounts"], name);
  if (blocked !== undefined) return blocked;
  if (found === undefined) return unknown(name);
  if (found.hidesFirstProcess) return ok(name, "/proc can be mounted anew");
  return warn(
    name,
    "/proc can be mounted anew, but the memory of the first process in a sandbox, which is " +
      "bubblewrap's, cannot be hidden; that process is confined like the command",
  );
}

function memoryFileCheck({ facts: { memoryFilesNoExec }, found, blocker }: Findings): Check {
  const name = "memfd";
  const blocked = blockedBy(blocker, ["memoryFiles"], name);
  if (blocked !== undefined) return blocked;
  if (memoryFilesNoExec === 2) {
    const remedy = "allow it by `sysctl -w vm.memfd_noexec=1`";
    return missing(name, "files in memory may not be executed (vm.memfd_noexec is 2)", remedy);
  }
  return found === undefined ? unknown(name) : ok(name, "files in memory can be executed");
}

function userCheck({ uid }: MachineFacts): Check {
  const name = "user";
  if (uid !== 0) return ok(name, `an ordinary one (${uid ?? "unknown"})`);
  return warn(
    name,
    "root: a sandboxed command is still user 0 to the kernel, so it reads whatever root may read " +
      "and its policy shows, and what it writes belongs to root",
    "run the server as an ordinary user",
  );
}

function limitCheck(): Check {
  const name = "limits";
  const result = canLimit();
  if ("ok" in result) return ok(name, "memory and processes of sandboxed commands can be limited");
  return warn(name, `sandboxed commands cannot be limited: ${result.obstacle}`, result.remedy);
}

function blockedBy(
  blocker: Blocker | undefined,
  causes: readonly BlockerCause[],
  name: string,
): Check | undefined {
  if (blocker === undefined || !causes.includes(blocker.cause)) return undefined;
  return missing(name, blocker.sentence, blocker.remedy);
}

function unknown(name: string): Check {
  return warn(name, "not known as long as the sandbox fails otherwise");
}
