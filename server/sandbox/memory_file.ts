/** Files in memory that other programs read or execute, and nobody can change. @module */

import { cString, descriptorFlags, loadLibc, loadLinuxLibc } from "../process/posix/libc.ts";

const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
/** Since Linux 6.3, which warns when it is left out; before, it is refused. */
const MFD_EXEC = 16;
const F_ADD_SEALS = 1033;
/** No more seals, no shrinking, no growing, no writing. */
const SEALS = 1 | 2 | 4 | 8;

/**
 * Makes a file with these bytes; it ends when its descriptor is closed.
 * @param name what it is called where descriptors are listed
 * @throws {Error} with the system's words
 */
export function memoryFile(name: string, bytes: Uint8Array<ArrayBuffer>): number {
  const written = create(name);
  const { libc } = loadLibc();
  try {
    for (let rest = bytes; rest.byteLength > 0;) {
      const count = libc.write(written, rest, rest.byteLength);
      if (count <= 0) throw failure("Cannot write to a file in memory");
      rest = rest.subarray(count);
    }
    if (libc.fcntl(written, F_ADD_SEALS, SEALS) !== 0) {
      throw failure("Cannot seal a file in memory");
    }
    // Nothing is executed while somebody has it open for writing.
    const { O_RDONLY, O_CLOEXEC } = descriptorFlags;
    const file = libc.open(cString(`/proc/self/fd/${written}`), O_RDONLY | O_CLOEXEC);
    if (file < 0) throw failure("Cannot open a file in memory");
    return file;
  } finally {
    libc.close(written);
  }
}

/** Ends it, unless somebody else still has it open. */
export function closeMemoryFile(file: number): void {
  loadLibc().libc.close(file);
}

function create(name: string): number {
  const { memfd_create } = loadLinuxLibc();
  const text = cString(name);
  for (
    const flags of [MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC, MFD_CLOEXEC | MFD_ALLOW_SEALING]
  ) {
    const file = memfd_create(text, flags);
    if (file >= 0) return file;
  }
  throw failure("Cannot make a file in memory");
}

function failure(what: string): Error {
  const { errno, describe } = loadLibc();
  return new Error(`${what}: ${describe(errno())}`);
}
