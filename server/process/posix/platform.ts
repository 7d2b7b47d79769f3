/** What a system's C library and kernel have of their own: numbers, names and layouts. @module */

/** One system, as data. Sizes and offsets are in bytes. */
export interface Platform {
  /** What to load the C library by. */
  readonly library: string;
  /** Flags for opening, and commands for descriptors. */
  readonly descriptors: DescriptorNumbers;
  /** Error numbers by name. */
  readonly errors: ErrorNumbers;
  /** What `posix_spawn` takes. */
  readonly spawn: SpawnLayout;
  /** What `waitid` takes and fills in. */
  readonly exit: ExitLayout;
  /** The `ioctl` that tells a terminal its size. */
  readonly resizeRequest: number;
  /**
   * Whether a child opens its descriptors before it leads a session of its own. Then a terminal
   * opened that way is not its session's, see `terminal_launcher.ts`.
   */
  readonly opensBeforeSession: boolean;
  /** Whether a relative path of a program may be looked for elsewhere than in its directory. */
  readonly needsAbsoluteProgram: boolean;
}

/** Numbers for `open` and `fcntl`. */
export interface DescriptorNumbers {
  readonly O_RDONLY: number;
  readonly O_RDWR: number;
  readonly O_NOCTTY: number;
  readonly O_NONBLOCK: number;
  readonly O_CLOEXEC: number;
  readonly F_SETFD: number;
  readonly F_SETFL: number;
  readonly F_DUPFD_CLOEXEC: number;
}

/** The errors that are told apart. */
export interface ErrorNumbers {
  readonly ENOENT: number;
  readonly E2BIG: number;
  readonly ENOEXEC: number;
  readonly EAGAIN: number;
  readonly ENOMEM: number;
  readonly EACCES: number;
  readonly ENOTDIR: number;
  readonly ENFILE: number;
  readonly EMFILE: number;
}

/** Room for what only the C library looks into, and its flags. */
export interface SpawnLayout {
  /** `posix_spawn_file_actions_t`, or more. */
  readonly actionsBytes: number;
  /** `posix_spawnattr_t`, or more. */
  readonly attributesBytes: number;
  /** `sigset_t`. */
  readonly signalSetBytes: number;
  /** A new session, default signals, no blocked ones; where it exists: no other descriptors. */
  readonly flags: number;
}

/** `siginfo_t` as `waitid` fills it in. */
export interface ExitLayout {
  /** The whole structure. */
  readonly bytes: number;
  /** Where `si_code` is, an `int` as all of these. */
  readonly code: number;
  /** Where `si_pid` is. */
  readonly pid: number;
  /** Where `si_status` is. */
  readonly status: number;
  /** The option to leave the child waitable. */
  readonly WNOWAIT: number;
}
