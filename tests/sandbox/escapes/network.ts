/** Attempts to reach the network and the host's services. @module */

import { type Attempt, attempts } from "./attempt.ts";
import { python } from "./python.ts";

const sh = String.raw;

/** Over each family of sockets, and over what was left open. */
export const network: readonly Attempt[] = attempts("network", [
  {
    id: "http-loopback",
    what: "a web server of the host",
    run: sh`curl -s -m 2 --noproxy '*' http://127.0.0.1:$HPORT/ | grep HOSTHTTP && echo ESCAPED`,
  },
  {
    id: "tcp-loopback",
    what: "TCP to 127.0.0.1",
    run: python(
      `attempt(lambda: (socket.create_connection(("127.0.0.1", int(HPORT)), 2), esc()))`,
    ),
  },
  {
    id: "tcp-loopback-6",
    what: "TCP to ::1",
    run: python(`attempt(lambda: (socket.create_connection(("::1", int(HPORT6)), 2), esc()))`),
  },
  {
    id: "tcp-any-address",
    what: "TCP to 0.0.0.0, 127.1 and a mapped address",
    run: python(
      `for a in ("0.0.0.0", "127.0.0.2", "::ffff:127.0.0.1"):
    try: socket.create_connection((a, int(HPORT)), 2); esc(a)
    except OSError as e: no(a, e)`,
    ),
  },
  {
    id: "tcp-fast-open",
    what: "TCP that connects by sendto",
    run: python(
      `def f():
    s = socket.socket(); s.sendto(b"GET / HTTP/1.0\\r\\n\\r\\n", 0x20000000, ("127.0.0.1", int(HPORT)))
    s.recv(1); esc()
attempt(f)`,
    ),
  },
  {
    id: "udp-loopback",
    what: "a datagram to the host",
    run: python(
      `s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
attempt(lambda: s.sendto(b"udp " + BASE.encode(), ("127.0.0.1", int(HUDP))))`,
    ),
  },
  {
    id: "udp-sendmmsg",
    what: "a datagram by sendmsg",
    run: python(
      `s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
attempt(lambda: s.sendmsg([b"udp " + BASE.encode()], [], 0, ("127.0.0.1", int(HUDP))))`,
    ),
  },
  {
    id: "raw-icmp",
    what: "raw and ping sockets",
    control: "root",
    run: python(
      `for f, t, p in ((2, 3, 1), (10, 3, 58), (2, 3, 255)):
    try: socket.socket(f, t, p); esc(f, t, p)
    except OSError as e: no(f, t, p, e)`,
    ),
  },
  {
    id: "packet-socket",
    what: "frames of every interface",
    control: "root",
    run: python(`attempt(lambda: (socket.socket(17, 3, 0x300), esc()))`),
  },
  {
    id: "netlink",
    what: "netlink, which configures the kernel",
    run: python(
      `for p in (0, 4, 6, 9, 12, 15, 16):
    try: socket.socket(16, 3, p); esc("netlink", p)
    except OSError as e: no(p, e)`,
    ),
  },
  {
    id: "other-families",
    what: "every other family of sockets",
    run: python(
      `for f in [n for n in range(3, 46) if n not in (10, 16, 17)]:
    for t in (1, 2, 3, 5):
        r = l.socket(f, t, 0)
        if r >= 0: esc("family", f, t); os.close(r); break
no("the rest")`,
    ),
  },
  {
    id: "vsock",
    what: "the machine's hypervisor",
    control: { never: "depends on the kernel" },
    run: python(`attempt(lambda: (socket.socket(40, 1, 0), esc()))`),
  },
  {
    id: "vsock-network-enabled",
    what: "the machine's hypervisor, network enabled",
    policy: "WWnet",
    control: { never: "depends on the kernel" },
    run: python(`attempt(lambda: (socket.socket(40, 1, 0), esc()))`),
  },
  {
    id: "kernel-crypto",
    what: "the kernel's ciphers (AF_ALG)",
    control: { never: "depends on the kernel" },
    run: python(`attempt(lambda: (socket.socket(38, 5, 0), esc()))`),
  },
  {
    id: "unix-stream-path",
    what: "a stream socket of the host",
    run: python(
      `def f():
    s = socket.socket(1, 1); s.connect(OUT + "/host.sock"); esc(s.recv(20))
attempt(f)`,
    ),
  },
  {
    id: "unix-stream-in-workspace",
    what: "a stream socket of the host inside the workspace",
    run: python(
      `def f():
    s = socket.socket(1, 1); s.connect(WS + "/host.sock"); esc(s.recv(20))
attempt(f)`,
    ),
  },
  {
    id: "unix-datagram-connect",
    what: "a datagram socket of the host, connected",
    run: python(
      `def f():
    s = socket.socket(1, 2); s.connect(OUT + "/host-dgram.sock"); s.send(b"connect " + BASE.encode()); esc()
attempt(f)`,
    ),
  },
  {
    id: "unix-datagram-sendto",
    what: "a datagram to a path, by sendto",
    run: python(
      `attempt(lambda: socket.socket(1, 2).sendto(b"sendto " + BASE.encode(), OUT + "/host-dgram.sock"))`,
    ),
  },
  {
    id: "unix-datagram-sendmsg",
    what: "a datagram to a path, by sendmsg",
    run: python(
      `attempt(lambda: socket.socket(1, 2).sendmsg([b"sendmsg " + BASE.encode()], [], 0, OUT + "/host-dgram.sock"))`,
    ),
  },
  {
    id: "unix-pair-sendmsg",
    what: "a datagram to a path, from a socket pair",
    run: python(
      `attempt(lambda: socket.socketpair(1, 2)[0].sendmsg([b"pair " + BASE.encode()], [], 0, OUT + "/host-dgram.sock"))`,
    ),
  },
  {
    id: "unix-pair-type-flags",
    what: "the same with flags in the type",
    run: python(
      `a, b = ctypes.c_int * 2, None
pair = a()
r = l.socketpair(1, 2 | 0o4000 | 0o2000000, 0, pair)
attempt(lambda: socket.socket(fileno=pair[0]).sendmsg([b"flags " + BASE.encode()], [], 0, OUT + "/host-dgram.sock")) if r == 0 else no(name(ctypes.get_errno()))`,
    ),
  },
  {
    id: "unix-pair-raw",
    what: "the same with a raw pair, which is a datagram pair",
    run: python(
      `pair = (ctypes.c_int * 2)()
r = l.socketpair(1, 3, 0, pair)
attempt(lambda: socket.socket(fileno=pair[0]).sendmsg([b"raw " + BASE.encode()], [], 0, OUT + "/host-dgram.sock")) if r == 0 else no(name(ctypes.get_errno()))`,
    ),
  },
  {
    id: "unix-pair-reconnect",
    what: "a datagram pair dissolved and connected anew",
    run: python(
      `def f():
    s = socket.socketpair(1, 2)[0]
    s.connect(OUT + "/host-dgram.sock"); s.send(b"again " + BASE.encode()); esc()
attempt(f)`,
    ),
  },
  {
    id: "unix-garbage-in-upper-half",
    what: "a family whose upper half is not zero",
    run: python(
      `r, e = sysc(41 if X else 198, 0x100000001, 0x100000002, 0)
s = socket.socket(1, 2, 0, fileno=r) if r >= 0 else None
attempt(lambda: s.sendmsg([b"upper " + BASE.encode()], [], 0, OUT + "/host-dgram.sock")) if s else no(name(e))`,
    ),
  },
  {
    id: "unix-abstract-stream",
    what: "an abstract stream socket of the host",
    run: python(
      `def f():
    s = socket.socket(1, 1); s.connect("\\0" + ABSTRACT); esc(s.recv(20))
attempt(f)`,
    ),
  },
  {
    id: "unix-abstract-datagram",
    what: "an abstract datagram socket of the host",
    run: python(
      `attempt(lambda: socket.socketpair(1, 2)[0].sendmsg([b"abstract " + BASE.encode()], [], 0, "\\0" + ABSTRACT + "-dgram"))`,
    ),
  },
  {
    id: "unix-by-workspace-link",
    what: "a host's socket by a link in the workspace",
    run: python(
      `def f():
    os.symlink(OUT + "/host.sock", "s"); s = socket.socket(1, 1); s.connect("s"); esc(s.recv(20))
attempt(f)`,
    ),
  },
  {
    id: "unix-stream-network-enabled",
    what: "a stream socket of the host, network enabled",
    policy: "WWnet",
    run: python(
      `def f():
    s = socket.socket(1, 1); s.connect(WS + "/host.sock"); esc(s.recv(20))
attempt(f)`,
    ),
  },
  {
    id: "unix-abstract-network-enabled",
    what: "an abstract socket of the host, network enabled",
    policy: "WWnet",
    run: python(
      `def f():
    s = socket.socket(1, 1); s.connect("\\0" + ABSTRACT); esc(s.recv(20))
attempt(f)`,
    ),
  },
  {
    id: "network-of-first-process",
    what: "the network namespace of the first process",
    control: "root",
    run: sh`P=1; [ -e /proc/$HPID/cmdline ] && P=$HPID
nsenter -t $P -n curl -s -m 2 http://127.0.0.1:$HPORT/ | grep HOSTHTTP && echo ESCAPED`,
  },
  {
    id: "pass-descriptor-out",
    what: "a descriptor passed through the host's socket",
    run: python(
      `import array
def f():
    s = socket.socket(1, 1); s.connect(OUT + "/host.sock")
    s.sendmsg([b"x"], [(1, 1, array.array("i", [os.open(WS, os.O_RDONLY)]))]); esc()
attempt(f)`,
    ),
  },
  {
    id: "loopback-port-of-other-command",
    what: "a server of another sandboxed command",
    run: [
      python(
        `s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
open("port", "w").write(str(s.getsockname()[1])); print("ready", flush=True); s.settimeout(30); s.accept()`,
        { background: true },
      ),
      python(
        `attempt(lambda: (socket.create_connection(("127.0.0.1", int(open("port").read())), 2), esc()))`,
      ),
    ],
  },
  {
    id: "managed-unix-pair-sendmsg",
    what: "a datagram to a path, from a socket pair, under a managed network",
    run: python(
      `attempt(lambda: socket.socketpair(1, 2)[0].sendmsg([b"pair " + BASE.encode()], [], 0, OUT + "/host-dgram.sock"))`,
      { managed: true },
    ),
  },
  {
    id: "managed-unix-stream",
    what: "a stream socket of the host, under a managed network",
    run: python(
      `def f():
    s = socket.socket(1, 1); s.connect(OUT + "/host.sock"); esc(s.recv(20))
attempt(f)`,
      { managed: true },
    ),
  },
  {
    id: "managed-other-port",
    what: "a port of the host that is not the proxy's, under a managed network",
    run: python(
      `attempt(lambda: (socket.create_connection(("::1", int(HPORT6)), 2), esc()))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
attempt(lambda: s.sendto(b"udp " + BASE.encode(), ("127.0.0.1", int(HUDP))))`,
      { managed: true },
    ),
  },
]);
