/** Numbers that Linux gives to flags and calls, on x86-64 and arm64. @module */

const isArm = Deno.build.arch === "aarch64";

/** Numbers of the calls that are made through `syscall`. */
export const callNumbers = { openat2: 437, getdents64: isArm ? 61 : 217 } as const;

/** For opening. Two of them differ between the two. */
export const openFlags = {
  readOnly: 0,
  writeOnly: 0o1,
  readWrite: 0o2,
  create: 0o100,
  exclusive: 0o200,
  noTerminal: 0o400,
  truncate: 0o1000,
  nonBlocking: 0o4000,
  directory: isArm ? 0o40000 : 0o200000,
  noFollow: isArm ? 0o100000 : 0o400000,
  closeOnExec: 0o2000000,
  pathOnly: 0o10000000,
} as const;

/** How `openat2` looks a path up. */
export const resolveFlags = {
  /** ELOOP for any symbolic link. */
  noLinks: 0x04,
  /** EAGAIN unless all that is needed lies in memory. Since Linux 5.12. */
  cached: 0x20,
} as const;

/** Flags of the other calls that take a directory and a name. */
export const atFlags = {
  /** In place of a directory: paths are absolute. */
  noDirectory: -100,
  linkItself: 0x100,
  removeDirectory: 0x200,
  emptyPath: 0x1000,
  /** `statx` tells what is known, without asking a server. */
  dontSync: 0x4000,
} as const;

/** `preadv2`: EAGAIN instead of waiting for a disk. */
export const READ_NO_WAIT = 0x08;

/** `renameat2`: EEXIST when the new name is taken. */
export const RENAME_NO_REPLACE = 1;

/** Error numbers that ask for another way instead of being an answer. */
export const errorNumbers = { EAGAIN: 11, EINVAL: 22, ENOSYS: 38, EOPNOTSUPP: 95 } as const;
