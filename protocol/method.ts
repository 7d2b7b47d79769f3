/** The shape of a row in the method table: everything known about one method, in one place. @module */

import type { ErrorKey } from "./errors.ts";
import type { Schema } from "./schema.ts";

/** Which words a refusal before the handshake uses: "… before using FAMILY methods". */
export type Family =
  | "session"
  | "exec"
  | "filesystem"
  | "environment info"
  | "environment status";

/** Everything known about one request. */
export interface RequestSpec<P, R> {
  /** Decodes the parameters; the gate for untrusted input. */
  readonly params: Schema<P>;
  /** Decodes the result, on the client's side. */
  readonly result: Schema<R>;
  /** Interface that specifies the parameters, for the generated page. */
  readonly paramsType: string;
  /** Interface that specifies the result, for the generated page. */
  readonly resultType: string;
  /** `handshake`: allowed at once. `ready`: only after `initialize` and `initialized`. */
  readonly phase: "handshake" | "ready";
  /** Control requests never wait behind ordinary ones. */
  readonly lane: "ordinary" | "control";
  /** Word for this family of methods in refusals. */
  readonly family: Family;
  /** `process`: takes effect in order of arrival among requests with the same `processId`. */
  readonly ordering: "none" | "process";
  /** Errors a caller must expect, beside `invalidParams`, `outOfPhase` and `internal`. */
  readonly errors: readonly ErrorKey[];
  /** Version of the reference that has it, or "extension" with the capability that announces it. */
  readonly since: string;
  /** What it does, as one sentence. */
  readonly summary: string;
}

/** Everything known about one notification. */
export interface NotificationSpec<P> {
  /** Decodes the parameters. */
  readonly params: Schema<P>;
  /** Interface that specifies the parameters, for the generated page. */
  readonly paramsType: string;
  /** Who sends it. */
  readonly direction: "toServer" | "toClient";
  /** Version of the reference that has it. */
  readonly since: string;
  /** What it says, as one sentence. */
  readonly summary: string;
}
