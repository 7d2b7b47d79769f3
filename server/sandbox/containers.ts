/** Puts a program into bubblewrap: what to start instead of it, and which files to pass. @module */

import { nativeBytes } from "../../protocol/native_path.ts";
import { type Containment, containmentArguments } from "../../sandbox/bubblewrap/argv.ts";
import type { Contained } from "../../sandbox/confine.ts";
import type { Mounts } from "../../sandbox/mounts.ts";
import { programCandidates } from "../../sandbox/program_candidates.ts";
import { SandboxRefusal } from "../../sandbox/refusal.ts";
import { seccompFilter } from "../../sandbox/seccomp/filter.ts";
import type { SeccompMode } from "../../sandbox/seccomp/rules.ts";
import type { Architecture } from "../../sandbox/seccomp/syscalls.ts";
import type { Limit } from "../../sandbox/stub/limit.ts";
import { stubArguments, stubImage } from "../../sandbox/stub/stub_image.ts";
import type { StubOptions } from "../../sandbox/stub/stub_program.ts";
import { requireNoZeroBytes } from "../process/no_zero_bytes.ts";
import { FIRST_PASSED, type SpawnRequest } from "../process/spawner.ts";
import {
  requireFewArguments,
  requireFewPlaceholders,
  requireShortVariables,
} from "./argument_limits.ts";
import { closeMemoryFile, memoryFile } from "./memory_file.ts";
import { closePlaces, openPlace } from "./open_place.ts";

/** A bubblewrap that works here. */
export interface Bubblewrap {
  /** Absolute path. */
  readonly path: string;
  /** Whether it can keep user namespaces from being made inside. */
  readonly disablesUserNamespaces: boolean;
  /** Whether it can mount what a descriptor stands for. */
  readonly mountsDescriptors: boolean;
  /** Whether the kernel lets it hide the memory of the first process inside. */
  readonly hidesFirstProcess: boolean;
}

/** What opens ports inside a sandbox. */
export interface Passage {
  /** The socket over which its stub is told where to listen; the caller's to close. */
  readonly socket: number;
  /** Whether unix sockets may be used, those of the machine too. */
  readonly allowsUnixSockets: boolean;
}

/** What to start instead of a program, to be disposed of once it has been started. */
export interface ContainedRequest extends Disposable {
  /** Starts it in its sandbox. */
  readonly request: SpawnRequest;
}

// The order of the files is the order of the descriptors.
const ARGUMENTS = FIRST_PASSED;
const FILTER = FIRST_PASSED + 1;
const STUB = FIRST_PASSED + 2;
const STATUS = FIRST_PASSED + 3;
const FIRST_PLACE = FIRST_PASSED + 4;
/** What is mounted beyond that is mounted by its path. */
const MOST_PLACES = 200;
/** Tells about the machine's network cards. */
const NETWORK_FACTS = ["/sys/class/net"];
const MOST_DESCRIPTORS = 1_048_576n;
const MOST_PROCESSES = 32_768n;
const LIMITS: readonly Limit[] = [
  // A core file would take what the program has in memory out of the sandbox, by way of the host.
  { resource: "core", soft: 0n, hard: 0n, required: true },
  // More than any program needs, and less than would be noticed on the machine.
  { resource: "nofile", soft: MOST_DESCRIPTORS, hard: MOST_DESCRIPTORS },
  { resource: "nproc", soft: MOST_PROCESSES, hard: MOST_PROCESSES },
];

/** Makes requests for sandboxes, and owns the files that all of them share. */
export class Containers implements Disposable {
  readonly #architecture: Architecture;
  readonly #files = new Map<string, number>();

  /** @param architecture this machine's */
  constructor(architecture: Architecture) {
    this.#architecture = architecture;
  }

  /**
   * Asks whether a sandbox can be made, before anything is made for it.
   * @throws {SandboxRefusal} when there is more of it than can be passed on
   */
  requireRoom(request: SpawnRequest, contained: Contained, bubblewrap: Bubblewrap): void {
    requireFewPlaceholders(contained.mounts);
    const containment = containmentOf(request, contained, bubblewrap);
    requireShortVariables(containment.env);
    const descriptors = { filter: FILTER, status: STATUS, places: [] };
    requireFewArguments(containmentArguments(containment, descriptors).length);
  }

  /**
   * The request that runs a program in a sandbox for which there is room.
   * @throws {SandboxRefusal} when something was exchanged meanwhile
   */
  contain(
    request: SpawnRequest,
    contained: Contained,
    bubblewrap: Bubblewrap,
    passage?: Passage,
  ): ContainedRequest {
    requireNoZeroBytes(request);
    const { mounts, network } = contained;
    const containment = containmentOf(request, contained, bubblewrap);
    const held = bubblewrap.mountsDescriptors ? heldPlaces(mounts) : new Map<number, number>();
    try {
      const first = passage === undefined ? FIRST_PLACE : FIRST_PLACE + 1;
      const numbers = new Map([...held.keys()].map((at, nth) => [at, first + nth]));
      const places = mounts.operations.map((_, at) => numbers.get(at));
      const args = containmentArguments(containment, { filter: FILTER, status: STATUS, places });
      const mounted = [...held.values()];
      return this.#start(request, { bubblewrap, args, network, places: mounted, passage });
    } catch (error) {
      closePlaces(held.values());
      throw error;
    }
  }

  #start(
    request: SpawnRequest,
    { bubblewrap, args, network, places, passage }: {
      bubblewrap: Bubblewrap;
      args: readonly string[];
      network: Contained["network"];
      places: readonly number[];
      passage: Passage | undefined;
    },
  ): ContainedRequest {
    const filter = this.#filter(filterMode(network, passage));
    const listensBy = passage === undefined ? undefined : FIRST_PLACE;
    const stub = this.#stub({ terminal: request.terminal !== undefined, listensBy });
    const inner = [`/proc/self/fd/${STUB}`, ...innerArguments(request)];
    // The last thing that can fail: nobody else would close it.
    const passed = memoryFile("sandbox", nativeBytes(args.map((text) => `${text}\0`).join("")));
    return {
      request: {
        program: bubblewrap.path,
        argv: ["bwrap", "--args", String(ARGUMENTS), "--", ...inner],
        cwd: "/",
        // Nothing of the program's: its environment is among the arguments that were passed.
        env: new Map(),
        pipeStdin: request.pipeStdin,
        terminal: request.terminal,
        container: {
          files: [passed, filter, stub],
          places: passage === undefined ? places : [passage.socket, ...places],
          sharesNetwork: network === "host",
        },
      },
      [Symbol.dispose]() {
        closeMemoryFile(passed);
        closePlaces(places);
      },
    };
  }

  /** The request that runs a program under a filter alone, which closes the network. */
  filter(request: SpawnRequest): SpawnRequest {
    requireNoZeroBytes(request);
    const filter = seccompFilter("strict", this.#architecture);
    const stub = this.#stub({ terminal: false, filter });
    return {
      ...request,
      program: `/proc/${Deno.pid}/fd/${stub}`,
      argv: ["exec-server", ...innerArguments(request)],
    };
  }

  [Symbol.dispose](): void {
    for (const file of this.#files.values()) closeMemoryFile(file);
    this.#files.clear();
  }

  #filter(mode: SeccompMode): number {
    return this.#file(`filter ${mode}`, () => seccompFilter(mode, this.#architecture));
  }

  #stub(options: Pick<StubOptions, "terminal" | "filter" | "listensBy">): number {
    const { terminal, filter, listensBy } = options;
    const traits = [terminal && "terminal", filter && "filter", listensBy && "ports"];
    const name = ["stub", ...traits.filter(Boolean)].join(" ");
    const all = { ...options, architecture: this.#architecture, limits: LIMITS };
    return this.#file(name, () => stubImage(all));
  }

  #file(name: string, bytes: () => Uint8Array): number {
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const file = memoryFile(name, new Uint8Array(bytes()));
    this.#files.set(name, file);
    return file;
  }
}

/**
 * Takes hold of what is to be mounted, by the operation that mounts it.
 * @throws {SandboxRefusal} when it is not what it was when the policy was resolved
 */
function heldPlaces({ operations }: Mounts): Map<number, number> {
  const held = new Map<number, number>();
  for (const [at, { kind, path }] of operations.entries()) {
    if (kind !== "writable" && kind !== "readOnly" && kind !== "pin") continue;
    if (held.size === MOST_PLACES) break;
    const place = openPlace(path);
    if (place === undefined) {
      closePlaces(held.values());
      throw new SandboxRefusal(
        "changedPath",
        `Cannot start: "${path}" was exchanged while the sandbox was being made; try again`,
        { path },
      );
    }
    held.set(at, place);
  }
  return held;
}

function containmentOf(
  { env }: SpawnRequest,
  { mounts, network, cwd }: Contained,
  { disablesUserNamespaces, hidesFirstProcess }: Bubblewrap,
): Containment {
  return {
    mounts,
    isolatesNetwork: network !== "host",
    cwd,
    env: usableEnv(env),
    disablesUserNamespaces,
    hidesFirstProcess,
    networkFacts: NETWORK_FACTS,
  };
}

function filterMode(network: Contained["network"], passage: Passage | undefined): SeccompMode {
  if (network === "host") return "host";
  if (passage === undefined) return "isolated";
  return passage.allowsUnixSockets ? "managedUnix" : "managed";
}

function innerArguments({ program, argv, env }: SpawnRequest): readonly string[] {
  const [arg0 = program, ...args] = argv;
  return stubArguments({ candidates: programCandidates(program, env.get("PATH")), arg0, args });
}

/** What `setenv` takes; a name with `=` in it always meant what comes before the sign. */
function usableEnv(env: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const usable = new Map<string, string>();
  for (const [name, value] of env) {
    const end = name.indexOf("=");
    if (end < 0) usable.set(name, value);
    else usable.set(name.slice(0, end), `${name.slice(end + 1)}=${value}`);
  }
  usable.delete("");
  return usable;
}
