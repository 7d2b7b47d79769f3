/** What a machine tells about itself that decides whether sandboxes can be made on it. @module */

/** How to look at a machine. */
export interface MachineView {
  /** Its operating system, as the runtime calls it. */
  readonly system: string;
  /** The user that this program runs as; undefined where there are none. */
  readonly uid: number | undefined;
  /** Text of a small file; undefined when it cannot be read. */
  readonly text: (path: string) => string | undefined;
}

/** What was found; what the machine does not tell is undefined. */
export interface MachineFacts {
  /** The operating system, as the runtime calls it. */
  readonly system: string;
  /** The user that this program runs as. */
  readonly uid: number | undefined;
  /** `user.max_user_namespaces`; 0 turns them off. */
  readonly maxUserNamespaces: number | undefined;
  /** `kernel.unprivileged_userns_clone` of Debian's kernels; 0 leaves them to root. */
  readonly unprivilegedUserNamespaces: number | undefined;
  /** Whether AppArmor takes the rights away that a user namespace gives (Ubuntu since 23.10). */
  readonly appArmorRestricts: boolean;
  /** `vm.memfd_noexec`; 2 forbids to execute files in memory. */
  readonly memoryFilesNoExec: number | undefined;
  /** Whether root may give rights to programs (CAP_SETFCAP), which mapping users needs as well. */
  readonly maySetCapabilities: boolean | undefined;
  /** Whether a system call filter is in force already, as in most containers. */
  readonly isFiltered: boolean | undefined;
  /** Which container this program runs in, as far as it can be told. */
  readonly container: string | undefined;
  /** Whether this is the Windows Subsystem for Linux without a Linux kernel. */
  readonly isWsl1: boolean;
}

const SETFCAP = 31n;

/** Looks once; everything here can change while the program runs. */
export function machineFacts({ system, uid, text }: MachineView): MachineFacts {
  const number = (path: string) => numberIn(text(path));
  const status = text("/proc/self/status") ?? "";
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  const filter = /^Seccomp:\s*(\d+)$/m.exec(status)?.[1];
  return {
    system,
    uid,
    maxUserNamespaces: number("/proc/sys/user/max_user_namespaces"),
    unprivilegedUserNamespaces: number("/proc/sys/kernel/unprivileged_userns_clone"),
    appArmorRestricts: number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") === 1,
    memoryFilesNoExec: number("/proc/sys/vm/memfd_noexec"),
    maySetCapabilities: bounding === undefined
      ? undefined
      : (BigInt(`0x${bounding}`) >> SETFCAP & 1n) === 1n,
    isFiltered: filter === undefined ? undefined : filter === "2",
    container: containerOf(text),
    isWsl1: isWsl1(text("/proc/version") ?? ""),
  };
}

function numberIn(text: string | undefined): number | undefined {
  const digits = text?.trim() ?? "";
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

function containerOf(text: MachineView["text"]): string | undefined {
  if (text("/.dockerenv") !== undefined) return "Docker";
  const podman = text("/run/.containerenv");
  if (podman !== undefined) return "Podman";
  const groups = text("/proc/1/cgroup") ?? "";
  return /kubepods/.test(groups) ? "Kubernetes" : undefined;
}

/** The second one has a Linux kernel, which says so. */
function isWsl1(version: string): boolean {
  return /microsoft/i.test(version) && !/microsoft-standard|WSL2/i.test(version);
}
