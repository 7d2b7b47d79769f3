/** Guesses from well-known messages what was denied. @module */

import type { SandboxDenial } from "../protocol/methods/sandbox_denial.ts";

type Operation = NonNullable<SandboxDenial["operation"]>;

/** Messages are at the end, and a command may print anything: only so much is looked at. */
const MOST_BYTES = 16 * 1024;
const MOST_LINE_LENGTH = 1024;

const REASON = "(?:read-only file system|permission denied|operation not permitted)";
const HINT = /read-only file system|denied|not permitted|\bE(?:ACCES|PERM|ROFS)\b/i;
const READ_ONLY = /read-only file system|\bEROFS\b/i;

interface Shape {
  readonly pattern: RegExp;
  /** What was tried, when the shape of the message or its verb tells. */
  readonly operation: (verb: string, status: number) => Operation | undefined;
}

/** From the most telling message to the least. Groups: `verb`, `path`. */
const shapes: readonly Shape[] = [
  // Node: Error: EACCES: permission denied, open '/x'
  {
    pattern: /\b(?:EACCES|EPERM|EROFS): [a-z -]+, (?<verb>[a-z]+) '(?<path>[^']+)'/,
    operation: (verb) => nodeVerbs.get(verb),
  },
  // Node: connect EACCES 1.2.3.4:80; listen EPERM: operation not permitted 0.0.0.0:80
  { pattern: /\b(?:connect|listen|bind|send) (?:EACCES|EPERM)\b/, operation: () => "network" },
  // Python: PermissionError: [Errno 13] Permission denied: '/x'
  { pattern: /\[Errno (?:1|13|30)\] [A-Za-z -]+: '(?<path>[^']+)'/, operation: () => undefined },
  // Go: dial tcp 1.2.3.4:443: connect: operation not permitted
  {
    pattern: new RegExp(`\\b(?:socket|connect|bind|listen|sendto|sendmsg): ${REASON}`, "i"),
    operation: () => "network",
  },
  // Go: open /x: permission denied
  {
    pattern: new RegExp(
      `(?:^|: )(?<verb>open|mkdir|remove|unlink|rename|chmod|lstat|stat|fork/exec) ` +
        `(?<path>/[^:]+): ${REASON}`,
      "i",
    ),
    operation: (verb) => goVerbs.get(verb.toLowerCase()),
  },
  // Coreutils, git: cannot touch 'x': Read-only file system
  {
    pattern: new RegExp(
      `(?:cannot|could not|failed to|unable to|can't) (?<verb>[a-z]+(?: [a-z]+){0,3}) ` +
        `(?:'[^']+' to )?['‘"](?<path>[^'’"]+)['’"](?: for (?:reading|writing))?: ${REASON}`,
      "i",
    ),
    operation: (verb) => plainVerbs.get(verb.toLowerCase().split(" ")[0] ?? ""),
  },
  // dash: /bin/sh: 1: cannot create x: Read-only file system; ld, git without quotes
  {
    pattern: new RegExp(
      `(?:cannot|could not) (?<verb>create|open|lock|write)` +
        `(?: (?:output|config|regular))?(?: file)? (?<path>[^\\s:'"‘]+): ${REASON}`,
      "i",
    ),
    operation: (verb) => verb.toLowerCase() === "open" ? undefined : "write",
  },
  // bash: line 1: x: Permission denied
  {
    pattern: new RegExp(
      `^(?:\\S*/)?(?:ba|da|z|k)?sh: (?:line )?(?:\\d+: )?(?<path>[^\\s:'"‘][^:'"‘]*): ${REASON}$`,
      "i",
    ),
    operation: (_verb, status) => status === 126 ? "exec" : undefined,
  },
  // cat: /x: Permission denied
  {
    pattern: new RegExp(`^[\\w./+-]+: (?<path>\\.{0,2}/[^:'"‘]+): ${REASON}$`, "i"),
    operation: () => undefined,
  },
];

const nodeVerbs = operations({
  write:
    "mkdir rmdir unlink rename symlink link chmod chown lchown utime copyfile ftruncate mkdtemp",
  read: "scandir stat lstat access readlink realpath",
  exec: "spawn",
});
const goVerbs = operations({
  write: "mkdir remove unlink rename chmod",
  read: "stat lstat",
  exec: "fork/exec",
});
const plainVerbs = operations({
  write: "touch create remove make move rename unlink write append lock truncate delete",
  read: "access stat read",
  exec: "execute run exec",
});

function operations(words: Partial<Record<Operation, string>>): ReadonlyMap<string, Operation> {
  const all: readonly Operation[] = ["write", "read", "exec"];
  return new Map(
    all.flatMap((operation) =>
      (words[operation] ?? "").split(" ").map((word) => [word, operation] as const)
    ),
  );
}

/**
 * Reads the end of a command's output. Nothing is said that it does not say.
 * @param status of the command
 * @returns undefined when no message says for sure what was denied
 */
export function denialDetail(output: Uint8Array, status: number): SandboxDenial | undefined {
  const end = output.subarray(Math.max(0, output.byteLength - MOST_BYTES));
  const lines = new TextDecoder().decode(end).split(/[\r\n]+/);
  for (const line of lines.toReversed()) {
    if (line.length > MOST_LINE_LENGTH || !HINT.test(line)) continue;
    const detail = detailOf(line.trimEnd(), status);
    if (detail !== undefined) return detail;
  }
  return undefined;
}

function detailOf(line: string, status: number): SandboxDenial | undefined {
  for (const { pattern, operation } of shapes) {
    const match = pattern.exec(line);
    if (match === null) continue;
    const { verb = "", path } = match.groups ?? {};
    if (path !== undefined && !isPrintable(path)) return undefined;
    // What cannot be written although it may be read: nothing else fails so.
    const tried = READ_ONLY.test(line) ? "write" : operation(verb, status);
    return {
      ...path === undefined ? {} : { path },
      ...tried === undefined ? {} : { operation: tried },
    };
  }
  return undefined;
}

/** Escapes of a terminal, and bytes that were no text, are no part of a path. */
function isPrintable(path: string): boolean {
  return !/[\p{Cc}\p{Cf}\u{FFFD}]/u.test(path);
}
