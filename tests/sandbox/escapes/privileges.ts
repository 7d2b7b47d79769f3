/** Attempts to gain rights, and to find what the server had. @module */

import { type Attempt, attempts, call, shell } from "./attempt.ts";
import { python } from "./python.ts";

const sh = String.raw;

/** Rights: kept, gained, or left behind for somebody else. */
export const privileges: readonly Attempt[] = attempts("privileges", [
  {
    id: "set-user-id-file",
    what: "a set-user-id file left in the workspace",
    run: sh`cp /bin/true t52; chmod 4755 t52 && [ -u t52 ] && echo ESCAPED`,
  },
  {
    id: "set-group-id-file",
    what: "a set-group-id file left in the workspace",
    run: sh`cp /bin/true t52; chmod 2755 t52 && [ -g t52 ] && echo ESCAPED`,
  },
  {
    id: "set-user-id-at-creation",
    what: "the same by the mode of open",
    run: python(
      `os.umask(0)
attempt(lambda: os.close(os.open("t53", os.O_CREAT | os.O_WRONLY, 0o6755)))
m = os.stat("t53").st_mode & 0o6000 if os.path.exists("t53") else 0
esc(oct(m)) if m else no("no bits")`,
    ),
  },
  {
    id: "set-user-id-by-openat2",
    what: "the same by openat2, whose mode a filter cannot see",
    run: python(
      `os.umask(0)
r, e = sysc("openat2", -100, b"t53", struct.pack("QQQ", os.O_CREAT | os.O_WRONLY, 0o6755, 0), 24)
m = os.stat("t53").st_mode & 0o6000 if os.path.exists("t53") else 0
esc(oct(m)) if m else no(name(e))`,
    ),
  },
  {
    id: "set-user-id-by-every-call",
    what: "the same by fchmod, fchmodat, fchmodat2, mknod, mkdir",
    run: python(
      `def bits(p, why):
    m = os.stat(p).st_mode & 0o6000 if os.path.exists(p) else 0
    esc(why, oct(m)) if m else no(why)
os.umask(0)
fd = os.open("t54", os.O_CREAT | os.O_WRONLY, 0o755)
sysc("fchmod", fd, 0o4755); bits("t54", "fchmod"); sysc("fchmod", fd, 0o755)
sysc("fchmodat", -100, b"t54", 0o4755); bits("t54", "fchmodat"); sysc("fchmod", fd, 0o755)
sysc("fchmodat2", -100, b"t54", 0o4755, 0); bits("t54", "fchmodat2"); sysc("fchmod", fd, 0o755)
sysc("mknodat", -100, b"t55", 0o106755, 0); bits("t55", "mknodat")`,
    ),
  },
  {
    id: "set-user-id-by-archive",
    what: "the same by unpacking an archive",
    run: python(
      `import io, tarfile
b = io.BytesIO(); t = tarfile.open(fileobj=b, mode="w"); i = tarfile.TarInfo("t56"); i.mode = 0o4755
t.addfile(i); t.close(); b.seek(0)
attempt(lambda: tarfile.open(fileobj=b).extract("t56"))
esc() if os.path.exists("t56") and os.stat("t56").st_mode & 0o4000 else no("no bit")`,
    ),
  },
  {
    id: "file-capability",
    what: "a capability on a file",
    control: "root",
    run:
      sh`cp /bin/true t57; PATH=$PATH:/sbin:/usr/sbin setcap cap_sys_admin+ep t57 && echo ESCAPED`,
  },
  {
    id: "file-capability-in-namespace",
    what: "a capability of a namespace on a file",
    control: "root",
    run: python(
      `open("t58", "w").close()
v = struct.pack("<IIIIII", 0x03000001, 0x200000, 0, 0, 0, os.getuid())
attempt(lambda: (os.setxattr("t58", "security.capability", v), esc()))`,
    ),
  },
  {
    id: "trusted-attribute",
    what: "an attribute that only the machine's root may set",
    control: "root",
    run: python(
      `open("t59", "w").close()
attempt(lambda: (os.setxattr("t59", "trusted.x", b"1"), esc()))`,
    ),
  },
  {
    id: "capabilities-left",
    what: "capabilities in any set",
    control: "root",
    run: sh`for s in CapEff CapPrm CapBnd CapInh CapAmb; do
grep -q "$s:.0000000000000000" /proc/self/status || echo ESCAPED $s; done`,
  },
  {
    id: "capabilities-by-exec",
    what: "capabilities gained by a set-user-id program",
    control: { never: "depends on the machine's programs" },
    run: sh`for p in su sudo mount ping newuidmap; do command -v $p; done
su -c 'grep CapEff /proc/self/status' </dev/null 2>&1 | grep -v 0000000000000000 | grep CapEff &&
echo ESCAPED; true`,
  },
  {
    id: "change-user",
    what: "another user",
    control: "root",
    run: sh`setpriv --reuid=12345 --clear-groups true && echo ESCAPED`,
  },
  {
    id: "drop-groups",
    what: "groups dropped, which lifts what denies them",
    control: "root",
    run: python(`attempt(lambda: (os.setgroups([]), esc()))`),
  },
  {
    id: "raise-hard-limit",
    what: "a hard limit raised",
    control: { never: "depends on the machine's limits" },
    run: python(
      `import resource
def f():
    for r in (resource.RLIMIT_CORE, resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC):
        s, h = resource.getrlimit(r)
        if h != resource.RLIM_INFINITY: resource.setrlimit(r, (s, h + 1)); esc(r)
try: f()
except (OSError, ValueError) as e: no(e)`,
    ),
  },
  {
    id: "priority",
    what: "a higher priority than others",
    control: "root",
    run: python(`attempt(lambda: (os.nice(-5), esc()))`),
  },
  {
    id: "real-time",
    what: "real-time scheduling",
    control: "root",
    run: python(
      `attempt(lambda: (os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)), esc()))`,
    ),
  },
  {
    id: "out-of-memory-immunity",
    what: "a better chance than others at the end of memory",
    control: { never: "needs a right that root may lack" },
    run: python(
      `def f():
    v = int(open("/proc/self/oom_score_adj").read())
    if v == -1000: no("nothing to gain"); return
    with open("/proc/self/oom_score_adj", "w") as g: g.write(str(v - 1))
    esc()
attempt(f)`,
    ),
  },
]);

/** What a child gets from the server without being meant to. */
export const inheritance: readonly Attempt[] = attempts("inheritance", [
  {
    id: "server-environment",
    what: "the server's own variables",
    control: { never: "a plain start gets the client's variables only, too" },
    run: sh`env | grep -q EXEC_SERVER_ESCAPE_MARKER && echo ESCAPED
for p in /proc/[0-9]*; do
[ -e /proc/$HPID ] && { echo ESCAPED; break; }
tr '\0' '\n' < $p/environ 2>/dev/null | grep -q EXEC_SERVER_ESCAPE_MARKER && echo ESCAPED $p; done; true`,
  },
  {
    id: "environment-on-command-line",
    what: "the command's variables on a command line everybody can read",
    control: { never: "a plain start has no such command line" },
    run: shell(
      sh`[ -e /proc/$HPID ] && { echo ESCAPED; exit; }
for p in /proc/[0-9]*; do tr '\0' '\n' < $p/cmdline 2>/dev/null | grep -q '^TOKEN=' && echo ESCAPED $p
tr '\0' '\n' < $p/cmdline | grep -q -e 'top[-]secret[-]token' && echo ESCAPED $p; done; true`,
      { env: { TOKEN: "top-secret-token" } },
    ),
  },
  {
    id: "policy-on-command-line",
    what: "the policy's hidden names on a command line inside",
    policy: "DEN",
    control: { never: "there is no policy without a sandbox" },
    run: sh`[ -e /proc/$HPID ] && { echo ESCAPED; exit; }
tr '\0' ' ' < /proc/1/cmdline | grep -q '/sec[r]et' && echo ESCAPED; true`,
  },
  {
    id: "leaked-descriptor",
    what: "a file that the server had open",
    control: { never: "the server's plain starts close descriptors, too" },
    run: python(
      `for n in os.listdir("/proc/self/fd"):
    n = int(n)
    if n < 3: continue
    try: t = os.readlink(f"/proc/self/fd/{n}")
    except OSError: continue
    if t.startswith("/proc/"): continue
    esc(n, t)
no("nothing above 2")`,
    ),
  },
  {
    id: "leaked-descriptor-in-first-process",
    what: "a descriptor that the sandbox's first process kept",
    control: { never: "the machine's first process is left alone" },
    run: python(
      `shielded()
def f():
    for n in os.listdir("/proc/1/fd"):
        t = os.readlink(f"/proc/1/fd/{n}")
        if LEAK in t or OUT in t: esc(n, t)
        if t.startswith("/") and not t.startswith(("/dev/", "/proc/", "/memfd")): esc(n, t)
attempt(f)`,
    ),
  },
  {
    id: "leaked-directory-openat",
    what: "a directory that the server had open, as a way out",
    control: { never: "the server's plain starts close descriptors, too" },
    run: python(
      `for n in range(3, 100):
    try: secret(os.read(os.open("file", os.O_RDWR, dir_fd=n), 30))
    except OSError: pass
    try: secret(os.pread(n, 30, 0))
    except OSError: pass`,
    ),
  },
  {
    id: "standard-streams-reopened",
    what: "the server's sockets behind the standard streams",
    control: { never: "pipes lead nowhere" },
    run: python(
      `for n in (0, 1, 2):
    try:
        t = os.readlink(f"/proc/self/fd/{n}")
        esc(n, t) if t.startswith("/") and t != "/dev/null" else no(n, t)
    except OSError as e: no(e)`,
    ),
  },
  {
    id: "server-process-visible",
    what: "the server among the processes",
    run: sh`for p in /proc/[0-9]*; do
tr '\0' ' ' < $p/cmdline 2>/dev/null | grep -q -e 'main[.]ts --listen' -e 'listen w[s]:' &&
echo ESCAPED $p; done; true`,
    control: "anybody",
  },
  {
    id: "reserved-file-descriptor-call",
    what: "a file of /proc/self/fd by a file call",
    run: call("fs/readFile", { path: "file:///proc/self/fd/50" }),
    control: { never: "the server may have closed it" },
  },
  {
    id: "server-environment-by-call",
    what: "the environment of the process that serves file calls",
    run: call("fs/readFile", { path: "file:///proc/self/environ" }),
  },
]);
