/**
 * Linux with glibc, on x86-64 and arm64.
 *
 * Every number here was compared with both compilers' view of the headers of glibc 2.36: they are
 * the same on both, except for `struct epoll_event` (see `epoll.ts`).
 * @module
 */

import type { Platform } from "./platform.ts";

const SETSIGDEF = 0x04;
const SETSIGMASK = 0x08;
const SETSID = 0x80;

/** Linux with glibc. */
export const linux = {
  library: "libc.so.6",
  descriptors: {
    O_RDONLY: 0,
    O_RDWR: 2,
    O_NOCTTY: 0o400,
    O_NONBLOCK: 0o4000,
    O_CLOEXEC: 0o2000000,
    F_SETFD: 2,
    F_SETFL: 4,
    F_DUPFD_CLOEXEC: 1030,
  },
  errors: {
    ENOENT: 2,
    E2BIG: 7,
    ENOEXEC: 8,
    EAGAIN: 11,
    ENOMEM: 12,
    EACCES: 13,
    ENOTDIR: 20,
    ENFILE: 23,
    EMFILE: 24,
  },
  // Their sizes are 80 and 336 bytes; room for growth costs nothing.
  spawn: {
    actionsBytes: 256,
    attributesBytes: 512,
    signalSetBytes: 128,
    flags: SETSID | SETSIGDEF | SETSIGMASK,
  },
  exit: { bytes: 128, code: 8, pid: 16, status: 24, WNOWAIT: 0x0100_0000 },
  resizeRequest: 0x5414,
  opensBeforeSession: false,
  needsAbsoluteProgram: false,
} as const satisfies Platform;
