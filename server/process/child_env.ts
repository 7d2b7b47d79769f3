/** Builds a child's environment from the request and the server's own. @module */

import type { EnvPolicy, StartMetadata } from "../../protocol/methods/process_start.ts";

/** Names that `inherit: "core"` keeps; compared without case. */
const CORE_NAMES = new Set([
  "PATH",
  "SHELL",
  "TMPDIR",
  "TEMP",
  "TMP",
  "HOME",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "LOGNAME",
  "USER",
]);

const DEFAULT_EXCLUDES = ["*KEY*", "*SECRET*", "*TOKEN*"];

/** Variables that steer the server itself, or are its secrets; no child ever gets them. */
const SERVER_NAMES = new Set([
  "CODEX_EXEC_SERVER_NOISE_AUTH_TOKEN",
  "CODEX_EXEC_SERVER_EXIT_ON_STDIN_CLOSE",
  "EXEC_SERVER_TOKEN",
]);

/** What a child's environment is made of. */
export interface ChildEnvRequest {
  /** Laid over everything; the whole environment when there is no policy. */
  readonly env: Readonly<Record<string, string>>;
  /** How to begin; undefined or null: with nothing. */
  readonly envPolicy?: EnvPolicy | null | undefined;
  /** Who the command runs for. */
  readonly metadata?: StartMetadata | null | undefined;
}

/**
 * The environment of a child, in the order of protocol.md section 7: inherit, default excludes,
 * excludes, set, includeOnly, env, metadata.
 * @param server the server's own environment
 */
export function childEnv(
  request: ChildEnvRequest,
  server: ReadonlyMap<string, string>,
): Map<string, string> {
  const { envPolicy, metadata } = request;
  const env = envPolicy ? applyPolicy(envPolicy, server) : new Map<string, string>();
  for (const [name, value] of Object.entries(request.env)) env.set(name, value);
  const { threadId, toolCallId } = metadata ?? {};
  if (typeof threadId === "string") env.set("CODEX_THREAD_ID", threadId);
  if (typeof toolCallId === "string") env.set("CODEX_TOOL_CALL_ID", toolCallId);
  for (const name of SERVER_NAMES) env.delete(name);
  // Sorted, as the reference does: the same request gives the same bytes.
  return new Map([...env].sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0));
}

function applyPolicy(policy: EnvPolicy, server: ReadonlyMap<string, string>): Map<string, string> {
  const env = inherited(policy.inherit, server);
  const excludes = policy.ignoreDefaultExcludes
    ? policy.exclude
    : [...DEFAULT_EXCLUDES, ...policy.exclude];
  const isExcluded = matcher(excludes);
  for (const name of [...env.keys()]) if (isExcluded(name)) env.delete(name);
  for (const [name, value] of Object.entries(policy.set)) env.set(name, value);
  if (policy.includeOnly.length > 0) {
    const isIncluded = matcher(policy.includeOnly);
    for (const name of [...env.keys()]) if (!isIncluded(name)) env.delete(name);
  }
  return env;
}

function inherited(
  inherit: EnvPolicy["inherit"],
  server: ReadonlyMap<string, string>,
): Map<string, string> {
  switch (inherit) {
    case "all":
      return new Map(server);
    case "core":
      return new Map([...server].filter(([name]) => CORE_NAMES.has(name.toUpperCase())));
    case "none":
      return new Map();
  }
}

/** Whether a name matches any pattern: `*` any run, `?` one character, case does not count. */
function matcher(patterns: readonly string[]): (name: string) => boolean {
  const folded = patterns.map((pattern) => [...pattern.toLowerCase()]);
  return (name) => {
    const letters = [...name.toLowerCase()];
    return folded.some((pattern) => matches(pattern, letters));
  };
}

/** A star only ever goes back to the last one: time grows with both lengths, never beyond. */
function matches(pattern: readonly string[], name: readonly string[]): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let i = 0; i < name.length;) {
    const sign = pattern[at];
    if (sign === "*") {
      star = at++;
      resume = i;
    } else if (sign !== undefined && (sign === "?" || sign === name[i])) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
