/** The resource limits a stub can set. @module */

/** Numbers of RLIMIT_*, the same on x86-64 and arm64. Source: `<asm-generic/resource.h>`. */
export const resourceNumbers = {
  /** Seconds of processor time. */
  cpu: 0,
  /** Bytes of a file that is written. */
  fsize: 1,
  /** Bytes of a core dump. */
  core: 4,
  /** Processes of the user; not enforced for root. */
  nproc: 6,
  /** One more than the highest descriptor. */
  nofile: 7,
  /** Bytes of locked memory. */
  memlock: 8,
  /** Bytes of address space. Several language runtimes reserve more than they use. */
  as: 9,
} as const;

/** A resource by the name prlimit(1) gives it. */
export type Resource = keyof typeof resourceNumbers;

/** The value that means there is no limit. */
export const unlimited = 0xffff_ffff_ffff_ffffn;

/** A limit. What is lower already stays as it is. */
export interface Limit {
  readonly resource: Resource;
  /** What holds; the command may raise it up to `hard`. At most `hard`. */
  readonly soft: bigint;
  readonly hard: bigint;
  /** Whether the command must not run when the limit cannot be set. */
  readonly required?: boolean;
}
