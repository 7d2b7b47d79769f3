/** What a program can see of its own confinement. Pure. @module */

/** Files that tell it, in this order: the last may be long. */
export const PROOFS: readonly string[] = [
  "/proc/self/status",
  "/proc/self/uid_map",
  "/proc/net/dev",
  "/proc/self/mountinfo",
];

interface Proof {
  /** What is proved; goes on after "missing ". */
  readonly name: string;
  readonly holds: (text: string) => boolean;
}

// The first process inside is bubblewrap's, and the program is the next one.
const MOST_PID = 9;

const proofs: readonly Proof[] = [
  { name: "a system call filter", holds: (text) => /^Seccomp:\s*2$/m.test(text) },
  { name: "a ban on new privileges", holds: (text) => /^NoNewPrivs:\s*1$/m.test(text) },
  {
    name: "the dropping of capabilities",
    holds: (text) => /^Cap(Eff|Bnd):\s*[0-9a-f]*[1-9a-f]/m.test(text) === false,
  },
  { name: "a process namespace", holds: (text) => pidIn(text) <= MOST_PID },
  { name: "a user namespace", holds: (text) => /^\s*\d+\s+\d+\s+1$/m.test(text) },
  {
    name: "a network namespace",
    holds: (text) => networkCards(text).every((name) => name === "lo"),
  },
  { name: "a read-only view of the disk", holds: isRootReadOnly },
];

/** What these files, one after the other, do not prove. */
export function missingProofs(text: string): string[] {
  return proofs.filter(({ holds }) => !holds(text)).map(({ name }) => name);
}

function pidIn(text: string): number {
  return Number(/^Pid:\s*(\d+)$/m.exec(text)?.[1] ?? Infinity);
}

function networkCards(text: string): string[] {
  return Array.from(text.matchAll(/^\s*([^\s:|]+):(?:\s+\d+){16}\s*$/gm), ([, name = ""]) => name);
}

/** The last mount at `/` is the one that is seen. */
function isRootReadOnly(text: string): boolean {
  const roots = [...text.matchAll(/^\d+ \d+ \d+:\d+ \S+ \/ (\S+) /gm)];
  return roots.at(-1)?.[1]?.split(",").includes("ro") ?? false;
}
