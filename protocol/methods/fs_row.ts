/** What the rows of all `fs/*` requests have in common. @module */

import type { ErrorKey } from "../errors.ts";
import type { RequestSpec } from "../method.ts";
import type { Schema } from "../schema.ts";

/** What is particular to one row; the rest is the same for every file method. */
export interface FsRow<P, R>
  extends Pick<RequestSpec<P, R>, "paramsType" | "resultType" | "summary"> {
  /** Decodes the parameters. */
  readonly params: Schema<P>;
  /** Decodes the result. */
  readonly result: Schema<R>;
  /** `ordinary` unless told otherwise. */
  readonly lane?: "ordinary" | "control";
  /** The reference's version unless told otherwise. */
  readonly since?: string;
  /** What can go wrong; by default what any operation on a path can meet. */
  readonly errors?: readonly ErrorKey[];
}

const PATH_ERRORS: readonly ErrorKey[] = ["notFound", "fileRefused", "fileFailed", "notSupported"];

/** A row of the method table. */
export function fsRow<P, R>(row: FsRow<P, R>): RequestSpec<P, R> {
  return {
    phase: "ready",
    lane: "ordinary",
    family: "filesystem",
    ordering: "none",
    errors: PATH_ERRORS,
    since: "0.169.0",
    ...row,
  };
}

/** Mark of a method that the reference does not have. */
export function fsExtension(capability: string): string {
  return `extension, announced as \`${capability}\``;
}
