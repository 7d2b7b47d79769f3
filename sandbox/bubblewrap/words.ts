/** What bubblewrap means by what it says when it fails. Pure. @module */

import type { Blocker } from "./blocker.ts";
import type { MachineFacts } from "./machine_facts.ts";

/** What is in the way, if the words are known. Their source: bubblewrap 0.5 to 0.12. */
export function blockerInWords(words: string, facts: MachineFacts): Blocker | undefined {
  for (const { pattern, blocker } of meanings) {
    const match = pattern.exec(words);
    if (match !== null) return blocker(facts, match[0]);
  }
  return undefined;
}

interface Meaning {
  readonly pattern: RegExp;
  readonly blocker: (facts: MachineFacts, words: string) => Blocker;
}

/** The first that fits counts. */
const meanings: readonly Meaning[] = [
  { pattern: /Creating new namespace failed: .*ENOSPC.*/, blocker: usedUp },
  { pattern: /No permissions to creat.* namespace/, blocker: forbidden },
  { pattern: /Creating new namespace failed: .*/, blocker: forbidden },
  { pattern: /setting up [ug]id map: Permission denied/, blocker: appArmor },
  { pattern: /loopback: Failed RTM_NEW(ADDR|LINK): .*/, blocker: appArmor },
  { pattern: /setting up [ug]id map: .*/, blocker: unmapped },
  { pattern: /PR_SET_SECCOMP.*/, blocker: noFilters },
  { pattern: /Can't mount proc on .*/, blocker: maskedProc },
  { pattern: /Failed to make \/ slave: .*|pivot_root.*|Failed to mount .*/, blocker: noMounts },
];

const SECCOMP = "`--security-opt seccomp=unconfined`";
const APPARMOR_OFF = "`sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`";
const PROFILE = "load the AppArmor profile for /usr/bin/bwrap (`bwrap-userns-restrict`, of the " +
  "distribution's package apparmor-profiles)";

function turnedOff(): Blocker {
  return {
    cause: "userNamespaces",
    sentence: "user namespaces are turned off (user.max_user_namespaces is 0)",
    remedy: "allow them by `sysctl -w user.max_user_namespaces=15000`",
  };
}

function usedUp({ maxUserNamespaces }: MachineFacts): Blocker {
  if (maxUserNamespaces === 0) return turnedOff();
  return {
    cause: "userNamespaces",
    sentence: "no further user namespace can be made: user.max_user_namespaces is reached, or " +
      "the server runs in a sandbox that forbids sandboxes inside",
    remedy: "start the server outside of that sandbox, or raise the limit by " +
      "`sysctl -w user.max_user_namespaces=15000`",
  };
}

function forbidden(facts: MachineFacts, words: string): Blocker {
  const { maxUserNamespaces, unprivilegedUserNamespaces, appArmorRestricts, uid } = facts;
  if (maxUserNamespaces === 0) return turnedOff();
  if (unprivilegedUserNamespaces === 0 && uid !== 0) {
    return {
      cause: "userNamespaces",
      sentence: "user namespaces are for root only (kernel.unprivileged_userns_clone is 0)",
      remedy: "allow them by `sysctl -w kernel.unprivileged_userns_clone=1`",
    };
  }
  if (facts.isFiltered === true || facts.container !== undefined) return filtered(facts);
  if (appArmorRestricts) return appArmor(facts, words);
  return {
    cause: "userNamespaces",
    sentence: `the kernel refuses user namespaces (${words})`,
    remedy: "use a kernel with CONFIG_USER_NS, and no security module or container that forbids " +
      "them",
  };
}

function filtered({ container, isFiltered }: MachineFacts): Blocker {
  const who = isFiltered === true ? "a seccomp filter" : "something";
  const where = container === undefined ? "around the server" : `of the ${container} container`;
  return {
    cause: "filteredNamespaces",
    sentence: `${who} ${where} forbids user namespaces`,
    remedy: `start the container with ${SECCOMP}, or the server outside of it`,
  };
}

function appArmor({ appArmorRestricts, uid, container }: MachineFacts, words: string): Blocker {
  const inContainer = container === undefined
    ? ""
    : ", start the container with `--security-opt apparmor=unconfined`";
  return {
    cause: "appArmor",
    sentence: appArmorRestricts
      ? `AppArmor takes away what user namespaces give (${words})`
      : `AppArmor, or a container, seems to take away what user namespaces give (${words})`,
    // What the setting takes away, it takes from ordinary users.
    remedy: uid === 0 && !appArmorRestricts
      ? `${PROFILE}${inContainer}`
      : `${PROFILE}${inContainer}, allow everybody by ${APPARMOR_OFF}`,
  };
}

function unmapped(facts: MachineFacts, words: string): Blocker {
  if (facts.uid !== 0 || facts.maySetCapabilities !== false) return appArmor(facts, words);
  return {
    cause: "missingCapability",
    sentence: "root cannot map users here, because it lacks the capability CAP_SETFCAP",
    remedy: "start the server as another user, or its container with `--cap-add=SETFCAP`",
  };
}

function noFilters(): Blocker {
  return {
    cause: "noFilters",
    sentence: "system call filters (seccomp) are refused",
    remedy: `use a kernel with CONFIG_SECCOMP_FILTER, start a container with ${SECCOMP}`,
  };
}

function maskedProc({ container }: MachineFacts): Blocker {
  const what = container === undefined ? "a container" : `the ${container} container`;
  return {
    cause: "maskedProc",
    sentence: "parts of /proc are masked, so that it may not be mounted anew",
    remedy: `start ${what} with \`--security-opt systempaths=unconfined\` (Podman: unmask=ALL)`,
  };
}

function noMounts({ container }: MachineFacts, words: string): Blocker {
  const isRamDisk = /pivot_root/.test(words) && container === undefined;
  return {
    cause: "noMounts",
    sentence: `nothing may be mounted in a namespace of one's own (${words})`,
    remedy: isRamDisk
      ? "start the server from a file system other than the kernel's first one"
      : "start the container with `--security-opt apparmor=unconfined`",
  };
}
