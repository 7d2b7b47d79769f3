/** What is read from a machine, and from a program that claims to be bubblewrap. @module */

import { assertEquals } from "@std/assert";
import { containmentArguments } from "../../../sandbox/bubblewrap/argv.ts";
import { type MachineFacts, machineFacts } from "../../../sandbox/bubblewrap/machine_facts.ts";
import { neededOptions, optionsIn, versionIn } from "../../../sandbox/bubblewrap/options.ts";
import { missingProofs } from "../../../sandbox/bubblewrap/proofs.ts";
import type { MountOperation } from "../../../sandbox/mounts.ts";

function factsOf(files: Readonly<Record<string, string>>): MachineFacts {
  return machineFacts({ system: "linux", uid: 1000, text: (path) => files[path] });
}

Deno.test("machineFacts() leaves out what a machine does not tell", () => {
  assertEquals(factsOf({}), {
    system: "linux",
    uid: 1000,
    maxUserNamespaces: undefined,
    unprivilegedUserNamespaces: undefined,
    appArmorRestricts: false,
    memoryFilesNoExec: undefined,
    maySetCapabilities: undefined,
    isFiltered: undefined,
    container: undefined,
    isWsl1: false,
  });
});

Deno.test("machineFacts() reads what the kernel tells", () => {
  const facts = factsOf({
    "/proc/sys/user/max_user_namespaces": "0\n",
    "/proc/sys/kernel/unprivileged_userns_clone": "1\n",
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1\n",
    "/proc/sys/vm/memfd_noexec": "2\n",
    "/proc/self/status": "Name:\tx\nCapBnd:\t000001ff7fffffff\nSeccomp:\t2\n",
    "/proc/version": "Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com)",
    "/run/.containerenv": "",
  });
  assertEquals(facts, {
    system: "linux",
    uid: 1000,
    maxUserNamespaces: 0,
    unprivilegedUserNamespaces: 1,
    appArmorRestricts: true,
    memoryFilesNoExec: 2,
    maySetCapabilities: false,
    isFiltered: true,
    container: "Podman",
    isWsl1: true,
  });
});

Deno.test("machineFacts() takes the second Windows Subsystem for Linux for Linux", () => {
  const version = "Linux version 5.15.90.1-microsoft-standard-WSL2 (gcc)";
  assertEquals(factsOf({ "/proc/version": version }).isWsl1, false);
});

Deno.test("optionsIn() reads options from where help has them, and whole words only", () => {
  const help =
    `usage: bwrap\n\n    --bind-fd FD DEST   Unlike --disable-userns\n    --ro-bind SRC DEST  x\n`;
  const options = optionsIn(help);
  assertEquals(options.disablesUserNamespaces, false);
  assertEquals(options.mountsDescriptors, false);
  assertEquals(options.missing.includes("--bind"), true);
  assertEquals(options.missing.includes("--ro-bind"), false);
});

Deno.test("every option of a sandbox is among those that are asked for", () => {
  const path = "/x";
  const operations: MountOperation[] = [
    { kind: "readOnly", path },
    { kind: "writable", path },
    { kind: "pin", path },
    { kind: "hidden", path, isPassage: true },
    { kind: "sealed", path },
    { kind: "masked", path },
    { kind: "link", path, target: "/y" },
  ];
  const args = (["deny", "read", "write"] as const).flatMap((base) =>
    containmentArguments({
      mounts: { base, operations, placeholders: [] },
      isolatesNetwork: true,
      cwd: "/",
      env: new Map([["A", "b"]]),
      disablesUserNamespaces: false,
      hidesFirstProcess: true,
      networkFacts: ["/sys/class/net"],
    }, { filter: 3, status: 4, places: [] })
  );
  const used = new Set(args.filter((word) => word.startsWith("--")));
  assertEquals([...used].filter((option) => !neededOptions.includes(option)), []);
});

Deno.test("versionIn() takes nothing else for bubblewrap", () => {
  assertEquals(versionIn("bubblewrap 0.8.0\n"), "0.8.0");
  assertEquals(versionIn("hello\n"), undefined);
  assertEquals(versionIn("not bubblewrap 0.8.0, but better\n"), undefined);
});

const confined = `Name:	cat
Pid:	2
CapPrm:	0000000000000000
CapEff:	0000000000000000
CapBnd:	0000000000000000
NoNewPrivs:	1
Seccomp:	2
      1500       1500          1
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop
    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
87 43 254:0 / / ro,nosuid,nodev,relatime - ext4 /dev/vda rw
88 87 0:21 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
`;

const otherwise: readonly (readonly [what: string, from: string, to: string])[] = [
  ["a system call filter", "Seccomp:	2", "Seccomp:	0"],
  ["a ban on new privileges", "NoNewPrivs:	1", "NoNewPrivs:	0"],
  ["the dropping of capabilities", "CapBnd:	0000000000000000", "CapBnd:	000001ffffffffff"],
  ["a process namespace", "Pid:	2", "Pid:	4711"],
  ["a user namespace", "1500          1\n", "1500 4294967295\n"],
  ["a network namespace", "    lo:", "  eth0:"],
  ["a read-only view of the disk", "/ / ro,", "/ / rw,"],
];

Deno.test("missingProofs() is content with a program that is confined", () => {
  assertEquals(missingProofs(confined), []);
});

Deno.test("missingProofs() takes nothing for granted", () => {
  assertEquals(missingProofs("").includes("a process namespace"), true);
});

for (const [what, from, to] of otherwise) {
  Deno.test(`missingProofs() misses ${what}`, () => {
    assertEquals(missingProofs(confined.replace(from, to)), [what]);
  });
}
