/** Which server the wire tests talk to, from the variable `EXEC_SERVER_TARGET`. @module */
import { fromFileUrl, join } from "@std/path";
import { referenceBinary } from "../../tools/reference.ts";

/** The two implementations the same tests run against. */
export type TargetName = "ours" | "reference";

/** A server program, ready to be started. */
export interface ServerProgram {
  /** What to execute. */
  readonly program: string;
  /** Arguments before the server's own. */
  readonly prefix: readonly string[];
  /** Variables the program cannot do without. */
  readonly env: Readonly<Record<string, string>>;
}

const repository = fromFileUrl(new URL("../../", import.meta.url));

/** The value of `EXEC_SERVER_TARGET`: `ours` (from source; the default), `reference`, or the path of
 * a compiled binary of ours. */
function setting(): string {
  return Deno.env.get("EXEC_SERVER_TARGET") ?? "ours";
}

/** Which expectations hold. */
export function targetName(): TargetName {
  return setting() === "reference" ? "reference" : "ours";
}

/** Finds the program of the target.
 * @throws {Error} when the reference cannot be had */
export async function serverProgram(): Promise<ServerProgram> {
  const value = setting();
  if (value === "ours") return fromSource();
  if (value !== "reference") return { program: value, prefix: [], env: {} };
  const program = await referenceBinary();
  if (program === undefined) throw new Error("The reference server is not available");
  return { program, prefix: ["exec-server"], env: {} };
}

function fromSource(): ServerProgram {
  const home = Deno.env.get("HOME") ?? "/";
  const main = join(repository, "main.ts");
  const config = join(repository, "deno.json");
  return {
    program: Deno.execPath(),
    prefix: ["run", "-A", "--quiet", "--no-lock", `--config=${config}`, main],
    // The child gets a home of its own; the modules are where this run found them.
    env: {
      DENO_DIR: Deno.env.get("DENO_DIR") ?? join(home, ".cache", "deno"),
      DENO_NO_UPDATE_CHECK: "1",
      DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") ?? "mozilla,system",
    },
  };
}
