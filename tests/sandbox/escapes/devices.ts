/** Attempts to reach devices and the kernel's switches. @module */

import { type Attempt, attempts } from "./attempt.ts";
import { python } from "./python.ts";

const sh = String.raw;
const absent = { never: "depends on the machine's devices" };

/** Devices: made, found, or opened again. */
export const devices: readonly Attempt[] = attempts("devices", [
  {
    id: "make-device",
    what: "a device node that works",
    control: "root",
    run: python(`r = made("mknodat", -100, b"zero2", 0o20666, 0x105)`),
  },
  {
    id: "make-block-device",
    what: "a node of a disk",
    control: "root",
    run: python(`made("mknodat", -100, b"disk2", 0o60660, 0xfe00)`),
  },
  {
    id: "raw-disk-read",
    what: "a disk read past the file system",
    control: absent,
    run: sh`for d in /dev/vda /dev/sda /dev/nvme0n1 /dev/dm-0; do
[ -e $d ] && dd if=$d of=/dev/null bs=512 count=1 2>&1 && echo ESCAPED $d; done; true`,
  },
  {
    id: "kernel-memory",
    what: "memory and ports of the machine",
    control: absent,
    run: python(
      `for p in ("/dev/mem", "/dev/kmem", "/dev/port", "/proc/kcore"):
    try: os.close(os.open(p, os.O_RDONLY)); esc(p)
    except OSError as e: no(p, e)`,
    ),
  },
  {
    id: "privileged-devices",
    what: "kvm, fuse, loop control, tun, uinput, vhost",
    control: "root",
    run: python(
      `import glob
for p in ("/dev/kvm", "/dev/fuse", "/dev/loop-control", "/dev/net/tun", "/dev/uinput",
          "/dev/vhost-vsock", "/dev/vhost-net", "/dev/vsock", "/dev/autofs", "/dev/btrfs-control",
          *glob.glob("/dev/dri/*"), *glob.glob("/dev/input/*"), *glob.glob("/dev/snd/*")):
    try: os.close(os.open(p, os.O_RDWR)); esc(p)
    except OSError as e: no(p, e)`,
    ),
  },
  {
    id: "kernel-log-device",
    what: "/dev/kmsg, which can be written to",
    control: "root",
    run: python(`attempt(lambda: (os.close(os.open("/dev/kmsg", os.O_WRONLY)), esc()))`),
  },
  {
    id: "devices-by-number",
    what: "a kernel log device by a node of one's own",
    control: "root",
    run: python(`r, e = sysc("mknodat", -100, b"kmsg2", 0o20666, 0x10b)
attempt(lambda: (os.close(os.open("kmsg2", os.O_RDWR)), esc()))`),
  },
  {
    id: "host-shared-memory-file",
    what: "a file in the host's /dev/shm",
    run: python(`attempt(lambda: secret(open(HSHM, "rb").read()))`),
  },
]);

/** Switches under /proc and /sys. Values are written back as they were. */
export const kernel: readonly Attempt[] = attempts("kernel", [
  {
    id: "sysctl-same-value",
    what: "a sysctl of the machine",
    control: "root",
    run: sh`v=$(cat /proc/sys/kernel/printk); echo "$v" > /proc/sys/kernel/printk && echo ESCAPED`,
  },
  {
    id: "core-pattern",
    what: "the program that the kernel runs for core dumps",
    control: "root",
    run: python(
      `attempt(lambda: (os.close(os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY)), esc()))`,
    ),
  },
  {
    id: "modprobe-path",
    what: "programs that the kernel runs",
    control: "root",
    run: python(
      `for p in ("kernel/modprobe", "kernel/hotplug", "kernel/poweroff_cmd", "fs/binfmt_misc/register"):
    try: os.close(os.open("/proc/sys/" + p, os.O_WRONLY)); esc(p)
    except OSError as e: no(p, e)`,
    ),
  },
  {
    id: "sysctl-all",
    what: "any sysctl that can be opened for writing",
    control: "root",
    run: python(
      `found = []
for d, _, names in os.walk("/proc/sys"):
    for n in names:
        try: os.close(os.open(d + "/" + n, os.O_WRONLY)); found.append(d + "/" + n)
        except OSError: pass
mine = ("/proc/sys/net/", "/proc/sys/kernel/ns_last_pid")
found = [f for f in found if not f.startswith(mine)]
esc(len(found), found[:3]) if found else no("none")`,
    ),
  },
  {
    id: "sysctl-of-the-host-network",
    what: "a switch of the network, network enabled",
    policy: "WWnet",
    control: "root",
    run: python(
      `p = "/proc/sys/net/ipv4/ip_forward"
attempt(lambda: (os.close(os.open(p, os.O_WRONLY)), esc(p)))`,
    ),
  },
  {
    id: "sysrq",
    what: "the emergency key",
    control: "root",
    run: python(
      `if not os.path.exists("/proc/sysrq-trigger"): print("unsupported"); sys.exit()
attempt(lambda: (os.close(os.open("/proc/sysrq-trigger", os.O_WRONLY)), esc()))`,
    ),
  },
  {
    id: "proc-switches",
    what: "other switches at the top of /proc",
    control: "root",
    run: python(
      `import glob
for p in ("/proc/irq/default_smp_affinity", "/proc/mtrr", "/proc/timer_list", "/proc/latency_stats",
          *glob.glob("/proc/acpi/*"), *glob.glob("/proc/irq/*/smp_affinity")[:2], "/proc/fs/nfsd/threads"):
    try: os.close(os.open(p, os.O_WRONLY)); esc(p)
    except OSError as e: no(p, e)`,
    ),
  },
  {
    id: "sysfs-write",
    what: "a switch under /sys",
    control: "root",
    run: sh`f=/sys/kernel/mm/transparent_hugepage/enabled
v=$(sed 's/.*\[\(.*\)\].*/\1/' $f) && echo $v > $f && echo ESCAPED`,
  },
  {
    id: "uevent-helper",
    what: "the program that the kernel runs for devices",
    control: absent,
    run: python(
      `attempt(lambda: (os.close(os.open("/sys/kernel/uevent_helper", os.O_WRONLY)), esc()))`,
    ),
  },
  {
    id: "debug-file-systems",
    what: "debugfs, tracefs, bpf, firmware variables, security modules",
    control: absent,
    run: python(
      `for p in ("/sys/kernel/debug/tracing/trace_marker", "/sys/kernel/tracing/trace_marker",
          "/sys/kernel/security/apparmor/.load", "/sys/power/state", "/sys/kernel/debug/sched/debug"):
    try: os.close(os.open(p, os.O_WRONLY)); esc(p)
    except OSError as e: no(p, e)`,
    ),
  },
  {
    id: "kernel-log",
    what: "the kernel's log and addresses",
    control: "root",
    run: python(
      `r, e = sysc("syslog", 3, ctypes.create_string_buffer(64), 64)
esc("log") if r > 0 else no(name(e))
try:
    if any(not line.startswith("0000000000000000") for line in open("/proc/kallsyms")): esc("kallsyms")
except OSError as e: no(e)`,
    ),
  },
]);
