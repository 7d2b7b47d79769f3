/**
 * macOS 10.15 and later, on x86-64 and arm64. Not run on macOS here: the numbers are those of its
 * public headers, and what they are used for is tested with Linux's numbers.
 * @module
 */

import type { Platform } from "./platform.ts";

const SETSIGDEF = 0x0004;
const SETSIGMASK = 0x0008;
const SETSID = 0x0400;
const CLOEXEC_DEFAULT = 0x4000;

/** MacOS. */
export const macos = {
  library: "/usr/lib/libSystem.B.dylib",
  descriptors: {
    O_RDONLY: 0,
    O_RDWR: 2,
    O_NOCTTY: 0x0002_0000,
    O_NONBLOCK: 0x0004,
    O_CLOEXEC: 0x0100_0000,
    F_SETFD: 2,
    F_SETFL: 4,
    F_DUPFD_CLOEXEC: 67,
  },
  errors: {
    ENOENT: 2,
    E2BIG: 7,
    ENOEXEC: 8,
    EAGAIN: 35,
    ENOMEM: 12,
    EACCES: 13,
    ENOTDIR: 20,
    ENFILE: 23,
    EMFILE: 24,
  },
  // The first two are pointers to what the library keeps elsewhere.
  spawn: {
    actionsBytes: 8,
    attributesBytes: 8,
    signalSetBytes: 4,
    flags: SETSID | SETSIGDEF | SETSIGMASK | CLOEXEC_DEFAULT,
  },
  exit: { bytes: 104, code: 8, pid: 12, status: 20, WNOWAIT: 0x20 },
  resizeRequest: 0x8008_7467,
  opensBeforeSession: true,
  needsAbsoluteProgram: true,
} as const satisfies Platform;
