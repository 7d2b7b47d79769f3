/** What `doctor` says about this program, apart from sandboxes. @module */

import { limits } from "../protocol/limits.ts";
import { VERSION, WIRE_VERSION } from "../protocol/version.ts";
import { descriptorFlags } from "../server/process/posix/libc.ts";
import { TreeMarks } from "../server/process/posix/tree_mark.ts";
import type { Spawner } from "../server/process/spawner.ts";
import { type Check, ok, warn } from "./doctor_check.ts";
import { plainName } from "./long_listing.ts";

/** What starts programs here. */
export interface SpawnerFinding {
  /** The one a server would use. */
  readonly spawner: Spawner;
  /** Whether that is the one by `posix_spawn`. */
  readonly isPosix: boolean;
  /** Why it is not, if anything was said. */
  readonly trouble: readonly unknown[];
}

/** The program and how it runs others. */
export function programChecks(finding: SpawnerFinding): Check[] {
  const { spawner: { hasTerminals }, isPosix } = finding;
  const { deno, v8 } = Deno.version;
  const form = Deno.build.standalone ? "compiled" : "from its sources";
  const seconds = limits.detachedSessionMs / 1000;
  return [
    ok("program", `exec-server ${VERSION}, wire ${WIRE_VERSION}, ${form}`),
    ok("runtime", `Deno ${deno} with V8 ${v8}, ${Deno.build.target}`),
    spawnerCheck(finding),
    hasTerminals
      ? ok("terminals", "commands can run in terminals")
      : warn("terminals", "no terminals, so that `exec --tty` and `shell` are refused"),
    guardianCheck(isPosix),
    ok("sessions", `kept for ${seconds} seconds without a connection, then ended`),
    descriptorCheck(),
  ];
}

function spawnerCheck({ isPosix, trouble }: SpawnerFinding): Check {
  if (isPosix) return ok("spawner", "posix_spawn, by calling the C library (FFI)");
  const reasons = trouble.map((error) => error instanceof Error ? error.message : String(error));
  const why = reasons.length === 0 ? "" : ` (${reasons.join("; ")})`;
  return warn(
    "spawner",
    `the portable one, without terminals and sandboxes${why}`,
    "run the program where the C library is glibc or macOS's, and may be called (FFI)",
  );
}

function guardianCheck(isPosix: boolean): Check {
  if (isPosix && new TreeMarks().areUsable && hasShell()) {
    return ok("guardian", "ends every command even when the server is killed");
  }
  return warn(
    "guardian",
    "commands may go on when the server is killed by SIGKILL",
    "end it by SIGTERM",
  );
}

function hasShell(): boolean {
  try {
    return Deno.statSync("/bin/sh").isFile;
  } catch {
    return false;
  }
}

/** What whoever started this program left open for it: commands could use it, too. */
function descriptorCheck(): Check {
  const name = "descriptors";
  if (Deno.build.os !== "linux") return ok(name, "not looked at on this system");
  const left = [...Deno.readDirSync("/proc/self/fd")].map((entry) => Number(entry.name))
    .filter((descriptor) => descriptor > 2 && isInherited(descriptor))
    .sort((one, other) => one - other)
    .map(describe);
  if (left.length === 0) return ok(name, "none was left open for this program");
  return warn(
    name,
    `left open by whoever started this program: ${left.join(", ")}`,
    "close them where the server is started",
  );
}

/** What this program opens itself, it opens with close-on-exec. */
function isInherited(descriptor: number): boolean {
  try {
    const info = Deno.readTextFileSync(`/proc/self/fdinfo/${descriptor}`);
    const flags = parseInt(/^flags:\s*([0-7]+)$/m.exec(info)?.[1] ?? "", 8);
    return (flags & descriptorFlags.O_CLOEXEC) === 0;
  } catch {
    // It was the one of the directory that has just been read.
    return false;
  }
}

function describe(descriptor: number): string {
  try {
    return `${descriptor} (${plainName(Deno.readLinkSync(`/proc/self/fd/${descriptor}`))})`;
  } catch {
    return String(descriptor);
  }
}
