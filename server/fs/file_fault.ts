/** A file operation that the operating system refused. @module */

/** Error numbers that are the same on every Unix, or on Linux where they differ. */
export const faultNumbers = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  EBADF: 9,
  EAGAIN: 11,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EMFILE: 24,
  EFBIG: 27,
  ENOSPC: 28,
  ESPIPE: 29,
  EROFS: 30,
  ENAMETOOLONG: 36,
  ENOTEMPTY: 39,
  ELOOP: 40,
  EOPNOTSUPP: 95,
} as const;

/** Name of an error number. */
export type FaultCode = keyof typeof faultNumbers;

const words: Readonly<Record<FaultCode, string>> = {
  EPERM: "Operation not permitted",
  ENOENT: "No such file or directory",
  EINTR: "Interrupted system call",
  EIO: "Input/output error",
  ENXIO: "No such device or address",
  EBADF: "Bad file descriptor",
  EAGAIN: "Resource temporarily unavailable",
  EACCES: "Permission denied",
  EBUSY: "Device or resource busy",
  EEXIST: "File exists",
  EXDEV: "Invalid cross-device link",
  ENOTDIR: "Not a directory",
  EISDIR: "Is a directory",
  EINVAL: "Invalid argument",
  EMFILE: "Too many open files",
  EFBIG: "File too large",
  ENOSPC: "No space left on device",
  ESPIPE: "Illegal seek",
  EROFS: "Read-only file system",
  ENAMETOOLONG: "File name too long",
  ENOTEMPTY: "Directory not empty",
  ELOOP: "Too many levels of symbolic links",
  EOPNOTSUPP: "Operation not supported",
};

const codes: ReadonlyMap<number, string> = new Map(
  Object.entries(faultNumbers).map(([code, number]) => [number, code]),
);

/** What the operating system said. */
export class FileFault extends Error {
  /** Tells this class from other errors. */
  override readonly name = "FileFault";
  /** The system's error number. */
  readonly errno: number;

  /** @param message the system's words, ending in "(os error N)" */
  constructor(errno: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.errno = errno;
  }

  /** The fault of that name. `instead` replaces the system's words. */
  static of(code: FaultCode, instead: string = words[code], options?: ErrorOptions): FileFault {
    const errno = faultNumbers[code];
    return new FileFault(errno, `${instead} (os error ${errno})`, options);
  }

  /** Name of the number, such as `ENOENT`; `E` and the number when it has none here. */
  get code(): string {
    return codes.get(this.errno) ?? `E${this.errno}`;
  }
}

/** Whether an error is this fault. */
export function isFault(error: unknown, ...wanted: readonly FaultCode[]): boolean {
  return error instanceof FileFault && wanted.some((code) => faultNumbers[code] === error.errno);
}
