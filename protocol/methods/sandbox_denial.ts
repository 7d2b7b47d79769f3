/** What a sandbox denied, as far as a command's output tells. Extension. @module */

import { oneOf, optional, type Schema, struct, text } from "../schema.ts";

/** A hint: the command could have printed anything. */
export interface SandboxDenial {
  /** The path as it was printed: absolute, or relative to the command's directory. */
  readonly path?: string | undefined;
  /** What was tried; `setup` when the sandbox could not be made, so that nothing ran. */
  readonly operation?: "read" | "write" | "network" | "exec" | "setup" | undefined;
}

/** Decodes a denial. */
export const sandboxDenial: Schema<SandboxDenial> = struct<SandboxDenial>("SandboxDenial", {
  path: optional(text),
  operation: optional(oneOf(["read", "write", "network", "exec", "setup"])),
});
