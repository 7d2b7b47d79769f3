/** Attempts to make system calls that give power or reach the kernel's risky parts. @module */

import { type Attempt, attempts, type Control } from "./attempt.ts";
import { python } from "./python.ts";

const pageSize = `b = ctypes.create_string_buffer(256)`;

/** Calls by name, with arguments that do no harm where they are allowed. */
export const syscalls: readonly Attempt[] = attempts("syscalls", [
  probe("io-uring-setup", `${pageSize}; made("io_uring_setup", 8, b)`),
  probe("io-uring-enter", `reached("io_uring_enter", -1, 0, 0, 0, 0)`),
  probe("io-uring-register", `reached("io_uring_register", -1, 0, 0, 0)`),
  probe("userfaultfd", `made("userfaultfd", 0o2000000)`, "root"),
  probe("userfaultfd-user-mode", `made("userfaultfd", 0o2000001)`),
  probe("bpf", `made("bpf", 0, struct.pack("IIII", 2, 4, 4, 1) + bytes(112), 128)`, "root"),
  probe(
    "perf-event-open",
    String
      .raw`made("perf_event_open", b"\x01\x00\x00\x00\x70\x00\x00\x00" + bytes(104), 0, -1, -1, 0)`,
    "root",
  ),
  probe(
    "keyring-of-the-server",
    `r, e = sysc("keyctl", 10, -3, b"user", b"exec-server-escape", 0)
esc() if r > 0 else no(name(e))`,
  ),
  probe(
    "keyring-read",
    `${pageSize}
r, e = sysc("request_key", b"user", b"exec-server-escape", None, 0)
r, e = sysc("keyctl", 11, r, b, 64) if r > 0 else (r, e)
secret(b.raw) if r > 0 else no(name(e))`,
  ),
  probe("keyring-add", `made("add_key", b"user", b"exec-server-x", b"1", 1, -3)`),
  probe(
    "keyring-of-the-user",
    `made("add_key", b"user", b"exec-server-x", b"1", 1, -4)
made("keyctl", 10, -4, b"user", b"exec-server-x", 0); made("keyctl", 9, sysc("keyctl", 10, -4, b"user", b"exec-server-x", 0)[0], -4)`,
  ),
  probe("proc-keys", `print(open("/proc/keys").read() and ""); no("names only")`, {
    never: "tells nothing without the keyring calls",
  }),
  probe(
    "open-by-handle",
    `h = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + bytes(128)); m = ctypes.c_int()
r, e = sysc("name_to_handle_at", -100, (SEC + "/key").encode(), h, ctypes.byref(m), 0)
made("open_by_handle_at", os.open(WS, 0), h, 0)`,
    "root",
  ),
  probe(
    "ptrace-sibling",
    `p = os.fork()
if p == 0: time.sleep(5); os._exit(0)
made("ptrace", 16, p, 0, 0); os.kill(p, 9)`,
  ),
  probe(
    "ptrace-traceme",
    `made("ptrace", 0, 0, 0, 0)`,
  ),
  probe(
    "read-memory-of-sibling",
    `b = ctypes.create_string_buffer(b"hello"); c = ctypes.create_string_buffer(5)
p = os.fork()
if p == 0: time.sleep(5); os._exit(0)
one = struct.pack("QQ", ctypes.addressof(c), 5); two = struct.pack("QQ", ctypes.addressof(b), 5)
made("process_vm_readv", p, one, 1, two, 1, 0); made("process_vm_writev", p, one, 1, two, 1, 0); os.kill(p, 9)`,
  ),
  probe("kexec-load", `reached("kexec_load", 0, 1, 0, 0xdead)`, "root"),
  probe("kexec-file-load", `reached("kexec_file_load", -1, -1, 0, 0, 0xdead0000)`, "root"),
  probe("init-module", `reached("init_module", 0, 0, 0)`, "root"),
  probe("finit-module", `reached("finit_module", -1, b"", 0)`, "root"),
  probe("delete-module", `reached("delete_module", b"no_such_module", 0o4000)`, "root"),
  probe("reboot", `reached("reboot", 0, 0, 0, 0)`, "root"),
  probe("swapon", `reached("swapon", b"/nonexistent", 0)`, "root"),
  probe("swapoff", `reached("swapoff", b"/nonexistent")`, "root"),
  probe("acct", `reached("acct", b"/nonexistent/accounting")`, "root"),
  probe("settimeofday", `reached("settimeofday", 0, 0)`, "root"),
  probe("sethostname", `n = os.uname().nodename.encode(); made("sethostname", n, len(n))`, "root"),
  probe("setdomainname", `made("setdomainname", b"(none)", 6)`, "root"),
  probe("vhangup", `no("not tried") if hostpids() else made("vhangup")`, {
    never: "would hang up the machine's terminals",
  }),
  probe("quotactl", `reached("quotactl", 0x80000700, b"/nonexistent", 0, 0)`, {
    never: "looks at its arguments before the rights",
  }),
  probe("ports-iopl", `made("iopl", 3) if X else no("not on this processor")`, "root"),
  probe("ports-ioperm", `made("ioperm", 0x80, 1, 1) if X else no("not on this processor")`, "root"),
  probe("fanotify", `made("fanotify_init", 0x4, 0)`, "root"),
  probe(
    "pidfd-getfd-of-first-process",
    `shielded()
r, e = sysc("pidfd_open", 1, 0)
made("pidfd_getfd", r, 0, 0) if r >= 0 else no(name(e))`,
    { never: "the machine's first process is left alone" },
  ),
  probe(
    "pidfd-getfd-of-sibling",
    `p = os.fork()
if p == 0: time.sleep(5); os._exit(0)
r, e = sysc("pidfd_open", p, 0)
made("pidfd_getfd", r, 1, 0); os.kill(p, 9)`,
  ),
  {
    id: "int80",
    what: "calls by the 32-bit door",
    needs: ["gcc"],
    control: { never: "a kernel may lack the door" },
    run: python(
      `import subprocess
if not X: no("not on this processor"); sys.exit()
open("i.c", "w").write('''#include <stdio.h>
int main(void){int r;__asm__ volatile("int $0x80":"=a"(r):"a"(359),"b"(1),"c"(2),"d"(0));
if(r>=0)puts("ESC" "APED");return 0;}''')
subprocess.run(["gcc", "-o", "i", "i.c"], check=True)
r = subprocess.run(["./i"], capture_output=True); print(r.stdout.decode(), r.returncode)`,
    ),
  },
  {
    id: "x32-door",
    what: "calls by the x32 door",
    control: { never: "a kernel may lack the door" },
    run: python(
      `def f():
    r, e = sysc(0x40000000 + 41, 1, 2, 0)
    esc() if r >= 0 else no(name(e))
print(forked(f)) if X else no("not on this processor")`,
    ),
  },
  probe(
    "new-filter-weakens",
    `r = l.prctl(39, 0, 0, 0, 0); no("no_new_privs is set") if r == 1 else esc("no_new_privs is not set")`,
  ),
  probe(
    "filter-present",
    `t = open("/proc/self/status").read(); no("filtered") if "Seccomp:\\t2" in t else esc("no filter")`,
  ),
  probe(
    "filter-in-first-process",
    `shielded()
t = open("/proc/1/status").read(); no("filtered") if "Seccomp:\\t2" in t else esc("no filter in process 1")`,
    { never: "the machine's first process has none" },
  ),
]);

function probe(id: string, source: string, control: Control = "anybody") {
  return { id, what: `the call ${id.replaceAll("-", " ")}`, control, run: python(source) };
}
