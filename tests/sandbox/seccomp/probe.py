"""Tries what a sandboxed command may and may not do; prints the error number of each as JSON.

A positive number is an error, 0 a success, a negative one the signal that ended the attempt.
"""
import asyncio, ctypes, json, mmap, os, platform, socket, subprocess, sys, threading

libc = ctypes.CDLL(None, use_errno=True)
scratch = sys.argv[1]
NUMBERS = {
    "x86_64": dict(add_key=248, clone=56, clone3=435, ioctl=16, keyctl=250, openat2=437,
                   pidfd_getfd=438, process_vm_readv=310, ptrace=101, request_key=249,
                   setns=308, unshare=272),
    "aarch64": dict(add_key=217, clone=220, clone3=435, ioctl=29, keyctl=219, openat2=437,
                    pidfd_getfd=438, process_vm_readv=270, ptrace=117, request_key=218,
                    setns=268, unshare=97),
}[platform.machine()]


def call(name, *args):
    number = NUMBERS[name] if isinstance(name, str) else name
    result = libc.syscall(ctypes.c_long(number), *(ctypes.c_ulong(it) for it in args))
    return ctypes.get_errno() if result < 0 else 0


def attempt(action):
    try:
        action()
        return 0
    except OSError as error:
        return error.errno


def in_child(action):
    pid = os.fork()
    if pid == 0:
        try:
            action()
        finally:
            os._exit(0)
    status = os.waitpid(pid, 0)[1]
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def make(name, mode):
    descriptor = os.open(os.path.join(scratch, name), os.O_CREAT | os.O_RDWR, mode)
    os.close(descriptor)


def over_loopback():
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())
        peer, _ = server.accept()
        with peer:
            client.sendall(b"x")
            assert peer.recv(1) == b"x"


def over_pair():
    one, other = socket.socketpair()
    with one, other:
        one.sendall(b"x")
        assert other.recv(1) == b"x"


def start_thread():
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()


async def wake():
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, lambda: None)


def int80():
    """getpid as a program of 32 bits asks for it."""
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(bytes([0xB8, 20, 0, 0, 0, 0xCD, 0x80, 0xC3]))
    start = ctypes.addressof(ctypes.c_char.from_buffer(code))
    ctypes.CFUNCTYPE(ctypes.c_int)(start)()


plain = os.path.join(scratch, "plain")
make("plain", 0o644)
null = os.open("/dev/null", os.O_RDWR)
HIGH = 1 << 32

results = {
    "unix stream": attempt(lambda: socket.socket(1, 1).close()),
    "unix datagram": attempt(lambda: socket.socket(1, 2).close()),
    "netlink": attempt(lambda: socket.socket(16, 3).close()),
    "raw": attempt(lambda: socket.socket(2, 3, 1).close()),
    "SOCK_PACKET": attempt(lambda: socket.socket(2, 10, 3).close()),
    "tcp": attempt(lambda: socket.socket(2, 1).close()),
    "udp 6": attempt(lambda: socket.socket(10, 2).close()),
    "stream pair": attempt(over_pair),
    "datagram pair": attempt(lambda: socket.socketpair(1, 2)),
    "raw pair": attempt(lambda: socket.socketpair(1, 3)),
    "loopback": attempt(over_loopback),
    "chmod 4755": attempt(lambda: os.chmod(plain, 0o4755)),
    "chmod 2755": attempt(lambda: os.chmod(plain, 0o2755)),
    "chmod 755": attempt(lambda: os.chmod(plain, 0o755)),
    "create 4755": attempt(lambda: make("set-id", 0o4755)),
    "create 755": attempt(lambda: make("program", 0o755)),
    "openat2": call("openat2", 0, 0, 0, 0),
    "TIOCSTI": call("ioctl", null, 0x5412, 0),
    "TIOCSTI, high bits": call("ioctl", null, HIGH | 0x5412, 0),
    # A flag that is no flag, so that without the filter nothing is made either.
    "unshare user": call("unshare", 0x10000000 | 1),
    "clone user": call("clone", 0x10000000 | 0x200, 0, 0, 0, 0),
    "clone3": call("clone3", 0, 0),
    "setns": call("setns", 0xFFFFFFFF, 0),
    "keyctl": call("keyctl", 9999),
    "add_key": call("add_key", 0, 0, 0, 0, 0),
    "request_key": call("request_key", 0, 0, 0, 0),
    "pidfd_getfd": call("pidfd_getfd", 0xFFFFFFFF, 0, 0),
    "ptrace": call("ptrace", 16, 0x7FFFFFF0, 0, 0),
    "process_vm_readv": call("process_vm_readv", 0x7FFFFFF0, 0, 0, 0, 0, 1),
    "thread": attempt(start_thread),
    "subprocess": attempt(lambda: subprocess.run(["true"], check=True)),
    "asyncio": attempt(lambda: asyncio.run(wake())),
}
if platform.machine() == "x86_64":
    results["int 0x80"] = in_child(int80)
    results["x32"] = in_child(lambda: call(0x40000000 | 39))
print(json.dumps(results))
