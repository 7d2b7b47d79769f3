/** Tells what this program runs on, and thereby how it can open sockets and start programs. @module */

/** `web` is everything that is none of the others: browsers, workers. */
export type Runtime = "deno" | "node" | "web";

/** What this program runs on; Bun has what Node has. */
export function currentRuntime(): Runtime {
  const [, name] = /^(Deno|Node\.js|Bun)\//.exec(globalThis.navigator?.userAgent ?? "") ?? [];
  if (name === undefined) return "web";
  return name === "Deno" ? "deno" : "node";
}
