/** Attempts on other processes and terminals, and what the machine tells about itself. @module */

import { type Attempt, attempts, shell } from "./attempt.ts";
import { python } from "./python.ts";

const sh = String.raw;

/** The host's processes, and those of other commands. */
export const processes: readonly Attempt[] = attempts("processes", [
  {
    id: "signal-host-process",
    what: "a process of the host",
    run: sh`kill -0 $HPID && grep -q 99991 /proc/$HPID/cmdline && echo ESCAPED`,
  },
  {
    id: "kill-host-process",
    what: "a process of the host, killed",
    run: sh`kill -9 $HPID`,
  },
  {
    id: "signal-host-process-by-pidfd",
    what: "a process of the host by pidfd",
    run: python(`attempt(lambda: (os.pidfd_open(int(HPID)), hostpids() and esc()))`),
  },
  {
    id: "renice-host-process",
    what: "a host process's priority, limits and processors",
    run: python(
      `def f():
    if not hostpids(): no("not visible")
    os.setpriority(os.PRIO_PROCESS, int(HPID), 19); esc()
attempt(f)
r, e = sysc("prlimit64", int(HPID), 7, None, ctypes.create_string_buffer(16))
esc() if r == 0 and hostpids() else no(name(e))`,
    ),
  },
  {
    id: "see-host-processes",
    what: "the host's processes",
    run: sh`ps ax -o args 2>/dev/null | grep -q '[s]leep 9999[1]' && echo ESCAPED
grep -l 'sleep.9999[1]' /proc/[0-9]*/cmdline 2>/dev/null | grep -q . && echo ESCAPED; true`,
  },
  {
    id: "memory-of-first-process",
    what: "the memory of the sandbox's first process, written back as it was",
    control: { never: "the machine's first process is left alone" },
    run: python(
      `shielded()
def f():
    m = [x for x in open("/proc/1/maps") if " rw-p " in x][0]
    a = int(m.split("-")[0], 16); g = open("/proc/1/mem", "r+b", 0)
    g.seek(a); b = g.read(8); g.seek(a); g.write(b); esc()
attempt(f)`,
    ),
  },
  {
    id: "signal-first-process",
    what: "the sandbox's first process killed, and outlived",
    control: { never: "the machine's first process is left alone" },
    run: python(
      `shielded()
for n in (9, 19, 15, 2): attempt(os.kill, 1, n)
no("still here")`,
    ),
  },
  {
    id: "kill-other-command",
    what: "another sandboxed command",
    run: [
      shell("echo ready; exec sleep 99977", { background: true }),
      python(
        `import glob
for p in glob.glob("/proc/[0-9]*"):
    try:
        if open(p + "/cmdline", "rb").read() == b"sleep\\x0099977\\x00" and os.readlink(p + "/cwd") == WS:
            os.kill(int(p[6:]), 9); esc(p)
    except OSError: pass
no("not seen")`,
      ),
    ],
  },
  {
    id: "read-other-commands-environment",
    what: "the environment of another sandboxed command",
    run: [
      shell("echo ready; exec sleep 99977", { background: true, env: { OTHER: "other-command" } }),
      sh`for p in /proc/[0-9]*; do tr '\0' '\n' < $p/environ 2>/dev/null |
grep '^OTHER=other-command' && echo ESCAPED $p; done; true`,
    ].map((step) => typeof step === "string" ? shell(step) : step),
  },
  {
    id: "write-other-commands-files",
    what: "the descriptors of another sandboxed command",
    run: [
      shell("echo ready; exec sleep 99977", { background: true }),
      python(
        `import glob
for p in glob.glob("/proc/[0-9]*"):
    try:
        if open(p + "/cmdline", "rb").read() == b"sleep\\x0099977\\x00" and os.readlink(p + "/cwd") == WS:
            open(p + "/fd/1", "wb").write(b"x"); esc(p)
    except OSError: pass
no("not seen")`,
      ),
    ],
  },
  {
    id: "system-five-memory",
    what: "the host's shared memory",
    run: python(
      `l.shmat.restype = ctypes.c_void_p
i = l.shmget(int(SHMKEY), 0, 0)
a = l.shmat(i, None, 0o10000) if i >= 0 else None
secret(ctypes.string_at(a, 20)) if a and a != 2**64 - 1 else no(name(ctypes.get_errno()))`,
    ),
  },
  {
    id: "daemon-outlives-command",
    what: "a daemon after the command's end",
    control: { never: "plain starts end their tree, too" },
    run: [
      shell(
        sh`(setsid setsid sh -c 'echo up > alive; while :; do sleep 0.05; date +%N > beat; done' \
>/dev/null 2>&1 &); while [ ! -s alive ]; do sleep 0.02; done`,
      ),
      // Bounded: a beat comes twenty times a second.
      shell(
        sh`a=$(cat beat 2>/dev/null); sleep 0.4; b=$(cat beat 2>/dev/null); [ "$a" = "$b" ] || echo ESCAPED`,
      ),
    ],
  },
  {
    id: "file-lock-kept",
    what: "a lock on an outside file kept by a daemon",
    control: { never: "plain starts end their tree, too" },
    run: [
      python(
        `if os.fork() == 0:
    os.setsid(); fd = os.open(WS + "/f", os.O_RDWR); fcntl.flock(fd, fcntl.LOCK_EX)
    open("locked", "w").close(); time.sleep(20); os._exit(0)
while not os.path.exists("locked"): time.sleep(0.01)`,
      ),
      python(
        `fd = os.open(WS + "/f", os.O_RDWR)
try: fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB); no("free")
except OSError as e: esc(e)`,
      ),
    ],
  },
]);

/** Terminals: one's own, and others'. */
export const terminals: readonly Attempt[] = attempts("terminals", [
  {
    id: "push-input",
    what: "input pushed into the terminal (TIOCSTI)",
    control: { never: "kernels may refuse it to everybody" },
    run: python(
      `import termios
for p in (0, "/dev/tty"):
    try:
        fd = p if p == 0 else os.open(p, os.O_RDWR)
        for b in b"id\\n": fcntl.ioctl(fd, termios.TIOCSTI, bytes([b]))
        esc(p)
    except OSError as e: no(p, e)`,
      { tty: true },
    ),
  },
  {
    id: "push-input-upper-half",
    what: "the same with a request whose upper half is not zero",
    control: { never: "kernels may refuse it to everybody" },
    run: python(
      `r, e = sysc(16 if X else 29, 0, 0x100005412, b"x")
esc() if r == 0 else no(name(e))`,
      { tty: true },
    ),
  },
  {
    id: "console-selection",
    what: "a console's selection (TIOCLINUX)",
    control: { never: "needs a console" },
    run: python(
      `r, e = sysc(16 if X else 29, 0, 0x541c, b"\\x00" * 16)
esc() if r == 0 else no(name(e))`,
      { tty: true },
    ),
  },
  {
    id: "write-host-terminal",
    what: "a terminal of the host",
    run: python(
      `attempt(lambda: os.write(os.open(HPTY, os.O_WRONLY | os.O_NOCTTY), b"terminal " + BASE.encode()))`,
    ),
  },
  {
    id: "write-host-terminal-from-terminal",
    what: "a terminal of the host, from a terminal",
    run: python(
      `attempt(lambda: os.write(os.open(HPTY, os.O_WRONLY | os.O_NOCTTY), b"terminal " + BASE.encode()))`,
      { tty: true },
    ),
  },
  {
    id: "other-terminals",
    what: "terminals that are not one's own",
    control: { never: "depends on who is logged in" },
    run: python(
      `import glob
own = {os.ttyname(0)}
for p in glob.glob("/dev/pts/[0-9]*") + ["/dev/console", "/dev/tty0", "/dev/tty1", "/dev/ttyS0"]:
    if p in own or not os.path.exists(p): continue
    try:
        if os.stat(p).st_rdev == os.fstat(0).st_rdev: continue
        os.close(os.open(p, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)); esc(p)
    except OSError as e: no(p, e)`,
      { tty: true },
    ),
  },
  {
    id: "terminal-without-one",
    what: "the server's own terminal as controlling terminal",
    control: { never: "the server has none in a test" },
    run: python(`attempt(lambda: (os.close(os.open("/dev/tty", os.O_RDWR)), esc()))`),
  },
]);

/** What should stay unknown, and what should be limited. */
export const information: readonly Attempt[] = [
  ...attempts("information", [
    {
      id: "host-interfaces",
      what: "the host's network interfaces",
      control: { never: "depends on the machine" },
      run:
        sh`ls /sys/class/net /proc/1/net/dev_snmp6 2>/dev/null | grep -E '^(eth|en|wl|docker)' && echo ESCAPED; true`,
    },
    {
      id: "host-mounts",
      what: "the launcher's own paths in the list of mounts",
      control: { never: "depends on the launcher" },
      run: sh`grep -e /oldroot -e /newroot /proc/self/mountinfo && echo ESCAPED; true`,
    },
    {
      id: "metadata-of-denied",
      what: "size and times of a denied file",
      policy: "DEN",
      run: sh`[ "$(stat -c %s $SEC/key 2>/dev/null)" = 15 ] && echo ESCAPED; true`,
    },
  ]),
  ...attempts("resources", [
    {
      id: "core-dumps",
      what: "core dumps, which the host's program would get",
      control: { never: "depends on the machine's limits" },
      run: python(
        `import resource
esc() if resource.getrlimit(resource.RLIMIT_CORE)[1] != 0 else no("limited")`,
      ),
    },
  ]),
];
