/**
 * The C library, by FFI: the calls that Deno has no safe or fast way for.
 *
 * Layouts and numbers are those of Linux with glibc, on x86-64 and arm64.
 * @module
 */

const symbols = {
  posix_spawn: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  posix_spawn_file_actions_init: { parameters: ["buffer"], result: "i32" },
  posix_spawn_file_actions_destroy: { parameters: ["buffer"], result: "i32" },
  posix_spawn_file_actions_addopen: {
    parameters: ["buffer", "i32", "buffer", "i32", "u32"],
    result: "i32",
  },
  posix_spawn_file_actions_adddup2: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  posix_spawn_file_actions_addchdir_np: { parameters: ["buffer", "buffer"], result: "i32" },
  // Since glibc 2.34. Without it the close-on-exec flags of this program must do.
  posix_spawn_file_actions_addclosefrom_np: {
    parameters: ["buffer", "i32"],
    result: "i32",
    optional: true,
  },
  posix_spawnattr_init: { parameters: ["buffer"], result: "i32" },
  posix_spawnattr_setflags: { parameters: ["buffer", "i16"], result: "i32" },
  posix_spawnattr_setsigdefault: { parameters: ["buffer", "buffer"], result: "i32" },
  posix_spawnattr_setsigmask: { parameters: ["buffer", "buffer"], result: "i32" },
  sigfillset: { parameters: ["buffer"], result: "i32" },
  sigemptyset: { parameters: ["buffer"], result: "i32" },
  posix_openpt: { parameters: ["i32"], result: "i32" },
  grantpt: { parameters: ["i32"], result: "i32" },
  unlockpt: { parameters: ["i32"], result: "i32" },
  ptsname_r: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  ioctl: { parameters: ["i32", "u32", "buffer"], result: "i32" },
  prlimit: { parameters: ["i32", "i32", "buffer", "buffer"], result: "i32" },
  pipe2: { parameters: ["buffer", "i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  write: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  access: { parameters: ["buffer", "i32"], result: "i32" },
  signal: { parameters: ["i32", "pointer"], result: "pointer" },
  kill: { parameters: ["i32", "i32"], result: "i32" },
  waitid: { parameters: ["i32", "i32", "buffer", "i32"], result: "i32" },
  syscall: { parameters: ["i32", "i32", "u32"], result: "i32" },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: {
    parameters: ["i32", "buffer", "i32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  strerror: { parameters: ["i32"], result: "pointer" },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Functions of the C library. */
export type Libc = Deno.DynamicLibrary<typeof symbols>["symbols"];

/** The C library and the two things that belong to it. */
export interface LibcAccess {
  /** Its functions. */
  readonly libc: Libc;
  /** Error number of the last failed call on this thread. */
  readonly errno: () => number;
  /** Text of an error number, such as "Permission denied (os error 13)". */
  readonly describe: (errno: number) => string;
}

let loaded: LibcAccess | undefined;

/**
 * The C library; loaded on first use, so that a server starts without it.
 * @throws {Error} when the library cannot be loaded
 */
export function loadLibc(): LibcAccess {
  if (loaded !== undefined) return loaded;
  const libc = Deno.dlopen("libc.so.6", symbols).symbols;
  const location = libc.__errno_location();
  if (location === null) throw new Error("The C library has no errno");
  // The address belongs to this thread and stays; asking for it again could change errno.
  const view = new Deno.UnsafePointerView(location);
  loaded = {
    libc,
    errno: () => view.getInt32(),
    describe(errno) {
      const text = libc.strerror(errno);
      const words = text === null ? "Unknown error" : Deno.UnsafePointerView.getCString(text);
      return `${words} (os error ${errno})`;
    },
  };
  return loaded;
}

/** Error numbers by name. */
export const errnos = {
  ENOENT: 2,
  E2BIG: 7,
  ENOEXEC: 8,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  ENOTDIR: 20,
  ENFILE: 23,
  EMFILE: 24,
} as const;

/** Flags for opening and for descriptors. */
export const descriptorFlags = {
  O_RDONLY: 0,
  O_RDWR: 2,
  O_NOCTTY: 0o400,
  O_NONBLOCK: 0o4000,
  O_CLOEXEC: 0o2000000,
  F_SETFL: 4,
  F_DUPFD_CLOEXEC: 1030,
  F_SETPIPE_SZ: 1031,
} as const;

const encoder = new TextEncoder();

/** A string for C: UTF-8 with a zero at the end. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(`${text}\0`);
}

/** A null-terminated array of C strings, as `execve` wants it. Keep `arena` alive during the call. */
export interface CStringArray {
  /** The pointers. */
  readonly pointers: BigUint64Array<ArrayBuffer>;
  /** The strings they point into. */
  readonly arena: Uint8Array<ArrayBuffer>;
}

/** Lays strings out for C, in one block. */
export function cStringArray(texts: readonly string[]): CStringArray {
  const arena = cString(texts.join("\0"));
  const pointers = new BigUint64Array(texts.length + 1);
  if (texts.length === 0) return { pointers, arena };
  const base = Deno.UnsafePointer.value(Deno.UnsafePointer.of(arena));
  let start = 0;
  for (let i = 0; i < texts.length; i++) {
    pointers[i] = BigInt(base) + BigInt(start);
    start = arena.indexOf(0, start) + 1;
  }
  return { pointers, arena };
}
