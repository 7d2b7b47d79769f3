/** Stubs that take a terminal or install a filter, and what happens when they cannot. @module */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { assemble } from "../../../sandbox/seccomp/assemble.ts";
import { seccompFilter } from "../../../sandbox/seccomp/filter.ts";
import { type Syscall, syscallNumber } from "../../../sandbox/seccomp/syscalls.ts";
import { stubArguments } from "../../../sandbox/stub/stub_image.ts";
import { type Bench, benches, canRun, run, stubTest } from "./real_stub.ts";

const sh = "/bin/sh";
const silent = { stdout: "", stderr: "" };

/** Opens a pseudo terminal, runs its arguments on it, and prints what they wrote. */
const onTerminal = `
import os, sys
master, slave = os.openpty()
pid = os.fork()
if pid == 0:
    if sys.argv[1] == "leader": os.setsid()
    for number in (0, 1, 2): os.dup2(slave, number)
    os.execvp(sys.argv[2], sys.argv[2:])
os.close(slave)
text = b""
while True:
    try: data = os.read(master, 4096)
    except OSError: break
    if not data: break
    text += data
os.waitpid(pid, 0)
sys.stdout.write(text.decode())
`;

const hasPython = await canRun(["python3", "--version"]);

function needsPython(bench: Bench): Bench {
  return { ...bench, missing: bench.missing ?? (hasPython ? undefined : "there is no python3") };
}

/** Where a filter takes effect: the emulator does not hand it to the kernel. */
function onProcessor(bench: Bench): Bench {
  return bench.emulator.length === 0
    ? bench
    : { ...bench, missing: bench.missing ?? "an emulator installs no filter" };
}

/** A filter by which one call fails with `errno`, and no other. */
function failing(syscall: Syscall, errno: number, { architecture }: Bench): Uint8Array {
  const number = syscallNumber(syscall, architecture) ?? 0;
  const [load, skipOneUnlessEqual, give] = [0x20, 0x0100_0015, 0x06];
  const fail = 0x0005_0000 | errno;
  const allow = 0x7fff_0000;
  const words = [load, 0, skipOneUnlessEqual, number, give, fail, give, allow];
  return new Uint8Array(Uint32Array.from(words).buffer);
}

for (const bench of await benches()) {
  for (const first of ["leader", "follower"]) {
    const name = `a stub takes its terminal, started as the ${first} of a session`;
    stubTest(name, needsPython(bench), async (folder) => {
      const stub = await folder.stub({ terminal: true });
      const command = stubArguments({
        candidates: [sh],
        arg0: "sh",
        args: ["-c", "cat /proc/$$/stat; echo there > /dev/tty"],
      });
      const { stdout } = await run(["python3", "-c", onTerminal, first, ...stub, ...command]);
      const [stat = "", there] = stdout.split("\r\n");
      const [pid = "", , , , group, session, terminal, foreground] = stat.split(" ");
      assertEquals([group, session, foreground], [pid, pid, pid]);
      assert(Number(terminal) !== 0, stat);
      assertEquals(there, "there");
    });
  }

  stubTest("a stub without its terminal does not go on", bench, async (folder) => {
    const stub = await folder.stub({ terminal: true });
    const command = stubArguments({ candidates: [sh], arg0: "sh", args: ["-c", "echo ran"] });
    const stderr = "exec-server: sh: descriptor 0 cannot be its terminal (errno 25)\n";
    assertEquals(await run([...stub, ...command]), { ...silent, code: 126, stderr });
  });

  const source = "import socket; socket.socket(); print('connected')";
  const python = stubArguments({
    candidates: [sh],
    arg0: "sh",
    args: ["-c", 'python3 -c "$0"', source],
  });

  stubTest(
    "a command under a stub's filter has no sockets",
    onProcessor(needsPython(bench)),
    async (folder) => {
      const free = await run([...await folder.stub(), ...python]);
      assertEquals(free.stdout, "connected\n");
      const filter = seccompFilter("strict", bench.architecture);
      const held = await run([...await folder.stub({ filter }), ...python]);
      assertEquals(held.stdout, "");
      assertStringIncludes(held.stderr, "Operation not permitted");
    },
  );

  stubTest("a stub without its filter does not go on", bench, async (folder) => {
    const stub = await folder.stub({ filter: new Uint8Array(8) });
    const command = stubArguments({ candidates: [sh], arg0: "sh", args: ["-c", "echo ran"] });
    const { code, stdout, stderr } = await run([...stub, ...command]);
    assertEquals({ code, stdout }, { code: 126, stdout: "" });
    // The emulator refuses with another number than the kernel.
    const start = "exec-server: sh: the seccomp filter cannot be installed (errno ";
    assertEquals(stderr.replace(/\d+/, "N"), `${start}N)\n`);
  });

  stubTest(
    "a stub closes descriptors one by one on an old kernel",
    onProcessor(bench),
    async (folder) => {
      const filter = assemble(
        [{ syscall: "close_range", when: [], error: "ENOSYS", reason: "An old kernel" }],
        bench.architecture,
      );
      const old = await folder.stub({ filter });
      const inner = await folder.stub();
      const leak = 'exec "$@" 4</dev/null 8</etc/passwd';
      const list = ["-c", "cd /proc/$$/fd && ls -d 4 8 2>/dev/null; ls -d 0 1 2"];
      const command = stubArguments({ candidates: [sh], arg0: "sh", args: list });
      const args = ["-c", leak, "sh", ...inner, ...command];
      const { stdout } = await run([
        ...old,
        ...stubArguments({ candidates: [sh], arg0: "sh", args }),
      ]);
      assertEquals(stdout, "0\n1\n2\n");
    },
  );

  stubTest(
    "a stub goes on without a limit unless it is required",
    onProcessor(bench),
    async (folder) => {
      const filter = assemble(
        [{ syscall: "prlimit64", when: [], error: "EPERM", reason: "It cannot be set" }],
        bench.architecture,
      );
      const limit = { resource: "core", soft: 0n, hard: 0n } as const;
      const command = stubArguments({ candidates: [sh], arg0: "sh", args: ["-c", "echo ran"] });
      const under = async (required: boolean) => {
        const inner = await folder.stub({ limits: [{ ...limit, required }] });
        const [candidate = "", ...args] = [...inner, ...command];
        const outer = stubArguments({ candidates: [candidate], arg0: candidate, args });
        return await run([...await folder.stub({ filter }), ...outer]);
      };
      assertEquals(await under(false), { ...silent, code: 0, stdout: "ran\n" });
      const stderr = 'exec-server: sh: limit "core" cannot be set (errno 1)\n';
      assertEquals(await under(true), { ...silent, code: 126, stderr });
    },
  );

  stubTest("a stub writes an error number of any length", onProcessor(bench), async (folder) => {
    const command = stubArguments({ candidates: [sh], arg0: "sh", args: ["-c", "echo ran"] });
    for (const errno of [1, 9, 10, 42, 99, 100, 205, 999, 1000, 1234, 4095]) {
      const stub = await folder.stub({ filter: failing("execve", errno, bench) });
      const stderr = `exec-server: sh: cannot be executed (errno ${errno})\n`;
      assertEquals(await run([...stub, ...command]), { ...silent, code: 126, stderr });
    }
  });
}
