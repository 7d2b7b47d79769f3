/** The filters at work: a real program under bubblewrap, and the same without one as control. @module */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { seccompFilter } from "../../../sandbox/seccomp/filter.ts";
import type { SeccompMode } from "../../../sandbox/seccomp/rules.ts";
import { within } from "../../support/deadline.ts";
import { Scratch } from "../../support/scratch.ts";

const EPERM = 1;
const ENOSYS = 38;
const SIGSYS = 31;

const probe = fromFileUrl(new URL("probe.py", import.meta.url));
type Outcomes = Readonly<Record<string, number>>;

/** What every mode refuses, and how. */
const refusedEverywhere: Outcomes = {
  "chmod 4755": EPERM,
  "chmod 2755": EPERM,
  "create 4755": EPERM,
  openat2: ENOSYS,
  TIOCSTI: EPERM,
  "TIOCSTI, high bits": EPERM,
  "unshare user": EPERM,
  "clone user": EPERM,
  clone3: ENOSYS,
  setns: EPERM,
  keyctl: EPERM,
  add_key: EPERM,
  request_key: EPERM,
  pidfd_getfd: EPERM,
  ...(Deno.build.arch === "x86_64" ? { "int 0x80": -SIGSYS, x32: -SIGSYS } : {}),
};
const tracing: Outcomes = { ptrace: EPERM, process_vm_readv: EPERM };
const otherPairs: Outcomes = { "datagram pair": EPERM, "raw pair": EPERM };
const otherSockets: Outcomes = { netlink: EPERM };
const unix: Outcomes = { "unix stream": EPERM, "unix datagram": EPERM };
const internet: Outcomes = { tcp: EPERM, "udp 6": EPERM, loopback: EPERM };

const refused: Readonly<Record<SeccompMode, Outcomes>> = {
  isolated: { ...tracing, ...otherPairs, ...otherSockets, ...unix },
  managed: { ...tracing, ...otherPairs, ...otherSockets, ...unix },
  managedUnix: { ...tracing, ...otherSockets },
  strict: { ...tracing, ...otherPairs, ...otherSockets, ...unix, ...internet },
  host: {},
};

/** Without the capability the kernel refuses these too, so that the control says nothing. */
const refusedAnyway = ["raw", "SOCK_PACKET"];

// A wrapper of that name would take longer than everything else here.
const python = await outputOf(["python3", "-c", "import sys; print(sys.executable)"]);
const missing = await whatIsMissing();
const control = missing === undefined ? await run(undefined) : {};
for (const mode of ["isolated", "managed", "managedUnix", "strict", "host"] as const) {
  Deno.test({
    name: `a program under the ${mode} filter is refused what the rules say, and nothing else${
      missing === undefined ? "" : ` (skipped: ${missing})`
    }`,
    ignore: missing !== undefined,
    fn: async () => {
      const filtered = await run(mode);
      const expected = { ...refusedEverywhere, ...refused[mode] };
      for (const [name, outcome] of Object.entries(filtered)) {
        if (refusedAnyway.includes(name)) {
          assertEquals(outcome, EPERM, name);
        } else if (name in expected) {
          assertEquals(outcome, expected[name], name);
          assertNotEquals(control[name], outcome, `${name}, without the filter`);
        } else {
          assertEquals(outcome, control[name], name);
        }
      }
      for (const name of Object.keys(expected)) assert(name in filtered, name);
    },
  });
}

async function run(mode: SeccompMode | undefined): Promise<Outcomes> {
  await using scratch = await Scratch.create();
  const sandbox = ["bwrap", "--unshare-all", "--cap-drop", "ALL", "--die-with-parent"];
  const tree = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"];
  const { path } = scratch;
  const own = ["--bind", path, path, "--chdir", path];
  const command = [python ?? "python3", "-I", probe, path];
  if (mode === undefined) return await outcomes([...sandbox, ...tree, ...own, ...command]);
  if (Deno.build.arch !== "x86_64" && Deno.build.arch !== "aarch64") throw new Error("No filter");
  const file = `${path}/filter`;
  await Deno.writeFile(file, seccompFilter(mode, Deno.build.arch));
  const opened = ["sh", "-c", `exec "$@" 9<'${file}'`, "sh"];
  return await outcomes([...opened, ...sandbox, "--seccomp", "9", ...tree, ...own, ...command]);
}

async function outcomes([program = "", ...args]: readonly string[]): Promise<Outcomes> {
  const output = new Deno.Command(program, { args, stdin: "null" }).output();
  const { stdout, stderr } = await within(output, "probe.py", 20_000);
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout);
  assert(text.startsWith("{"), `probe.py failed: ${decoder.decode(stderr)}`);
  return JSON.parse(text);
}

/** Why nothing can be run here, if so. */
async function whatIsMissing(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "this is not Linux";
  if (python === undefined) return "there is no python3";
  const trial = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "true"];
  return await outputOf(trial) === undefined ? "bwrap does not work here" : undefined;
}

/** What a command prints, or `undefined` when it is not there or fails. */
async function outputOf([program = "", ...args]: readonly string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(program, { args, stdin: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    // Not there at all.
    return undefined;
  }
}
