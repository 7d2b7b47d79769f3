/** Serves file calls that are to be held to a policy: by helpers in sandboxes. @module */

import type { Clock } from "../../../protocol/clock.ts";
import { RpcError } from "../../../protocol/errors.ts";
import type { Params } from "../../../protocol/methods/mod.ts";
import type { SandboxIntent } from "../../../protocol/methods/sandbox.ts";
import type { Contained } from "../../../sandbox/confine.ts";
import { accessOf, inOrder } from "../../../sandbox/rules.ts";
import { SandboxRefusal } from "../../../sandbox/refusal.ts";
import type { Call } from "../../call.ts";
import type { Holdings } from "../../holdings.ts";
import type { Machine } from "../../machine.ts";
import { ownProgram } from "../../own_program.ts";
import { Places } from "../../places.ts";
import type { FileMethod } from "../handlers.ts";
import { localPath } from "../path.ts";
import { requireWaiting } from "../steps.ts";
import { FileHelper, type HelperCall, type HelperResult } from "./file_helper.ts";
import { inPlaces } from "./in_places.ts";
import { HelperPool, type HelperUse } from "./helper_pool.ts";
import { type Needed, neededToRun } from "./needed_paths.ts";
import { PassedResult } from "./passed_result.ts";
import { RemoteFile } from "./remote_file.ts";
import { sandboxIdentity } from "./sandbox_identity.ts";

/** Helpers at once. */
const MOST_HELPERS = 8;
/** A helper without work ends after this time, in milliseconds. */
const IDLE_MS = 60_000;
/** And after this one when people can see what stands in for missing directories meanwhile. */
const VISIBLE_IDLE_MS = 5_000;
/** Searches at work in all sandboxes; each is a program of its own, and may take half a gigabyte. */
const CONCURRENT_SEARCHES = 4;

const decoder = new TextDecoder();
const filesOf = new WeakMap<Machine, SandboxedFiles>();

/** The sandboxed files of a machine. */
export function sandboxedFiles(
  { machine, clock }: Pick<Call, "machine" | "clock">,
): SandboxedFiles {
  const known = filesOf.get(machine) ?? new SandboxedFiles(machine, clock);
  filesOf.set(machine, known);
  return known;
}

/** A call that a policy holds. */
export interface HeldCall {
  /** Its surroundings. */
  readonly call: Call;
  /** What its client wants. */
  readonly sandbox: SandboxIntent;
  /** What that comes to, as the disk was when the call arrived. */
  readonly contained: Contained;
}

/** Chooses helpers, and gives them calls. */
export class SandboxedFiles {
  readonly #machine: Machine;
  readonly #pool: HelperPool<FileHelper>;
  readonly #searches = new Places(CONCURRENT_SEARCHES);
  readonly #channels = new WeakMap<Holdings, number>();
  /** Which connections a helper knows, and how each is let go of. */
  readonly #known = new WeakMap<FileHelper, Map<number, () => void>>();
  #lastChannel = 0;
  #needed: Needed | undefined;
  #isReady = false;

  /** @param clock times idle helpers */
  constructor(machine: Machine, clock: Clock) {
    this.#machine = machine;
    this.#pool = new HelperPool({ clock, most: MOST_HELPERS });
  }

  /**
   * What holds a call; looks at the disk.
   * @returns undefined when the policy allows everything, so that nothing has to hold it
   * @throws {RpcError} when the policy cannot be held
   */
  confinement(sandbox: SandboxIntent): Contained | undefined {
    const { system, env } = this.#machine;
    if (system !== "linux") {
      throw new RpcError("notSupported", "Cannot use `sandbox`: this server cannot enforce it");
    }
    this.#needed ??= neededToRun(env);
    const { paths } = this.#needed;
    const options = { tmpdir: env.get("TMPDIR"), needed: paths, keepers: [Deno.execPath()] };
    const confinement = this.#machine.sandbox.confinementOfFiles(sandbox, options);
    return confinement.kind === "contained" ? confinement : undefined;
  }

  /** Opens a file in a sandbox, under an id of the client's. Calls that come later find it. */
  async open(params: Params<"fs/open">, held: HeldCall): Promise<PassedResult> {
    const { call } = held;
    const { handleId } = params;
    const { wantsExtensions, machine } = call;
    await call.holdings.files.open(handleId, {
      // What it really is opened for the helper knows, and refuses what does not fit.
      access: "readWrite",
      place: () => localPath(params.path, machine),
      open: async () => {
        // A file that belongs to the session is opened although the connection has ended.
        const use = await this.#use(held, new AbortController().signal);
        try {
          const release = use.keepOpen(call.holdings.files);
          return await RemoteFile.open(use.helper, {
            params: { ...params, sandbox: null },
            wantsExtensions,
            release,
          });
        } finally {
          use.release();
        }
      },
    });
    return new PassedResult({ handleId });
  }

  /** Serves any other call. */
  async serve(method: FileMethod, params: object, held: HeldCall): Promise<PassedResult> {
    const { call } = held;
    const use = await this.#use(held, call.signal);
    try {
      requireWaiting(call.signal);
      return passed(await use.helper.call(this.#order(method, params, { call, use })));
    } finally {
      use.release();
    }
  }

  /** Serves a search for lines, which can be cancelled by its id. */
  async grep(params: Params<"fs/grep">, held: HeldCall): Promise<PassedResult> {
    const { call } = held;
    const { running } = call.holdings.searches;
    using search = call.holdings.searches.begin(params.searchId);
    const { signal } = search;
    const result = await inPlaces([running, this.#searches], signal, async () => {
      const use = await this.#use(held, call.signal);
      if (signal.aborted) return use.release();
      const { searchId } = params;
      const order = this.#order("fs/grep", params, { call, use });
      const cancel = () => {
        if (call.signal.aborted) return;
        // It is answered by the search itself.
        use.helper.call({ ...order, method: "fs/cancelSearch", params: { searchId } })
          .catch(() => {});
      };
      signal.addEventListener("abort", cancel, { once: true });
      try {
        return passed(await use.helper.call(order));
      } finally {
        signal.removeEventListener("abort", cancel);
        use.release();
      }
    });
    return result ?? new PassedResult({ matches: 0, files: 0, errors: [], truncated: true });
  }

  /** Serves a search for paths. */
  async glob(params: Params<"fs/glob">, held: HeldCall): Promise<PassedResult> {
    const { signal, holdings: { searches: { running } } } = held.call;
    const work = () => this.serve("fs/glob", params, held);
    // The connection's first: who waits for that must not keep one of the machine's from others.
    const result = await inPlaces([running, this.#searches], signal, work);
    return result ?? new PassedResult({ entries: [], errors: [], truncated: true });
  }

  #order(
    method: FileMethod,
    params: object,
    { call, use: { helper } }: { call: Call; use: HelperUse<FileHelper> },
  ): HelperCall {
    const { wantsExtensions } = call;
    const channel = this.#channel(call, helper);
    return { method, params: { ...params, sandbox: null }, channel, wantsExtensions, call };
  }

  async #use(
    { sandbox, contained }: HeldCall,
    signal: AbortSignal,
  ): Promise<HelperUse<FileHelper>> {
    if (this.#isReady) return await this.#warm(contained, signal);
    await this.#machine.sandbox.bubblewrap();
    this.#isReady = true;
    // The disk may have changed meanwhile.
    return await this.#warm(this.confinement(sandbox) ?? contained, signal);
  }

  #warm(
    contained: Contained,
    signal: AbortSignal,
  ): HelperUse<FileHelper> | Promise<HelperUse<FileHelper>> {
    return this.#pool.use({
      key: sandboxIdentity(contained),
      signal,
      idleMs: contained.mounts.placeholders.length > 0 ? VISIBLE_IDLE_MS : IDLE_MS,
      start: () => this.#start(contained),
    });
  }

  #start(contained: Contained): FileHelper {
    const { env, sandbox, spawner } = this.#machine;
    const { program: visible = [], links = [], env: variables = [] } = this.#needed ?? {};
    for (const path of visible) requireVisible(path, contained);
    for (const path of links) requireVisible(path, contained, { isLink: true });
    const { program, args } = ownProgram(["file-helper"]);
    const held = sandbox.holdFiles(contained, {
      program,
      argv: [program, ...args],
      cwd: "/",
      env: new Map([["PATH", env.get("PATH") ?? "/usr/bin:/bin"], ...variables]),
      pipeStdin: true,
    });
    return new FileHelper(held, spawner);
  }

  /** The number of a connection, which every helper that knows it is told of when it ends. */
  #channel({ holdings, signal }: Call, helper: FileHelper): number {
    const channel = this.#channels.get(holdings) ?? ++this.#lastChannel;
    this.#channels.set(holdings, channel);
    const known = this.#knownBy(helper);
    if (known.has(channel)) return channel;
    const leave = () => {
      known.delete(channel);
      helper.leave(channel);
    };
    signal.addEventListener("abort", leave, { once: true });
    known.set(channel, () => signal.removeEventListener("abort", leave));
    return channel;
  }

  #knownBy(helper: FileHelper): Map<number, () => void> {
    const known = this.#known.get(helper);
    if (known !== undefined) return known;
    const none = new Map<number, () => void>();
    this.#known.set(helper, none);
    // A connection may outlive many helpers, and a helper many connections.
    void helper.closed.then(() => none.forEach((forget) => forget()));
    return none;
  }
}

function passed({ report, body }: HelperResult): PassedResult {
  if (report.bytes === undefined) return new PassedResult(decoder.decode(body));
  return new PassedResult({ ...Object(report.others), [report.bytes]: body });
}

/** What the policy denies by name stays denied, also to the program that serves its files. */
function requireVisible(
  path: string,
  { mounts: { base }, rules }: Contained,
  { isLink = false } = {},
): void {
  const { access, rule } = accessOf({ base, rules: inOrder(rules) }, path);
  // Where nothing is said of a link, it is made anew.
  if (access !== "deny" || (isLink && rule === undefined)) return;
  throw new SandboxRefusal(
    "unavailable",
    `Cannot serve files in this sandbox: it hides "${path}" from the program that would do so` +
      `${rule === undefined ? "" : ` (${rule.origin})`}; allow to read it`,
    { path },
  );
}
