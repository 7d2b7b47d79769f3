/** `cp`: copies files and trees between this machine and a server's. @module */

import type { ExecServerClient } from "../client/mod.ts";
import { realClock } from "../protocol/clock.ts";
import { atServer } from "./at_server.ts";
import { complain } from "./complain.ts";
import { type Endpoint, readEndpoint, serverOf } from "./copy/endpoint.ts";
import { LocalSide } from "./copy/local_side.ts";
import { type CopyPlan, type Ends, planCopy } from "./copy/plan.ts";
import { Progress } from "./copy/progress.ts";
import { RemoteSide } from "./copy/remote_side.ts";
import { runPlan } from "./copy/run_plan.ts";
import { CopyProblem, type Side } from "./copy/side.ts";
import { readFlags } from "./flags.ts";
import { help } from "./help.ts";
import { readNamed, type ServerChoice, serverFlags, withDetails } from "./server_options.ts";
import { pathAt } from "./server_path.ts";
import { UsageError } from "./usage_error.ts";

interface CopyRequest {
  readonly server: ServerChoice;
  readonly sources: readonly Endpoint[];
  readonly target: Endpoint;
  readonly recursive: boolean;
  readonly resume: boolean;
}

/**
 * Copies.
 * @param args flags, then sources, then the target
 * @returns 0, or 1 when something could not be copied
 * @throws {UsageError}
 */
export async function cp(args: readonly string[]): Promise<number> {
  const request = readRequest(args);
  if (request === undefined) return help(["cp"]);
  return await atServer(request.server, "cp", async (client, { starting: signal }) => {
    const copy = new Copy(client, request, signal);
    for (const source of request.sources) await copy.run(source);
    return copy.failures === 0 ? 0 : 1;
  });
}

function readRequest(args: readonly string[]): CopyRequest | undefined {
  const flags = readFlags(args, [
    ...serverFlags,
    { name: "--recursive", short: "-r" },
    { name: "--resume" },
    { name: "--help", short: "-h" },
  ]);
  if (flags.has("--help")) return undefined;
  const ends = flags.rest.map(readEndpoint);
  const target = ends.pop();
  if (target === undefined || ends.length === 0) {
    throw new UsageError("Nothing to copy: wanted cp [FLAGS] SOURCE... TARGET");
  }
  if ([target, ...ends].every(({ kind }) => kind === "local")) {
    throw new UsageError("Both ends are here: wanted one at a server, such as ws://HOST:PORT:PATH");
  }
  return {
    server: withDetails(serverOf([target, ...ends], readNamed(flags)), flags),
    sources: ends,
    target,
    recursive: flags.has("--recursive"),
    resume: flags.has("--resume"),
  };
}

/** One command's work. */
class Copy {
  /** How many things could not be copied. */
  failures = 0;
  readonly #local: Side = new LocalSide();
  readonly #remote: Side;
  readonly #client: ExecServerClient;
  readonly #request: CopyRequest;
  readonly #signal: AbortSignal;
  readonly #taken = new Set<string>();

  constructor(client: ExecServerClient, request: CopyRequest, signal: AbortSignal) {
    this.#client = client;
    this.#request = request;
    this.#signal = signal;
    this.#remote = new RemoteSide(client, { signal });
  }

  /** Copies one source; what cannot be copied is said and counted. */
  async run(source: Endpoint): Promise<void> {
    const { sources, target, recursive } = this.#request;
    const ends = { source: this.#side(source), target: this.#side(target) };
    const [from, to] = [this.#path(source), this.#path(target)];
    try {
      if (sources.length > 1) await requireDirectory(ends.target, to);
      const wanted = { from, to, recursive, signal: this.#signal, taken: this.#taken };
      const plan = await planCopy(ends, wanted, (text) => this.#fail(text));
      await this.#carryOut(ends, plan);
    } catch (error) {
      if (!(error instanceof CopyProblem)) throw error;
      this.#fail(error.message);
    }
  }

  async #carryOut(ends: Ends, plan: CopyPlan): Promise<void> {
    using progress = Deno.stderr.isTerminal() ? newProgress(plan.bytes) : undefined;
    await runPlan(ends, plan, {
      resume: this.#request.resume,
      signal: this.#signal,
      onBytes: (count) => progress?.add(count),
      onProblem: (text) => this.#fail(text, progress),
      isEnded: () => this.#client.state === "failed",
    });
  }

  #fail(text: string, progress?: Progress): void {
    this.failures++;
    if (progress === undefined) complain(text);
    else progress.say(`exec-server: ${text}`);
  }

  #side({ kind }: Endpoint): Side {
    return kind === "local" ? this.#local : this.#remote;
  }

  #path(end: Endpoint): string {
    if (end.kind === "local") return end.path;
    return pathAt(this.#client, this.#request.server, end.path);
  }
}

async function requireDirectory(side: Side, path: string): Promise<void> {
  const facts = await side.look(path, { followLink: true });
  if (facts?.kind === "directory") return;
  throw new CopyProblem(`${side.shown(path)} is no directory: wanted one for several sources`);
}

function newProgress(total: number): Progress {
  const encoder = new TextEncoder();
  const write = (text: string) => void Deno.stderr.writeSync(encoder.encode(text));
  return new Progress({ total, clock: realClock, write });
}
