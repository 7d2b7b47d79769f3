/** Which system calls a sandboxed command is refused, as data, each with its reason. @module */

import type { Syscall } from "./syscalls.ts";

/**
 * What the filter is for.
 *
 * - `isolated`: there is a network namespace of its own, and nothing else may be reached.
 * - `managed`: the same, with ports forwarded into the namespace.
 * - `managedUnix`: the same, with unix sockets, also those of the host, as the caller asked for.
 * - `strict`: there is no namespace, so that the filter alone keeps the network away.
 * - `host`: the network is the host's.
 */
export type SeccompMode = "isolated" | "managed" | "managedUnix" | "strict" | "host";

/**
 * What must be true of an argument, counted from 0.
 *
 * `is` and `isNot` look at the low 32 bits only, after `mask`: where the kernel takes an int or a set
 * of flags it ignores the rest, and so must we. `isPointer` looks at all 64 bits.
 */
export type Condition =
  | { readonly argument: number; readonly mask?: number; readonly is: number }
  | { readonly argument: number; readonly mask?: number; readonly isNot: number }
  | { readonly argument: number; readonly isPointer: true };

/** A refusal: the call fails with `error` when every condition holds. */
export interface Rule {
  readonly syscall: Syscall;
  /** All of them must hold; none: the call always fails. */
  readonly when: readonly Condition[];
  /** `ENOSYS` where programs know another way when a call does not exist. */
  readonly error: "EPERM" | "ENOSYS";
  /** What would be possible without this rule. */
  readonly reason: string;
}

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_VSOCK = 40;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_SEQPACKET = 5;
// What is above it are flags (SOCK_CLOEXEC, SOCK_NONBLOCK).
const SOCK_TYPE_MASK = 0xf;
const SET_ID_BITS = 0o6000;
// O_CREAT and __O_TMPFILE.
const CREATE_FLAGS = 0o100 | 0o2000_0000;
const S_IFMT = 0o170000;
const S_IFCHR = 0o020000;
const S_IFBLK = 0o060000;
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
// Mount, cgroup, UTS, IPC, user, PID and network namespaces.
const NAMESPACE_FLAGS = 0x0002_0000 | 0x0200_0000 | 0x0400_0000 | 0x0800_0000 | 0x1000_0000 |
  0x2000_0000 | 0x4000_0000;
// Only unshare knows it: in clone these bits are the signal sent at exit.
const CLONE_NEWTIME = 0x80;

/** The rules of a mode. A call that none of them matches is allowed. */
export function rulesFor(mode: SeccompMode): readonly Rule[] {
  switch (mode) {
    case "isolated":
    case "managed":
      return [...hardening, ...tracing, ...internetOnly, ...pairsOnly];
    case "managedUnix":
      return [...hardening, ...tracing, ...internetAndUnix];
    case "strict":
      return [...hardening, ...tracing, ...noNetwork, ...pairsOnly];
    case "host":
      return [...hardening, ...noHypervisor];
  }
}

const hardening: readonly Rule[] = [
  ...deny(
    "It sends and connects from the kernel's own threads, which no filter sees",
    ["io_uring_setup", "io_uring_enter", "io_uring_register"],
  ),
  ...deny(
    "Keyrings are not part of any namespace: the server's session keys could be read",
    ["add_key", "request_key", "keyctl"],
  ),
  ...deny(
    "Ways into the kernel that exploits are made of, and no build or test needs",
    ["userfaultfd", "bpf", "perf_event_open", "iopl", "ioperm"],
  ),
  ...deny(
    "It changes the running kernel, or ends it",
    ["kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot"],
  ),
  ...deny(
    "A file is opened by its number, past every mount that hides it",
    ["open_by_handle_at"],
  ),
  ...deny(
    "A descriptor is taken out of another process, with what it may do there",
    ["pidfd_getfd"],
  ),
  ...deny(
    "It is about the whole machine: accounting, swap, quotas, clock, names",
    ["acct", "swapon", "swapoff", "quotactl", "quotactl_fd", "settimeofday", "clock_settime"],
  ),
  ...deny(
    "The name of the machine is not the command's to set",
    ["sethostname", "setdomainname"],
  ),
  ...deny("It tells what the host's kernel logs and runs", ["syslog", "lookup_dcookie"]),
  ...deny(
    "A mount could uncover what the sandbox hides, or make writable what it protects",
    ["mount", "umount2", "pivot_root", "fsopen", "fsconfig", "fsmount", "fspick", "move_mount"],
  ),
  ...deny(
    "The newer ways to mount",
    ["open_tree", "open_tree_attr", "mount_setattr"],
  ),
  ...deny("Another process's namespaces are entered", ["setns"]),
  ...denyWhen(
    "In a user namespace of its own a command has every capability",
    ["unshare", "clone"],
    [{ argument: 0, mask: NAMESPACE_FLAGS, isNot: 0 }],
  ),
  ...denyWhen("A namespace of its own", ["unshare"], [
    { argument: 0, mask: CLONE_NEWTIME, isNot: 0 },
  ]),
  ...deny(
    "Its flags lie in memory, where a filter cannot look; C libraries then use clone",
    ["clone3"],
    "ENOSYS",
  ),
  ...[TIOCSTI, TIOCLINUX].flatMap((request) =>
    denyWhen("Keys are typed into a terminal, for a shell outside to read", ["ioctl"], [
      { argument: 1, is: request },
    ])
  ),
  ...setIdBits(),
  ...[S_IFCHR, S_IFBLK].flatMap((kind) => deviceNodes(kind)),
];

/** A file with these bits runs as the server's user for whoever starts it on the host. */
function setIdBits(): readonly Rule[] {
  const reason = "A set-user-ID file would be left behind on the host";
  const bits = (argument: number): Condition => ({ argument, mask: SET_ID_BITS, isNot: 0 });
  // Only then is there a mode: otherwise its register holds whatever was in it.
  const creates = (argument: number): Condition => ({ argument, mask: CREATE_FLAGS, isNot: 0 });
  return [
    ...denyWhen(reason, ["chmod", "fchmod", "creat", "mknod"], [bits(1)]),
    ...denyWhen(reason, ["fchmodat", "fchmodat2", "mknodat"], [bits(2)]),
    ...denyWhen(reason, ["open"], [creates(1), bits(2)]),
    ...denyWhen(reason, ["openat"], [creates(2), bits(3)]),
    ...deny(`${reason}: its mode lies in memory`, ["openat2"], "ENOSYS"),
  ];
}

function deviceNodes(kind: number): readonly Rule[] {
  const reason = "A device node reaches past the file system";
  return [
    ...denyWhen(reason, ["mknod"], [{ argument: 1, mask: S_IFMT, is: kind }]),
    ...denyWhen(reason, ["mknodat"], [{ argument: 2, mask: S_IFMT, is: kind }]),
  ];
}

const tracing = deny(
  "Without a PID namespace it takes over the user's processes, with one the sandbox's own",
  ["ptrace", "process_vm_readv", "process_vm_writev"],
);

// An allow-list, for AF_INET with SOCK_PACKET is a packet socket, and the other kinds load modules.
const internetOnly: readonly Rule[] = [
  ...denyWhen(
    "A socket of the host: unix (docker, agents, X11), netlink, packet, alg, vsock, …",
    ["socket"],
    [{ argument: 0, isNot: AF_INET }, { argument: 0, isNot: AF_INET6 }],
  ),
  ...internetKinds(),
];

const internetAndUnix: readonly Rule[] = [
  ...denyWhen(
    "A socket of the host that is neither internet nor unix",
    ["socket"],
    [AF_INET, AF_INET6, AF_UNIX].map((family) => ({ argument: 0, isNot: family })),
  ),
  ...internetKinds(),
  ...denyWhen("Only unix sockets come in pairs", ["socketpair"], [
    { argument: 0, isNot: AF_UNIX },
  ]),
];

function internetKinds(): readonly Rule[] {
  return denyWhen("Raw packets, and protocols whose module would have to be loaded", ["socket"], [
    { argument: 0, isNot: AF_UNIX },
    { argument: 1, mask: SOCK_TYPE_MASK, isNot: SOCK_STREAM },
    { argument: 1, mask: SOCK_TYPE_MASK, isNot: SOCK_DGRAM },
  ]);
}

const pairsOnly: readonly Rule[] = [
  ...denyWhen("Only unix sockets come in pairs", ["socketpair"], [
    { argument: 0, isNot: AF_UNIX },
  ]),
  // The kernel turns SOCK_RAW into a datagram, so that naming datagrams would not be enough.
  ...denyWhen(
    "One end of a datagram pair can send to any unix socket of the host",
    ["socketpair"],
    [
      { argument: 1, mask: SOCK_TYPE_MASK, isNot: SOCK_STREAM },
      { argument: 1, mask: SOCK_TYPE_MASK, isNot: SOCK_SEQPACKET },
    ],
  ),
];

const noNetwork: readonly Rule[] = [
  ...deny("The host's network, without a namespace in between", ["socket"]),
  ...deny(
    "The same, with a descriptor that came from elsewhere",
    ["connect", "accept", "accept4", "bind", "listen", "sendmmsg", "recvmmsg"],
  ),
  // Without an address it writes to what is connected, as event loops do to wake themselves.
  ...denyWhen("The same, with an address", ["sendto"], [{ argument: 4, isPointer: true }]),
];

const noHypervisor = denyWhen(
  "The machine around a virtual machine starts programs for whoever can talk to it",
  ["socket", "socketpair"],
  [{ argument: 0, is: AF_VSOCK }],
);

function deny(
  reason: string,
  syscalls: readonly Syscall[],
  error: Rule["error"] = "EPERM",
): readonly Rule[] {
  return syscalls.map((syscall) => ({ syscall, when: [], error, reason }));
}

function denyWhen(
  reason: string,
  syscalls: readonly Syscall[],
  when: readonly Condition[],
): readonly Rule[] {
  return syscalls.map((syscall) => ({ syscall, when, error: "EPERM", reason }));
}
