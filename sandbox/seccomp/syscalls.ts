/** The numbers of system calls on both architectures. @module */

/** A processor this project speaks to directly, as `Deno.build.arch` names it. */
export type Architecture = "x86_64" | "aarch64";

/**
 * For each system call its number on x86-64 and on arm64; `undefined` where there is no such call.
 *
 * Source: `<asm/unistd_64.h>` and `<asm-generic/unistd.h>` of Linux 6.1, compared with what both
 * compilers make of `<sys/syscall.h>`; `fchmodat2` (6.6) and `open_tree_attr` (6.15), which have the
 * same number everywhere, from the kernel's own table.
 */
const numbers = {
  accept: [43, 202],
  accept4: [288, 242],
  acct: [163, 89],
  add_key: [248, 217],
  bind: [49, 200],
  bpf: [321, 280],
  chmod: [90, undefined],
  clock_settime: [227, 112],
  clone: [56, 220],
  clone3: [435, 435],
  close: [3, 57],
  close_range: [436, 436],
  connect: [42, 203],
  creat: [85, undefined],
  delete_module: [176, 106],
  execve: [59, 221],
  exit_group: [231, 94],
  fchmod: [91, 52],
  fchmodat: [268, 53],
  fchmodat2: [452, 452],
  finit_module: [313, 273],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fsopen: [430, 430],
  fspick: [433, 433],
  init_module: [175, 105],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  io_uring_setup: [425, 425],
  ioctl: [16, 29],
  ioperm: [173, undefined],
  iopl: [172, undefined],
  kexec_file_load: [320, 294],
  kexec_load: [246, 104],
  keyctl: [250, 219],
  listen: [50, 201],
  lookup_dcookie: [212, 18],
  mknod: [133, undefined],
  mknodat: [259, 33],
  mount: [165, 40],
  mount_setattr: [442, 442],
  move_mount: [429, 429],
  open: [2, undefined],
  open_by_handle_at: [304, 265],
  open_tree: [428, 428],
  open_tree_attr: [467, 467],
  openat: [257, 56],
  openat2: [437, 437],
  perf_event_open: [298, 241],
  pidfd_getfd: [438, 438],
  pivot_root: [155, 41],
  prctl: [157, 167],
  prlimit64: [302, 261],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  ptrace: [101, 117],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  read: [0, 63],
  reboot: [169, 142],
  recvmmsg: [299, 243],
  request_key: [249, 218],
  seccomp: [317, 277],
  sendmmsg: [307, 269],
  sendmsg: [46, 211],
  sendto: [44, 206],
  setdomainname: [171, 162],
  sethostname: [170, 161],
  setns: [308, 268],
  setsid: [112, 157],
  setsockopt: [54, 208],
  settimeofday: [164, 170],
  socket: [41, 198],
  socketpair: [53, 199],
  swapoff: [168, 225],
  swapon: [167, 224],
  syslog: [103, 116],
  umount2: [166, 39],
  unshare: [272, 97],
  userfaultfd: [323, 282],
  writev: [20, 66],
} as const satisfies Readonly<Record<string, readonly [number, number | undefined]>>;

/** The name of a system call in the table. */
export type Syscall = keyof typeof numbers;

/** The number of `syscall` on `architecture`, or `undefined` when it has no such call. */
export function syscallNumber(syscall: Syscall, architecture: Architecture): number | undefined {
  const [x86, arm] = numbers[syscall];
  return architecture === "x86_64" ? x86 : arm;
}
