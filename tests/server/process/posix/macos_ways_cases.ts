/** What is done in another way on macOS, done here with this system's numbers. @module */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { closeAll, pipeInSteps } from "../../../../server/process/posix/child_streams.ts";
import { CondemnedTrees } from "../../../../server/process/posix/condemned_trees.ts";
import { killFamily, type Kinship } from "../../../../server/process/posix/descendants.ts";
import { loadLibc } from "../../../../server/process/posix/libc.ts";
import { macosSymbols } from "../../../../server/process/posix/libc_symbols.ts";
import { linux } from "../../../../server/process/posix/platform_linux.ts";
import { macos } from "../../../../server/process/posix/platform_macos.ts";
import { Poller } from "../../../../server/process/posix/poller.ts";
import { PosixChild } from "../../../../server/process/posix/posix_child.ts";
import { posixSpawn } from "../../../../server/process/posix/posix_spawn.ts";
import { canLaunchInTerminal } from "../../../../server/process/posix/terminal_launcher.ts";
import { SpawnError } from "../../../../server/process/spawner.ts";
import { ProcessLife } from "../../../tree/process_life.ts";
import { within } from "../../../support/deadline.ts";
import { childTest } from "../../../support/test_with_children.ts";
import { fail } from "../../../support/trouble.ts";
import { NetworkSharers } from "../../../../server/process/network_sharers.ts";

loadLibc();
const system = { ...linux, opensBeforeSession: true, needsAbsoluteProgram: true };

/** What `proc_listpids` tells on macOS, from Linux's table of processes. */
const kinship: Kinship = {
  group: (leader) => processes().filter(({ group }) => group === leader).map(({ pid }) => pid),
  children: (of) => processes().filter(({ parent }) => parent === of).map(({ pid }) => pid),
};

interface Kin {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
}

function processes(): Kin[] {
  const found: Kin[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = Deno.readTextFileSync(`/proc/${name}/stat`);
      const [state, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === "Z") continue;
      found.push({ pid: Number(name), parent: Number(parent), group: Number(group) });
    } catch {
      // It has just ended.
    }
  }
  return found;
}

interface Wishes {
  readonly program?: string;
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly isTerminal: boolean;
}

/** A child as it is started and ended on macOS. */
class MacChild {
  readonly child: PosixChild;
  readonly closed: Promise<void>;
  exitCode = -1;
  #text = "";
  #onText: (() => void) | undefined;

  constructor({ program, argv, cwd = "/", env = {}, isTerminal }: Wishes) {
    const [first = ""] = argv;
    const spawned = posixSpawn({
      program: program ?? first,
      argv,
      cwd,
      env: new Map(Object.entries({ PATH: "/usr/bin:/bin", ...env })),
      pipeStdin: !isTerminal,
      terminal: isTerminal ? { rows: 31, cols: 97 } : undefined,
    }, { system });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = within(promise, "the end of the program");
    const host = {
      poller: new Poller(fail),
      condemned: new CondemnedTrees(fail),
      pids: new Set<number>(),
      networkSharers: new NetworkSharers(),
      killGroup: (leader: number) => killFamily(leader, kinship),
    };
    this.child = new PosixChild(spawned, {
      output: (_stream, bytes) => {
        this.#text += new TextDecoder().decode(bytes);
        this.#onText?.();
      },
      exited: ({ code, signal }) => this.exitCode = signal === 0 ? code : 128 + signal,
      closed: resolve,
      writable() {},
    }, { host, mark: undefined });
  }

  async printed(words: RegExp): Promise<RegExpExecArray> {
    const { promise, resolve } = Promise.withResolvers<RegExpExecArray>();
    this.#onText = () => {
      const found = words.exec(this.#text);
      if (found !== null) resolve(found);
    };
    this.#onText();
    return await within(promise, String(words));
  }

  async whole(): Promise<string> {
    await this.closed;
    return this.#text.replaceAll("\r\n", "\n");
  }
}

/** Only where there is a launcher. */
function terminalTest(name: string, fn: () => Promise<void> | void): void {
  if (canLaunchInTerminal()) childTest(name, fn);
  else Deno.test.ignore(name, fn);
}

terminalTest(
  "a launched program leads the session of its terminal, whose size is set",
  async () => {
    const script = "echo $$; ps -o pid=,pgid=,sid=,tpgid= -p $$; stty size; echo here >/dev/tty";
    const text = await new MacChild({ argv: ["sh", "-c", script], isTerminal: true }).whole();
    const [pid, ...rest] = text.trim().split(/\s+/);
    assertEquals(rest, [pid, pid, pid, pid, "31", "97", "here"]);
  },
);

terminalTest("a launched program gets arguments, environment and directory as given", async () => {
  const script = 'printf "<%s>" "$(pwd)" "$@"; tr "\\0" "\\n" </proc/$$/environ';
  const child = new MacChild({
    argv: ["sh", "-c", script, "sh", "-x", "", "a b", "é", "'"],
    cwd: "/usr",
    env: { PERL5OPT: "", "a.b": "c" },
    isTerminal: true,
  });
  const environment = "PATH=/usr/bin:/bin\nPERL5OPT=\na.b=c\n";
  assertEquals(await child.whole(), `</usr><-x><><a b><é><'>${environment}`);
});

terminalTest("a launched program sees its own name", async () => {
  const argv = ["-my name", "/proc/self/cmdline"];
  const child = new MacChild({ program: "/bin/cat", argv, isTerminal: true });
  assertEquals(await child.whole(), "-my name\0/proc/self/cmdline\0");
});

terminalTest("keys reach a launched program as signals", async () => {
  const script = "trap 'echo caught; exit 7' INT; echo ready; while :; do read x; done";
  const child = new MacChild({ argv: ["sh", "-c", script], isTerminal: true });
  await child.printed(/ready/);
  child.child.write(new Uint8Array([3]));
  assertEquals((await child.whole()).includes("caught"), true);
  assertEquals(child.exitCode, 7);
});

terminalTest("a program that cannot be launched is refused with its reason", () => {
  for (
    const [program, kind] of [
      ["/nowhere/at/all", "programNotFound"],
      ["/etc/passwd", "notExecutable"],
    ] as const
  ) {
    const error = assertThrows(
      () => new MacChild({ argv: [program], isTerminal: true }),
      SpawnError,
    );
    assertEquals(error.failure.kind, kind);
  }
});

childTest("a relative program is found from the child's directory", async () => {
  const child = new MacChild({ argv: ["./env"], cwd: "/usr/bin", isTerminal: false });
  assertEquals(await child.whole(), "PATH=/usr/bin:/bin\n");
});

childTest("killFamily() ends what left the group, as long as its parents live", async () => {
  const script = "setsid sh -c 'sleep 600 & echo pids $$ $!; wait' & wait";
  const child = new MacChild({ argv: ["sh", "-c", script], isTerminal: false });
  const [, shell, sleep] = await child.printed(/pids (\d+) (\d+)\n/);
  using left = new ProcessLife(Number(shell));
  using alone = new ProcessLife(Number(sleep));
  child.child.kill();
  await child.closed;
  assertEquals(child.exitCode, 137);
  await Promise.all([left.over(), alone.over()]);
});

childTest("a condemned child without a mark leaves nothing in its group", async () => {
  const script = "sleep 600 >/dev/null 2>&1 & echo pid $!; read x";
  const child = new MacChild({ argv: ["sh", "-c", script], isTerminal: false });
  const [, sleep] = await child.printed(/pid (\d+)\n/);
  using life = new ProcessLife(Number(sleep));
  child.child.condemn();
  child.child.closeStdin();
  await child.closed;
  await life.over();
});

childTest("pipeInSteps() opens a pipe that no child inherits", () => {
  const ends = new Int32Array(2);
  assertEquals(pipeInSteps(ends), 0);
  for (const end of ends) {
    const flags = Deno.readTextFileSync(`/proc/self/fdinfo/${end}`);
    const octal = /^flags:\s*(\d+)$/m.exec(flags)?.[1] ?? "0";
    assert((Number.parseInt(octal, 8) & linux.descriptors.O_CLOEXEC) !== 0);
  }
  closeAll(ends);
});

childTest("fcntl() finds its argument among nine", () => {
  const library = Deno.dlopen(linux.library, { fcntl: macosSymbols.fcntl });
  const copy = library.symbols.fcntl(
    2,
    linux.descriptors.F_DUPFD_CLOEXEC,
    70n,
    0n,
    0n,
    0n,
    0n,
    0n,
    70n,
  );
  assert(copy >= 70, `${copy}`);
  closeAll([copy]);
  library.close();
});

Deno.test("the flags of both systems fit the short that posix_spawnattr_setflags() takes", () => {
  for (const { spawn } of [linux, macos]) assert(spawn.flags > 0 && spawn.flags < 0x8000);
});
