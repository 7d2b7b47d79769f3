/** From how a sandbox could not be made to what is in the way, and what to do about it. Pure. @module */

import type { Blocker } from "./blocker.ts";
import type { MachineFacts } from "./machine_facts.ts";
import { NEEDED_VERSION } from "./options.ts";
import { blockerInWords } from "./words.ts";

/** How making a sandbox failed. */
export type Failure =
  /** Programs are not started by `posix_spawn`. */
  | { readonly kind: "portableSpawner" }
  /** There is none; `passedOver`: sentences about those that are not used. */
  | { readonly kind: "notFound"; readonly passedOver: readonly string[] }
  /** The command may write where it is. */
  | { readonly kind: "changeable"; readonly path: string }
  /** It lacks options, or, without a version, is not bubblewrap at all. */
  | {
    readonly kind: "options";
    readonly path: string;
    readonly version: string | undefined;
    readonly missing: readonly string[];
  }
  /** It did not answer. */
  | { readonly kind: "silent"; readonly path: string; readonly limitMs: number }
  /** A file in memory could not be made. */
  | { readonly kind: "memoryFile"; readonly words: string }
  /** It ended without having confined anything; `missing`: what it should have done. */
  | { readonly kind: "unconfined"; readonly path: string; readonly missing: readonly string[] }
  /** It failed. */
  | {
    readonly kind: "failed";
    readonly path: string;
    /** Exit code; 128 + n after signal n. */
    readonly status: number;
    /** What it printed. */
    readonly words: string;
  };

/** What to do where nothing on the machine is to be changed. */
const ELSEWHERE = "or send `external` permissions where the machine itself is the sandbox";
const INSTALL = "install the distribution's package `bubblewrap`";
const REINSTALL = `${INSTALL} (version ${NEEDED_VERSION} or newer)`;

/** What is in the way. */
export function blockerOf(failure: Failure, facts: MachineFacts): Blocker {
  const { cause, sentence, remedy } = ofTheSystem(facts) ?? ofFailure(failure, facts);
  return { cause, sentence, remedy: `${remedy}, ${ELSEWHERE}` };
}

function ofTheSystem({ system, isWsl1 }: MachineFacts): Blocker | undefined {
  if (system !== "linux") {
    return {
      cause: "notLinux",
      sentence: `bubblewrap runs on Linux only, and this is ${system}`,
      remedy: "run the server on Linux",
    };
  }
  if (!isWsl1) return undefined;
  return {
    cause: "wsl1",
    sentence: "version 1 of the Windows Subsystem for Linux has no namespaces",
    remedy: "convert the distribution by `wsl --set-version NAME 2`",
  };
}

function ofFailure(failure: Failure, facts: MachineFacts): Blocker {
  switch (failure.kind) {
    case "portableSpawner":
      return {
        cause: "portableSpawner",
        sentence: "the portable spawner cannot pass descriptors on to bubblewrap",
        remedy: "start the server without `--spawner command`, and with the right to call the C " +
          "library (FFI)",
      };
    case "notFound":
      return notFound(failure.passedOver);
    case "changeable":
      return {
        cause: "changeableBubblewrap",
        sentence: `the only bubblewrap here, "${failure.path}", lies where the command may write`,
        remedy: `${INSTALL}, or move this one out of the workspace`,
      };
    case "options":
      return failure.version === undefined ? strange(failure.path, "") : {
        cause: "oldBubblewrap",
        sentence: `bubblewrap ${failure.version} at "${failure.path}" is too old: it lacks ` +
          `${failure.missing.slice(0, 3).join(", ")}${failure.missing.length > 3 ? ", …" : ""}`,
        remedy: `upgrade it to version ${NEEDED_VERSION} or newer`,
      };
    case "silent":
      return {
        cause: "silentBubblewrap",
        sentence:
          `bubblewrap at "${failure.path}" did not answer within ${failure.limitMs / 1000} ` +
          "seconds when it was tried",
        remedy: `see what holds it up by \`${failure.path} --ro-bind / / true\`, or ${REINSTALL}`,
      };
    case "unconfined":
      return strange(failure.path, `: missing ${failure.missing.join(", ")}`);
    case "memoryFile":
      return memoryFile(failure.words, facts);
    case "failed":
      return failed(failure, facts);
  }
}

function notFound(passedOver: readonly string[]): Blocker {
  const others = passedOver.length === 0 ? "" : `; ${passedOver.join("; ")}`;
  return {
    cause: "noBubblewrap",
    sentence:
      "bubblewrap is not installed: there is no program `bwrap` that can be used, neither " +
      `in /usr/bin nor on the server's PATH${others}`,
    remedy: INSTALL,
  };
}

function strange(path: string, details: string): Blocker {
  return {
    cause: "strangeBubblewrap",
    sentence: `"${path}" does not do what bubblewrap does${details}`,
    remedy: REINSTALL,
  };
}

function memoryFile(words: string, { memoryFilesNoExec }: MachineFacts): Blocker {
  const isForbidden = memoryFilesNoExec === 2;
  return {
    cause: "memoryFiles",
    sentence: isForbidden
      ? "files in memory may not be executed here (vm.memfd_noexec is 2)"
      : `a file in memory cannot be made (${words})`,
    remedy: isForbidden
      ? "allow it by `sysctl -w vm.memfd_noexec=1`"
      : "use Linux 5.6 or newer, and a container whose filter allows memfd_create",
  };
}

function failed(
  { path, status, words }: Extract<Failure, { kind: "failed" }>,
  facts: MachineFacts,
): Blocker {
  const text = words.trim();
  if (/execvp \/proc\/self\/fd\/\d+: (Permission denied|Operation not permitted)/.test(text)) {
    return memoryFile(text, facts);
  }
  const known = blockerInWords(text, facts);
  if (known !== undefined) return known;
  if (/Unknown option/i.test(text)) {
    return {
      cause: "oldBubblewrap",
      sentence: `bubblewrap at "${path}" is too old (${firstLine(text)})`,
      remedy: `upgrade it to version ${NEEDED_VERSION} or newer`,
    };
  }
  const how = status > 128 ? `was ended by signal ${status - 128}` : `ended with status ${status}`;
  return {
    cause: "unknown",
    sentence: `bubblewrap at "${path}" ${how} when it was tried${
      text === "" ? "" : ` (${firstLine(text)})`
    }`,
    remedy: REINSTALL,
  };
}

const MOST_CHARACTERS = 200;

/** What bubblewrap says is on the first line, the rest is what others say of it. */
function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").slice(0, MOST_CHARACTERS);
}
