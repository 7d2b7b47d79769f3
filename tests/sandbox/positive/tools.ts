/** Everyday programs that must work inside a sandbox. @module */

import { ends, type PositiveCase, script } from "./case.ts";

const sh = String.raw;
const git = { needs: ["git"] };
const python = { needs: ["python3"] };
const node = { needs: ["node"] };
const who = "git config user.name >/dev/null; export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t " +
  "GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t";

function py(id: string, source: string, limit?: string): PositiveCase {
  const text = `python3 - <<'END'\n${source}\nEND`;
  return script(id, text, limit === undefined ? python : { ...python, limit });
}

function js(id: string, source: string): PositiveCase {
  return script(id, `cat > case.js <<'END'\n${source}\nEND\nnode case.js`, node);
}

/** Version control. */
export const gitCases: readonly PositiveCase[] = [
  script("git-status", "git status --porcelain; git log --oneline; git diff", git),
  script(
    "git-add-commit",
    sh`${who}
echo x > new; git add new; git commit -qm two; [ "$(git rev-list --count HEAD)" = 2 ]`,
    git,
  ),
  script(
    "git-branch-stash-rebase",
    sh`${who}
git checkout -qb side; echo s > side; git add side; git commit -qm side
git checkout -q main; echo m > m; git add m; git commit -qm m
git checkout -q side; echo dirty >> tracked; git stash -q; git rebase -q main; git stash pop -q
git diff --stat | grep -q tracked; git tag v1; git branch -d main 2>/dev/null || true`,
    git,
  ),
  script("git-gc", "git gc -q --prune=now; git fsck", git),
  script("git-clone-inside", "git clone -q . copy; cd copy; git log --oneline", git),
  script(
    "git-worktree-inside",
    sh`${who}
git worktree add -q wt -b wt; cd wt; echo y > y; git add y; git commit -qm y; git worktree list`,
    git,
  ),
  script("git-new-repository-below", "git init -q below; cd below; echo a > a; git add a", git),
  {
    id: "git-commit-in-linked-worktree",
    needs: ["git"],
    slow: false,
    check: async (bench) => {
      await bench.prepare("git worktree add -q $BASE/linked -b linked");
      const workspace = `${bench.room.path}/linked`;
      const text = `set -e; ${who}; echo x > x; git add x; git commit -qm x; git status`;
      const { exitCode, stderr } = await bench.run(text, { workspace });
      if (exitCode !== 0) throw new Error(stderr);
    },
  },
];

/** The shell and what is near it. */
export const shellCases: readonly PositiveCase[] = [
  ends("exit-code", "exit 7", 7),
  ends("exit-127-for-missing", "no-such-program", 127),
  ends("exit-126-for-unusable", ": > n; ./n", 126),
  ends("exit-137-for-killed", "kill -9 $$", 137),
  ends("exit-by-timeout", "timeout 0.1 sleep 5", 124),
  script(
    "temporary-files",
    sh`f=$(mktemp); echo x > $f; d=$(mktemp -d); rm -r $f $d; TMPDIR=/tmp mktemp -u`,
  ),
  script(
    "devices",
    sh`echo x > /dev/null; head -c 4 /dev/zero | wc -c; head -c 4 /dev/urandom | wc -c
: > /dev/shm/t; rm /dev/shm/t; echo err > /dev/stderr; echo out > /dev/stdout; [ -c /dev/full ]`,
  ),
  script("process-substitution", sh`bash -c 'diff <(echo a) <(echo a); cat <<< here'`, {
    needs: ["bash"],
  }),
  script("background-and-wait", sh`sleep 0.05 & p=$!; wait $p; (exit 3) & ! wait $!`),
  script("trap-on-exit", sh`sh -c 'trap "echo bye" EXIT' | grep bye`),
  script(
    "see-own-processes",
    sh`sleep 5 & ps ax | grep -q '[s]leep 5'; kill $!; cat /proc/self/status | head -1`,
    {
      needs: ["ps"],
    },
  ),
  script("hard-links", sh`ln f h; [ f -ef h ]; ln src/a nested/a2; ln f den/f`),
  script(
    "rename-across-directories",
    sh`mv src/a nested/a; mv nested/a .; mkdir x; mv x src/x; mv src s2; mv s2 src`,
  ),
  script("archive", sh`tar cf a.tar src den; mkdir out; tar xf a.tar -C out; diff -r src out/src`),
  script("synchronise", sh`rsync -a src/ copy/; diff -r src copy; rsync -a --delete src/ copy/`, {
    needs: ["rsync"],
  }),
  script("remove-tree", sh`mkdir -p t/a/b; : > t/a/b/c; rm -rf t; [ ! -e t ]`),
  script(
    "sort-with-temporary-files",
    sh`seq 200000 | sort -S 100K -R | sort -n -S 100K | tail -1 | grep -q 200000`,
  ),
  script(
    "who-am-i",
    sh`id -u; whoami || [ $? = 1 ]; getent passwd root; hostname; uname -a; date; nproc; df . ; locale`,
  ),
  script("lock", sh`flock lock echo locked`, { needs: ["flock"] }),
  script("fifo", sh`mkfifo p; echo x > p & cat p | grep -q x`),
  script("many-processes", sh`i=0; while [ $i -lt 200 ]; do /bin/true; i=$((i+1)); done`),
  script(
    "package-manager-dry-run",
    "apt-get -s -o Debug::NoLocking=1 install bash; dpkg -l | head -3",
    {
      needs: ["apt-get"],
    },
  ),
  script(
    "permissions",
    sh`umask 077; : > m; chmod 755 m; [ -x m ]; mkdir -m 700 d; touch -d 2001-01-01 m`,
  ),
  script(
    "protected-are-readable",
    sh`cat .codex/config.toml .agents/s .git/config; git config core.bare`,
  ),
  script(
    "loopback-between-programs",
    sh`python3 -u -m http.server 0 --bind 127.0.0.1 > log 2>&1 & p=$!
i=0; until grep -q Serving log; do i=$((i+1)); [ $i -lt 100 ]; sleep 0.05; done
port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' log)
curl -sf --noproxy '*' http://127.0.0.1:$port/f; kill $p`,
    { needs: ["python3", "curl"] },
  ),
];

/** Languages. */
export const languageCases: readonly PositiveCase[] = [
  script(
    "gcc",
    sh`printf '#include <stdio.h>\nint main(void){puts("built");return 0;}' > m.c
gcc -O1 m.c -o m; ./m | grep built`,
    { needs: ["gcc"] },
  ),
  script("make", sh`printf 'all: b\nb: f\n\tcp f b\n' > Makefile; make -j2; cmp f b`, {
    needs: ["make"],
  }),
  py(
    "python-multiprocessing",
    "import multiprocessing as m\nwith m.Pool(2) as p: assert p.map(abs, [-1, -2]) == [1, 2]\nq = m.Queue(); q.put(1); assert q.get() == 1",
  ),
  py(
    "python-asyncio",
    sh`import asyncio, sys
async def main():
    p = await asyncio.create_subprocess_exec(sys.executable, "-c", "print(7)", stdout=-1)
    out, _ = await p.communicate(); assert out.strip() == b"7"
    await asyncio.gather(*[asyncio.sleep(0.01) for _ in range(9)])
    await asyncio.get_running_loop().run_in_executor(None, sum, [1, 2])
asyncio.run(main())`,
  ),
  py(
    "python-asyncio-server",
    sh`import asyncio
async def main():
    async def echo(r, w): w.write(await r.readline()); await w.drain(); w.close()
    s = await asyncio.start_server(echo, "127.0.0.1", 0)
    r, w = await asyncio.open_connection(*s.sockets[0].getsockname())
    w.write(b"hi\n"); assert await r.readline() == b"hi\n"; w.close(); s.close()
asyncio.run(main())`,
  ),
  py(
    "python-subprocess",
    sh`import subprocess
assert subprocess.run(["cat"], input=b"x", stdout=-1).stdout == b"x"
assert subprocess.run("exit 3", shell=True).returncode == 3`,
  ),
  py(
    "python-http",
    sh`import http.server, threading, urllib.request
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
threading.Thread(target=s.serve_forever, daemon=True).start()
o = urllib.request.build_opener(urllib.request.ProxyHandler({}))
assert o.open(f"http://127.0.0.1:{s.server_port}/f").read() == b"inside\n"; s.shutdown()`,
  ),
  py(
    "python-loopback-names",
    sh`import socket
assert socket.getaddrinfo("localhost", 80); s = socket.socket(socket.AF_INET6); s.bind(("::1", 0)); s.listen()
socket.create_connection(s.getsockname()[:2]).close()
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("127.0.0.1", 0)); u.sendto(b"x", u.getsockname()); assert u.recv(1) == b"x"`,
  ),
  py(
    "python-socket-pair",
    "import socket\na, b = socket.socketpair(); a.send(b'x'); assert b.recv(1) == b'x'",
  ),
  py("python-terminal", "import pty, os\nassert pty.spawn(['/bin/true']) == 0"),
  py(
    "python-database",
    "import sqlite3\nc = sqlite3.connect('d.db'); c.execute('pragma journal_mode=wal'); c.execute('create table t(a)'); c.commit()",
  ),
  py(
    "python-shared-memory",
    "from multiprocessing import shared_memory as s\nm = s.SharedMemory(create=True, size=64); m.buf[0] = 1; m.close(); m.unlink()",
  ),
  py(
    "python-manager",
    "import multiprocessing as m\nwith m.Manager() as g: d = g.dict(); d[1] = 2; assert d[1] == 2",
    "named Unix sockets are denied while the network is restricted",
  ),
  js(
    "node-workers",
    `const { Worker } = require("worker_threads");
new Worker("require('worker_threads').parentPort.postMessage(7)", { eval: true }).on("message", (m) => { if (m !== 7) process.exit(1); });`,
  ),
  js(
    "node-children",
    `const c = require("child_process");
if (process.argv[2]) { process.send("up"); process.disconnect(); } else {
if (c.execSync("echo 7").toString() !== "7\\n") process.exit(1);
c.fork(__filename, ["child"]).on("message", (m) => { if (m !== "up") process.exit(1); }); }`,
  ),
  js(
    "node-server",
    `const h = require("http");
const s = h.createServer((q, r) => r.end("ok")).listen(0, "127.0.0.1", () =>
h.get({ port: s.address().port, host: "127.0.0.1" }, (r) => { s.close(); if (r.statusCode !== 200) process.exit(1); r.resume(); }));`,
  ),
  js(
    "node-watch",
    `const f = require("fs");
const w = f.watch(".", () => { w.close(); process.exit(0); }); setTimeout(() => process.exit(1), 5000);
f.writeFileSync("watched", "x");`,
  ),
];
