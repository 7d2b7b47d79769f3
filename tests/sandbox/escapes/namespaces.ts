/** Attempts to leave by namespaces and mounts. @module */

import { type Attempt, attempts } from "./attempt.ts";
import { python } from "./python.ts";

const sh = String.raw;
const unmounted = { never: "nothing is mounted there without a sandbox" };

/** By the tools, and by the calls below them. */
export const namespaces: readonly Attempt[] = attempts("namespaces", [
  {
    id: "remount-root",
    what: "the root made writable again",
    control: "root",
    run: sh`mount -o remount,rw,bind / && echo x > $OUT/e31 && echo ESCAPED`,
  },
  {
    id: "remount-root-by-call",
    what: "the same by mount(2)",
    control: "root",
    run: python(`made("mount", b"none", b"/", None, 0x1020, None)`),
  },
  {
    id: "mount-tmpfs",
    what: "a file system of one's own",
    control: "root",
    run: python(`os.mkdir("m"); made("mount", b"tmpfs", b"m", b"tmpfs", 0, None)`),
  },
  {
    id: "mount-bind",
    what: "a bind mount",
    control: "root",
    run: python(`os.mkdir("m"); made("mount", OUT.encode(), b"m", None, 4096, None)`),
  },
  {
    id: "mount-proc",
    what: "a /proc of one's own",
    control: "root",
    run: python(`os.mkdir("m"); made("mount", b"proc", b"m", b"proc", 0, None)`),
  },
  {
    id: "mount-overlay",
    what: "an overlay",
    control: "root",
    run:
      sh`mkdir -p u w m; mount -t overlay o -o lowerdir=$OUT,upperdir=u,workdir=w m && echo ESCAPED`,
  },
  {
    id: "nested-namespace-remount",
    what: "a user namespace, then remount",
    run: sh`unshare -Urm sh -c 'mount -o remount,rw,bind / && echo x > $OUT/e33 && echo ESCAPED'`,
  },
  {
    id: "nested-namespace-unmount",
    what: "a user namespace, then umount of .git",
    control: unmounted,
    run: sh`unshare -Urm sh -c 'umount -l .git && echo ESCAPED'`,
  },
  {
    id: "nested-namespace-unmount-devices",
    what: "a user namespace, then umount of /dev",
    control: unmounted,
    run: sh`unshare -Urm sh -c 'umount -l /dev && ls /dev/kmsg && echo ESCAPED'`,
  },
  {
    id: "nested-user-namespace",
    what: "a user namespace at all",
    run: sh`unshare -Ur true && echo ESCAPED`,
  },
  {
    id: "nested-user-namespace-unmapped",
    what: "a user namespace without a map",
    run: python(`made("unshare", 0x10000000)`),
  },
  {
    id: "nested-user-namespace-by-clone",
    what: "a user namespace by clone",
    run: python(`r, e = sysc("clone", 0x10000011, 0, 0, 0, 0)
if r == 0: os._exit(0)
esc() if r > 0 else no(name(e))`),
  },
  {
    id: "nested-user-namespace-by-clone3",
    what: "a user namespace by clone3",
    run: python(`a = struct.pack("QQQQQQQQ", 0x10000000, 0, 0, 0, 17, 0, 0, 0)
r, e = sysc("clone3", a, 64)
if r == 0: os._exit(0)
esc() if r > 0 else no(name(e))`),
  },
  ...["mount", "pid", "net", "ipc", "uts", "cgroup", "time"].map((kind, index) => ({
    id: `unshare-${kind}`,
    what: `another ${kind} namespace`,
    control: "root" as const,
    run: python(
      `made("unshare", ${
        [0x20000, 0x20000000, 0x40000000, 0x08000000, 0x04000000, 0x02000000, 0x80][index] ?? 0
      })`,
    ),
  })),
  {
    id: "enter-mounts-of-first-process",
    what: "the mount namespace of the first process",
    control: "root",
    run: sh`P=1; [ -e /proc/$HPID/cmdline ] && P=$HPID
nsenter -t $P -m sh -c 'echo x > $OUT/e39 && echo ESCAPED'`,
  },
  {
    id: "enter-own-namespace",
    what: "setns at all",
    run: python(`reached("setns", -1, 0)`),
  },
  {
    id: "enter-by-pidfd",
    what: "setns by pidfd",
    control: "root",
    run: python(`r, e = sysc("pidfd_open", os.getppid(), 0)
made("setns", r, 0x20000) if r >= 0 else no(name(e))`),
  },
  {
    id: "chroot",
    what: "chroot, the beginning of the classic way out",
    control: "root",
    run: python(`os.mkdir("c"); made("chroot", b"c")`),
  },
  {
    id: "pivot-root-in-nested-namespace",
    what: "pivot_root in a user namespace",
    run: sh`unshare -Urm sh -c 'mkdir -p p/old; mount --rbind p p; cd p; mount --rbind / old &&
echo x > old$OUT/e41 && echo ESCAPED'`,
  },
  {
    id: "pivot-root",
    what: "pivot_root at all",
    control: "root",
    run: python(`reached("pivot_root", b"/nonexistent", b"/nonexistent")`),
  },
  {
    id: "new-mount-api-fsopen",
    what: "fsopen",
    control: "root",
    run: python(`made("fsopen", b"tmpfs", 0)`),
  },
  {
    id: "new-mount-api-open-tree",
    what: "open_tree with a copy",
    control: "root",
    run: python(`made("open_tree", -100, OUT.encode(), 1)`),
  },
  {
    id: "new-mount-api-fspick",
    what: "fspick",
    control: "root",
    run: python(`made("fspick", -100, b"/", 0)`),
  },
  {
    id: "new-mount-api-move-mount",
    what: "move_mount",
    control: "root",
    run: python(`reached("move_mount", -1, b"", -100, b"/", 4)`),
  },
  {
    id: "new-mount-api-setattr",
    what: "mount_setattr that clears read-only",
    control: "root",
    run: python(`made("mount_setattr", -100, b"/", 0, struct.pack("QQQQ", 0, 1, 0, 0), 32)`),
  },
  {
    id: "unmount-protected",
    what: "umount2 of what protects .git",
    control: unmounted,
    run: python(`made("umount2", (WS + "/.git").encode(), 2); made("umount2", b".git", 0)`),
  },
  {
    id: "unmount-proc-sys",
    what: "umount2 of what protects /proc/sys",
    control: unmounted,
    run: python(
      `shielded(); made("umount2", b"/proc/sys", 2); made("umount2", b"/proc", 2)`,
    ),
  },
  {
    id: "cgroup-mount",
    what: "a cgroup hierarchy with a release agent",
    run: sh`unshare -UrmC sh -c 'mkdir -p cg; mount -t cgroup2 none cg && echo ESCAPED'`,
  },
  {
    id: "cgroup-release-agent",
    what: "a release agent in the host's hierarchy",
    control: { never: "depends on the machine's hierarchies, and must not be tried on them" },
    run: sh`[ -e /proc/$HPID ] && { echo ESCAPED; exit; }
for f in $(find /sys/fs/cgroup -maxdepth 2 -name release_agent 2>/dev/null); do
v=$(cat $f) && echo "$v" > $f && echo ESCAPED $f; done; true`,
  },
  {
    id: "cgroup-move",
    what: "a process moved to another control group",
    control: { never: "depends on the machine's hierarchies, and must not be tried on them" },
    run: sh`[ -e /proc/$HPID ] && { echo ESCAPED; exit; }
for f in $(find /sys/fs/cgroup -maxdepth 2 -name cgroup.procs 2>/dev/null); do
echo 0 > $f && echo ESCAPED $f; done; true`,
  },
  {
    id: "old-root",
    what: "the host's root where the sandbox was built",
    control: { never: "exists in sandboxes only" },
    run:
      sh`ls /oldroot/etc 2>/dev/null && echo ESCAPED; ls /newroot/etc 2>/dev/null && echo ESCAPED; true`,
  },
]);
