/** Steps that run Python, with what most of them need already at hand. @module */

import type { CommandOptions, Step } from "./attempt.ts";

/**
 * - `esc(…)`: tells that the attempt worked. The word is put together, so that a traceback which
 *   quotes the source is not taken for it.
 * - `sysc(NAME, …)`: makes a system call; `(result, errno)`.
 * - `reached(NAME, …)`: tells that a call got further than its permission check: for calls which
 *   would do harm with valid arguments.
 * - `attempt(f)`: runs `f`, reporting an `OSError` as a block.
 * - `WS`, `OUT`, … from the environment.
 */
const prelude = String.raw`
import ctypes, errno, fcntl, os, platform, signal, socket, struct, sys, time
globals().update({k: v for k, v in os.environ.items() if k.isupper() and k.isidentifier()})
l = ctypes.CDLL(None, use_errno=True)
X = platform.machine() == "x86_64"
N = {"add_key":(248,217),"request_key":(249,218),"keyctl":(250,219),"userfaultfd":(323,282),"bpf":(321,280),
"perf_event_open":(298,241),"name_to_handle_at":(303,264),"open_by_handle_at":(304,265),"sethostname":(170,161),
"setdomainname":(171,162),"mount":(165,40),"umount2":(166,39),"pivot_root":(155,41),"chroot":(161,51),
"setns":(308,268),"unshare":(272,97),"clone":(56,220),"ptrace":(101,117),"process_vm_readv":(310,270),
"process_vm_writev":(311,271),"kexec_load":(246,104),"kexec_file_load":(320,294),"init_module":(175,105),
"finit_module":(313,273),"delete_module":(176,106),"reboot":(169,142),"swapon":(167,224),"swapoff":(168,225),
"acct":(163,89),"quotactl":(179,60),"settimeofday":(164,170),"syslog":(103,116),"vhangup":(153,58),
"mknodat":(259,33),"fchmodat":(268,53),"fchmod":(91,52),"iopl":(172,-1),"ioperm":(173,-1),"lookup_dcookie":(212,18),
"fanotify_init":(300,262),"adjtimex":(159,171),"prlimit64":(302,261),"kcmp":(312,272),"move_pages":(279,239),
"openat2":(437,437),"io_uring_setup":(425,425),"io_uring_enter":(426,426),"io_uring_register":(427,427),
"open_tree":(428,428),"move_mount":(429,429),"fsopen":(430,430),"fsconfig":(431,431),"fsmount":(432,432),
"fspick":(433,433),"pidfd_open":(434,434),"clone3":(435,435),"pidfd_getfd":(438,438),"process_madvise":(440,440),
"mount_setattr":(442,442),"quotactl_fd":(443,443),"memfd_secret":(447,447),"fchmodat2":(452,452),"setxattr":(188,5)}
def esc(*why): print("ESC" + "APED", *why, flush=True)
def no(*why): print("blocked", *why, flush=True)
def name(e): return errno.errorcode.get(e, str(e))
def sysc(nr, *args):
    if isinstance(nr, str): nr = N[nr][0 if X else 1]
    ctypes.set_errno(0)
    r = l.syscall(ctypes.c_long(nr), *[ctypes.c_long(a) if isinstance(a, int) else ctypes.c_long(0) if a is None else a for a in args])
    return r, ctypes.get_errno()
def made(nr, *args):
    r, e = sysc(nr, *args)
    if r >= 0: esc(nr, r)
    elif e == errno.ENOSYS: print("unsupported", nr)
    else: no(nr, name(e))
    return r
def reached(nr, *args):
    r, e = sysc(nr, *args)
    if e == errno.ENOSYS: print("unsupported", nr)
    elif r < 0 and e in (errno.EPERM, errno.EACCES): no(nr, name(e))
    else: esc(nr, r, name(e))
def attempt(f, *args):
    try: return f(*args)
    except OSError as e: no(e)
def secret(data): esc(data[:20]) if b"TOP-SECRET" in data else no("nothing found")
def hostpids():
    try: return b"99991" in open("/proc/" + HPID + "/cmdline", "rb").read()
    except OSError: return False
def shielded():
    if hostpids(): esc("the host's processes are visible"); sys.exit()
def forked(f):
    pid = os.fork()
    if pid == 0:
        try: f()
        except OSError as e: no(e)
        os._exit(0)
    return os.waitpid(pid, 0)
`;

/** A step that runs Python. */
export function python(source: string, options: CommandOptions = {}): Step {
  const text = `${prelude}\n${source}`;
  return { kind: "command", argv: ["python3", "-S", "-E", "-c", text], ...options };
}
