/** The functions of glibc that file operations call, with their types. @module */

// Counts are declared in 32 bits: none is asked for that has more, and such numbers come unboxed.
const openat = { parameters: ["i32", "buffer", "i32", "u32"], result: "i32" } as const;
// Has no function of its own in glibc: number, directory, path, struct open_how, size of that.
const openat2 = {
  name: "syscall",
  parameters: ["i32", "i32", "buffer", "buffer", "u32"],
  result: "i32",
} as const;
// Neither in old ones: number, directory, buffer, size.
const getdents64 = {
  name: "syscall",
  parameters: ["i32", "i32", "buffer", "u32"],
  result: "i32",
} as const;
const statx = { parameters: ["i32", "buffer", "i32", "u32", "buffer"], result: "i32" } as const;
const pread = { parameters: ["i32", "buffer", "u32", "i64"], result: "i32" } as const;
const write = { parameters: ["i32", "buffer", "u32"], result: "i32" } as const;
const poll = { parameters: ["buffer", "u32", "i32"], result: "i32" } as const;
const copyFileRange = {
  parameters: ["i32", "buffer", "i32", "buffer", "u32", "u32"],
  result: "i32",
} as const;
const ftruncate = { parameters: ["i32", "i64"], result: "i32" } as const;
const fchmod = { parameters: ["i32", "u32"], result: "i32" } as const;
const fchown = { parameters: ["i32", "u32", "u32"], result: "i32" } as const;
const fchmodat = { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" } as const;
const mkdirat = { parameters: ["i32", "buffer", "u32"], result: "i32" } as const;
const symlinkat = { parameters: ["buffer", "i32", "buffer"], result: "i32" } as const;
const readlinkat = { parameters: ["i32", "buffer", "buffer", "u32"], result: "i32" } as const;
const unlinkat = { parameters: ["i32", "buffer", "i32"], result: "i32" } as const;
const linkat = { parameters: ["i32", "buffer", "i32", "buffer", "i32"], result: "i32" } as const;
const renameat2 = { parameters: ["i32", "buffer", "i32", "buffer", "u32"], result: "i32" } as const;
const ofDescriptor = { parameters: ["i32"], result: "i32" } as const;
const nonblocking = true;

/** Each may be called here, or, with `Pool` at its end, on a thread of the runtime's pool. */
export const fileSymbols = {
  openat,
  openatPool: { ...openat, name: "openat", nonblocking },
  openat2,
  openat2Pool: { ...openat2, nonblocking },
  getdents64,
  getdents64Pool: { ...getdents64, nonblocking },
  statx,
  statxPool: { ...statx, name: "statx", nonblocking },
  preadv2: { parameters: ["i32", "buffer", "i32", "i64", "i32"], result: "i32" },
  pread,
  preadPool: { ...pread, name: "pread", nonblocking },
  pwrite: pread,
  pwritePool: { ...pread, name: "pwrite", nonblocking },
  write,
  writePool: { ...write, name: "write", nonblocking },
  copyFileRange: { ...copyFileRange, name: "copy_file_range" },
  copyFileRangePool: { ...copyFileRange, name: "copy_file_range", nonblocking },
  ftruncate,
  ftruncatePool: { ...ftruncate, name: "ftruncate", nonblocking },
  fsync: ofDescriptor,
  fsyncPool: { ...ofDescriptor, name: "fsync", nonblocking },
  fchmod,
  fchmodPool: { ...fchmod, name: "fchmod", nonblocking },
  fchown,
  fchownPool: { ...fchown, name: "fchown", nonblocking },
  fchmodat,
  fchmodatPool: { ...fchmodat, name: "fchmodat", nonblocking },
  mkdirat,
  mkdiratPool: { ...mkdirat, name: "mkdirat", nonblocking },
  symlinkat,
  symlinkatPool: { ...symlinkat, name: "symlinkat", nonblocking },
  readlinkat,
  readlinkatPool: { ...readlinkat, name: "readlinkat", nonblocking },
  unlinkat,
  unlinkatPool: { ...unlinkat, name: "unlinkat", nonblocking },
  linkat,
  linkatPool: { ...linkat, name: "linkat", nonblocking },
  renameat2,
  renameat2Pool: { ...renameat2, name: "renameat2", nonblocking },
  close: ofDescriptor,
  closePool: { ...ofDescriptor, name: "close", nonblocking },
  poll,
  pollPool: { ...poll, name: "poll", nonblocking },
  strerror: { parameters: ["i32"], result: "pointer" },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;
