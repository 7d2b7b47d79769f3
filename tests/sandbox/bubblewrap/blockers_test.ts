/** What is said about a machine that cannot make sandboxes, and what to do about it. @module */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { BlockerCause } from "../../../sandbox/bubblewrap/blocker.ts";
import { blockerOf, type Failure } from "../../../sandbox/bubblewrap/blockers.ts";
import type { MachineFacts } from "../../../sandbox/bubblewrap/machine_facts.ts";

const plain: MachineFacts = {
  system: "linux",
  uid: 1000,
  maxUserNamespaces: 96_365,
  unprivilegedUserNamespaces: undefined,
  appArmorRestricts: false,
  memoryFilesNoExec: 0,
  maySetCapabilities: true,
  isFiltered: false,
  container: undefined,
  isWsl1: false,
};

const path = "/usr/bin/bwrap";

function failed(words: string, status = 1): Failure {
  return { kind: "failed", path, status, words };
}

const REFUSED = "bwrap: No permissions to create new namespace, likely because the kernel does " +
  "not allow non-privileged user namespaces. See <https://deb.li/bubblewrap>.";
const NEWER_REFUSED = "bwrap: No permissions to creating new namespace, likely because …";
const USED_UP = "bwrap: Creating new namespace failed: nesting depth or " +
  "/proc/sys/user/max_*_namespaces exceeded (ENOSPC)";

interface Row {
  readonly what: string;
  readonly failure: Failure;
  readonly facts?: Partial<MachineFacts>;
  readonly cause: BlockerCause;
  /** Both are looked for in the sentence and the remedy, one after the other. */
  readonly says: RegExp;
}

const rows: readonly Row[] = [
  {
    what: "no bubblewrap",
    failure: { kind: "notFound", passedOver: [] },
    cause: "noBubblewrap",
    says: /not installed.*install the distribution's package `bubblewrap`/,
  },
  {
    what: "one that may not be trusted",
    failure: { kind: "notFound", passedOver: ['"/x/bwrap" is not used because …'] },
    cause: "noBubblewrap",
    says: /"\/x\/bwrap" is not used because/,
  },
  {
    what: "one in the workspace",
    failure: { kind: "changeable", path: "/ws/bwrap" },
    cause: "changeableBubblewrap",
    says: /"\/ws\/bwrap", lies where the command may write.*move/,
  },
  {
    what: "an old one",
    failure: { kind: "options", path, version: "0.4.0", missing: ["--perms", "--clearenv"] },
    cause: "oldBubblewrap",
    says: /0\.4\.0.*lacks --perms, --clearenv.*0\.5\.0/,
  },
  {
    what: "something else by that name",
    failure: { kind: "options", path, version: undefined, missing: [] },
    cause: "strangeBubblewrap",
    says: /does not do what bubblewrap does.*install/,
  },
  {
    what: "one that confines nothing",
    failure: { kind: "unconfined", path, missing: ["a network namespace"] },
    cause: "strangeBubblewrap",
    says: /missing a network namespace/,
  },
  {
    what: "one that does not answer",
    failure: { kind: "silent", path, limitMs: 5000 },
    cause: "silentBubblewrap",
    says: /did not answer within 5 seconds.*--ro-bind/,
  },
  {
    what: "an option that is not known after all",
    failure: failed("bwrap: Unknown option --perms"),
    cause: "oldBubblewrap",
    says: /Unknown option --perms.*upgrade/,
  },
  {
    what: "a crash",
    failure: failed("", 139),
    cause: "unknown",
    says: /was ended by signal 11 when it was tried;/,
  },
  {
    what: "words that nobody knows",
    failure: failed("bwrap: the moon is full\nmore"),
    cause: "unknown",
    says: /ended with status 1 .*\(bwrap: the moon is full\);/,
  },
  {
    what: "user namespaces turned off",
    failure: failed(USED_UP),
    facts: { maxUserNamespaces: 0 },
    cause: "userNamespaces",
    says: /user\.max_user_namespaces is 0.*sysctl -w user\.max_user_namespaces=/,
  },
  {
    what: "a sandbox around the server",
    failure: failed(USED_UP),
    cause: "userNamespaces",
    says: /no further user namespace.*outside of that sandbox/,
  },
  {
    what: "Debian's switch",
    failure: failed(REFUSED),
    facts: { unprivilegedUserNamespaces: 0 },
    cause: "userNamespaces",
    says: /for root only.*sysctl -w kernel\.unprivileged_userns_clone=1/,
  },
  {
    what: "a kernel without them",
    failure: failed("bwrap: Creating new namespace failed: Invalid argument"),
    cause: "userNamespaces",
    says: /Invalid argument.*CONFIG_USER_NS/,
  },
  {
    what: "the filter of a container",
    failure: failed(NEWER_REFUSED),
    facts: { isFiltered: true, container: "Docker" },
    cause: "filteredNamespaces",
    says: /a seccomp filter of the Docker container.*seccomp=unconfined/,
  },
  {
    what: "a filter around the server, for root",
    failure: failed("bwrap: Creating new namespace failed: Operation not permitted"),
    facts: { isFiltered: true, uid: 0 },
    cause: "filteredNamespaces",
    says: /a seccomp filter around the server.*seccomp=unconfined/,
  },
  {
    what: "AppArmor, by the uid map",
    failure: failed("bwrap: setting up uid map: Permission denied"),
    facts: { appArmorRestricts: true },
    cause: "appArmor",
    says: /AppArmor takes away.*bwrap-userns-restrict.*apparmor_restrict_unprivileged_userns=0/,
  },
  {
    what: "AppArmor, by the loopback device",
    failure: failed("bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted"),
    cause: "appArmor",
    says: /AppArmor, or a container, seems to.*RTM_NEWADDR.*profile/,
  },
  {
    what: "AppArmor, by the namespace itself",
    failure: failed(REFUSED),
    facts: { appArmorRestricts: true },
    cause: "appArmor",
    says: /AppArmor takes away/,
  },
  {
    what: "root without the capability",
    failure: failed("bwrap: setting up uid map: Operation not permitted"),
    facts: { uid: 0, maySetCapabilities: false },
    cause: "missingCapability",
    says: /CAP_SETFCAP.*another user.*--cap-add=SETFCAP/,
  },
  {
    what: "refused filters",
    failure: failed("bwrap: prctl(PR_SET_SECCOMP): Operation not permitted"),
    cause: "noFilters",
    says: /seccomp.*CONFIG_SECCOMP_FILTER.*seccomp=unconfined/,
  },
  {
    what: "a masked /proc",
    failure: failed("bwrap: Can't mount proc on /newroot/proc: Operation not permitted"),
    cause: "maskedProc",
    says: /\/proc are masked.*systempaths=unconfined/,
  },
  {
    what: "mounts that a container forbids",
    failure: failed("bwrap: Failed to make / slave: Permission denied"),
    facts: { container: "Docker" },
    cause: "noMounts",
    says: /Failed to make \/ slave.*apparmor=unconfined/,
  },
  {
    what: "a kernel's first file system",
    failure: failed("bwrap: pivot_root: Invalid argument"),
    cause: "noMounts",
    says: /pivot_root.*file system other than/,
  },
  {
    what: "files in memory that may not be made",
    failure: { kind: "memoryFile", words: "Cannot make a file in memory: Permission denied" },
    cause: "memoryFiles",
    says: /Permission denied.*Linux 5\.6/,
  },
  {
    what: "files in memory that may not be executed",
    failure: failed("bwrap: execvp /proc/self/fd/5: Permission denied"),
    facts: { memoryFilesNoExec: 2 },
    cause: "memoryFiles",
    says: /vm\.memfd_noexec is 2.*sysctl -w vm\.memfd_noexec=1/,
  },
  {
    what: "the first Windows Subsystem for Linux, whatever bubblewrap says",
    failure: failed(USED_UP),
    facts: { isWsl1: true },
    cause: "wsl1",
    says: /wsl --set-version/,
  },
  {
    what: "another system, whatever was tried",
    failure: { kind: "notFound", passedOver: [] },
    facts: { system: "freebsd" },
    cause: "notLinux",
    says: /this is freebsd.*Linux/,
  },
  {
    what: "a spawner that cannot pass descriptors on",
    failure: { kind: "portableSpawner" },
    cause: "portableSpawner",
    says: /portable spawner.*--spawner command/,
  },
];

for (const { what, failure, facts, cause, says } of rows) {
  Deno.test(`blockerOf() names ${what}, and what to do`, () => {
    const blocker = blockerOf(failure, { ...plain, ...facts });
    assertEquals(blocker.cause, cause);
    const text = `${blocker.sentence}; ${blocker.remedy}`;
    assertMatch(text, says);
    assertStringIncludes(blocker.remedy, "`external`");
    assertEquals(text.includes("\n"), false);
    assertEquals(text.endsWith("."), false);
  });
}
