/** Which signals whoever started this program wants it to ignore, as `nohup` does. @module */

let found: ReadonlySet<number> | undefined;

/** Numbers of the signals that were ignored at the first call; none where nobody can tell. */
export function ignoredSignals(): ReadonlySet<number> {
  return found ??= new Set(bitsOf(ignoredMask()));
}

function ignoredMask(): bigint {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  } catch {
    // Not Linux.
    return 0n;
  }
}

function bitsOf(mask: bigint): number[] {
  return Array.from({ length: 64 }, (_, bit) => bit + 1)
    .filter((number) => (mask >> BigInt(number - 1)) % 2n === 1n);
}
