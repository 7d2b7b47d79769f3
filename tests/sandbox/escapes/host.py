"""The host's side of the escape suite: rooms to attack, services to reach, and a look at the damage.

Reads one JSON object per line and answers each with one. Ends with its standard input.
"""

import collections
import ctypes
import glob
import hashlib
import http.server
import json
import os
import pty
import selectors
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading

base, uid = sys.argv[1], int(sys.argv[2])
LITTER = "exec-server-escape"
PLACES = ("/etc", "/etc/cron.d", "/var/tmp", "/usr/local/bin", "/dev/shm", "/run", "/usr", "/root", "/boot")
libc = ctypes.CDLL(None, use_errno=True)
selector = selectors.DefaultSelector()
rooms = {}
heard = []
accepted = collections.deque(maxlen=64)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def git(directory, *words):
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main",
         "-c", "core.hooksPath=/dev/null", "-C", directory, *words],
        check=True, stdout=subprocess.DEVNULL, env={"PATH": os.environ["PATH"], "HOME": base})


def make_template():
    top = f"{base}/template"
    ws = f"{top}/ws"
    for name, text in {
        "ws/f": "inside\n", "ws/src/a": "a\n", "ws/tdir/keep": "", "ws/den/sub/secret.env": "TOP-SECRET den\n",
        "ws/den/plain": "plain\n", "outside/f": "outside\n", "outside/d/g": "deep\n",
        "outside/gitdir/config": "[core]\n\trepositoryformatversion = 0\n",
        "secret/key": "TOP-SECRET key\n", "secret/sub/key2": "TOP-SECRET key2\n",
        "home/.ssh/authorized_keys": "none\n", "home/.bashrc": "# none\n", "home/.gitconfig": "[user]\n\tname = u\n",
    }.items():
        write(f"{top}/{name}", text)
    os.makedirs(f"{top}/empty")
    for directory in (ws, f"{ws}/nested"):
        os.makedirs(directory, exist_ok=True)
        git(directory, "init", "-q")
        write(f"{directory}/tracked", "one\n")
        git(directory, "add", "tracked")
        git(directory, "commit", "-q", "-m", "one")
        write(f"{directory}/.git/hooks/pre-commit", "#!/bin/sh\nexit 0\n")
    # After the commit, so that they are untracked and stay as they are.
    write(f"{ws}/.codex/config.toml", "model = \"none\"\n")
    write(f"{ws}/.agents/s", "skill\n")
    write(f"{ws}/.aws/credentials", "none\n")


def own(top):
    if os.geteuid() != 0 or uid == 0:
        return
    for directory, names, files in os.walk(top):
        os.lchown(directory, uid, uid)
        for name in names + files:
            os.lchown(os.path.join(directory, name), uid, uid)


def listen(path, kind):
    server = socket.socket(socket.AF_UNIX, kind)
    server.bind(path)
    if path[0] != "\0":
        os.chmod(path, 0o777)
    server.setblocking(False)
    if kind == socket.SOCK_STREAM:
        server.listen(16)
    selector.register(server, selectors.EVENT_READ, kind)
    return server


def serve():
    while True:
        for key, _ in selector.select():
            try:
                if key.data == socket.SOCK_STREAM:
                    peer, _ = key.fileobj.accept()
                    peer.sendall(b"HOSTUNIX\n")
                    # Open for a while: an attack may want to send something.
                    accepted.append(peer)
                else:
                    heard.append(key.fileobj.recv(4096).decode("utf8", "replace"))
            except OSError:
                pass


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"HOSTHTTP\n")

    def log_message(self, *_):
        pass


class Http(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """An attack may hang up at any time."""


class HttpOverSix(Http):
    address_family = socket.AF_INET6


def serve_http(kind, address):
    server = kind(address, Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def shared_memory():
    key = 0x65786563 ^ os.getpid()
    libc.shmat.restype = ctypes.c_void_p
    identity = libc.shmget(key, 4096, 0o1666)
    address = libc.shmat(identity, None, 0)
    ctypes.memmove(address, b"TOP-SECRET shm", 14)
    return key, identity


def open_room(path):
    shutil.copytree(f"{base}/template", path, symlinks=True)
    own(path)
    os.chmod(path, 0o755)
    rights = {"user": uid, "group": uid, "extra_groups": []}
    room = {
        "sockets": [
            listen(f"{path}/ws/host.sock", socket.SOCK_STREAM),
            listen(f"{path}/outside/host.sock", socket.SOCK_STREAM),
            listen(f"{path}/outside/host-dgram.sock", socket.SOCK_DGRAM),
        ],
        # As the room's owner, who is allowed to signal it.
        "victim": subprocess.Popen(["sleep", "99991"], **(rights if os.geteuid() == 0 else {})),
    }
    # As the command line of an attack finds it: after exec.
    while not read(f"/proc/{room['victim'].pid}/cmdline").startswith(b"sleep"):
        os.sched_yield()
    rooms[path] = room
    room["before"] = picture(path)
    return {"victim": room["victim"].pid}


def read(path):
    with open(path, "rb") as file:
        return file.read()


def describe(path):
    info = os.lstat(path)
    kind = stat.S_IFMT(info.st_mode)
    what = [oct(info.st_mode), info.st_uid]
    if kind == stat.S_IFREG:
        what += [hashlib.sha256(read(path)).hexdigest()[:16], info.st_nlink, info.st_mtime_ns]
    if kind == stat.S_IFLNK:
        what.append(os.readlink(path))
    return what


WATCHED = ("outside", "secret", "home", "ws/.git", "ws/.codex", "ws/.agents", "ws/.aws",
           "ws/nested/.git/hooks", "ws/nested/.git/config", "ws/den/sub/secret.env")


def picture(path):
    seen = {}
    for name in WATCHED:
        top = f"{path}/{name}"
        if not os.path.lexists(top):
            continue
        seen[name] = describe(top)
        for directory, names, files in os.walk(top):
            for entry in names + files:
                full = os.path.join(directory, entry)
                seen[os.path.relpath(full, path)] = describe(full)
    return seen


def damage(path, allowed):
    room = rooms[path]
    before, after = room["before"], picture(path)
    changes = [f"{name} is gone" for name in before if name not in after]
    changes += [f"{name} appeared" for name in after if name not in before]
    changes += [f"{name} changed" for name in before if name in after and before[name] != after[name]]
    changes = [text for text in changes if not any(text.startswith(prefix) for prefix in allowed)]
    if room["victim"].poll() is not None:
        changes.append("the host's process was killed")
    changes += [f"a datagram arrived: {text}" for text in heard if path in text]
    heard[:] = [text for text in heard if path not in text]
    for place in PLACES:
        for name in glob.glob(f"{place}/{LITTER}-{os.path.basename(path)}-*"):
            changes.append(f"{name} appeared")
            remove(name)
    for name in glob.glob(f"/tmp/{LITTER}-{os.path.basename(path)}-*"):
        remove(name)
    return {"changes": changes}


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        os.unlink(path)


def close_room(path):
    room = rooms.pop(path)
    for server in room["sockets"]:
        selector.unregister(server)
        server.close()
    room["victim"].kill()
    room["victim"].wait()
    for line in read("/proc/self/mounts").decode().splitlines():
        # An attack that succeeded may have left a mount behind.
        place = line.split()[1]
        if place.startswith(f"{path}/"):
            libc.umount2(place.encode(), 2)
    subprocess.run(["chmod", "-R", "u+rwx", path], stderr=subprocess.DEVNULL, check=False)
    shutil.rmtree(path, ignore_errors=True)
    return {}


def written_terminal(master):
    os.set_blocking(master, False)
    while True:
        try:
            heard.append(os.read(master, 4096).decode("utf8", "replace"))
        except OSError:
            return


def main():
    # Interrupts meant for the caller's group must not leave services behind.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    make_template()
    write(f"{base}/leak/file", "TOP-SECRET leaked\n")
    write(f"{base}/leak/dir/file", "TOP-SECRET leaked\n")
    write(f"{base}/server-home/.keep", "")
    own(f"{base}/leak")
    own(f"{base}/server-home")
    own(f"{base}/server-root") if os.path.isdir(f"{base}/server-root") else os.makedirs(f"{base}/server-root")
    abstract = f"exec-server-escape-{os.getpid()}"
    listen(f"\0{abstract}", socket.SOCK_STREAM)
    listen(f"\0{abstract}-dgram", socket.SOCK_DGRAM)
    master, slave = pty.openpty()
    if os.geteuid() == 0:
        os.fchown(slave, uid, uid)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    udp.setblocking(False)
    selector.register(udp, selectors.EVENT_READ, socket.SOCK_DGRAM)
    key, identity = shared_memory()
    shm = f"/dev/shm/exec-server-host-{os.getpid()}"
    write(shm, "TOP-SECRET shm\n")
    os.chmod(shm, 0o666)
    threading.Thread(target=serve, daemon=True).start()
    print(json.dumps({
        "HPORT": str(serve_http(Http, ("127.0.0.1", 0))),
        "HPORT6": str(serve_http(HttpOverSix, ("::1", 0))) if socket.has_ipv6 else "0",
        "HUDP": str(udp.getsockname()[1]), "ABSTRACT": abstract, "HPTY": os.ttyname(slave),
        "SHMKEY": str(key), "HSHM": shm,
    }), flush=True)
    try:
        for line in sys.stdin:
            asked = json.loads(line)
            written_terminal(master)
            if asked["do"] == "open":
                answer = open_room(asked["path"])
            elif asked["do"] == "damage":
                answer = damage(asked["path"], asked["allowed"])
            else:
                answer = close_room(asked["path"])
            print(json.dumps(answer), flush=True)
    finally:
        for path in list(rooms):
            close_room(path)
        libc.shmctl(identity, 0, None)
        os.unlink(shm)


main()
