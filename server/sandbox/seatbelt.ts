/** Holds commands on macOS: from what a caller wants to a request under a profile. @module */

import { RpcError } from "../../protocol/errors.ts";
import type { ManagedNetwork, SandboxIntent } from "../../protocol/methods/sandbox.ts";
import { confine, type Contained } from "../../sandbox/confine.ts";
import { Disk } from "../../sandbox/disk.ts";
import { DiskRefusal, type DiskView } from "../../sandbox/disk_view.ts";
import { proxyEndpoints } from "../../sandbox/managed_network.ts";
import { normalPath } from "../../sandbox/paths.ts";
import { resolvePolicy } from "../../sandbox/policy.ts";
import { SandboxRefusal } from "../../sandbox/refusal.ts";
import { MacDisk } from "../../sandbox/seatbelt/mac_disk.ts";
import type { SeatbeltNetwork } from "../../sandbox/seatbelt/network_section.ts";
import {
  networkProfile,
  type SeatbeltProfile,
  seatbeltProfile,
} from "../../sandbox/seatbelt/profile.ts";
import { realGlobs } from "../../sandbox/seatbelt/real_globs.ts";
import { SpawnError, type SpawnRequest } from "../process/spawner.ts";
import { macDiskReader } from "./mac_disk_reader.ts";
import { seatbeltRequest } from "./seatbelt_request.ts";
import type { SeatbeltMachine } from "./try_seatbelt.ts";

/** What it is made with. */
export interface SeatbeltParts {
  /** Home directory of the server's user. */
  readonly home: string | undefined;
  /** Paths on which this program takes orders. */
  readonly hidden: readonly string[];
  /** Ports on which it does. */
  readonly orderPorts?: ReadonlySet<number> | undefined;
  /** Finds out whether profiles work here; rejects with a refusal when they do not. */
  readonly tryOut: () => Promise<SeatbeltMachine>;
}

/** What a command is to be held to. */
export interface SeatbeltWish {
  /** As the caller sent it. */
  readonly intent: SandboxIntent;
  /** What is to run. */
  readonly request: SpawnRequest;
  /** Whether the network is one of a few ports. */
  readonly isNetworkManaged: boolean;
  /** What is known of such a network. */
  readonly managedNetwork?: ManagedNetwork | undefined;
}

/** The sandbox of one machine with macOS. */
export class Seatbelt {
  readonly #parts: SeatbeltParts;
  #machine: SeatbeltMachine | undefined;
  #trial: Promise<SeatbeltMachine> | undefined;

  constructor(parts: SeatbeltParts) {
    this.#parts = parts;
  }

  /**
   * Makes a command ready. At once when it is known that profiles work.
   * @throws {RpcError} when it cannot be held: nothing has run then
   */
  hold(wish: SeatbeltWish): SpawnRequest | Promise<SpawnRequest> {
    const profile = this.#profileOf(wish);
    if (profile === undefined) return wish.request;
    // The disk may have changed by then, so everything is looked at again.
    if (this.#machine === undefined) return this.#try().then(() => this.hold(wish));
    try {
      return seatbeltRequest(wish.request, profile);
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      throw new RpcError("spawnFailed", error.message, { cause: error, data: error.failure });
    }
  }

  async #try(): Promise<void> {
    this.#trial ??= this.#parts.tryOut();
    try {
      this.#machine = await this.#trial;
    } catch (error) {
      this.#trial = undefined;
      throw error;
    }
  }

  /** Undefined when the command may do anything. */
  #profileOf(wish: SeatbeltWish): SeatbeltProfile | undefined {
    const { intent, request: { cwd, env }, isNetworkManaged } = wish;
    const { hidden, home, orderPorts } = this.#parts;
    const disk = new MacDisk(new Disk(macDiskReader));
    const policy = resolvePolicy(intent, { system: "macos", tmpdir: env.get("TMPDIR"), cwd, home });
    const confinement = confine(policy, { disk, cwd, isNetworkManaged, hidden });
    if (confinement.kind === "open") return undefined;
    if (confinement.kind === "filtered") return networkProfile({ kind: "closed" });
    return seatbeltProfile({
      base: confinement.mounts.base,
      rules: confinement.rules,
      links: linksOf(confinement),
      globs: realGlobs(policy.denyGlobs, disk),
      network: this.#networkOf(confinement, wish, disk),
      orderPorts,
    });
  }

  #networkOf({ network }: Contained, wish: SeatbeltWish, disk: DiskView): SeatbeltNetwork {
    if (network === "isolated") return { kind: "closed" };
    if (network === "host") return { kind: "open", cacheDirectory: this.#machine?.cacheDirectory };
    const { managedNetwork = {}, request: { env } } = wish;
    const { orderPorts } = this.#parts;
    const endpoints = proxyEndpoints(env, { ...managedNetwork, orderPorts });
    const { allowUnixSockets = [], dangerouslyAllowAllUnixSockets = false } = managedNetwork;
    return {
      kind: "managed",
      ports: [...new Set(endpoints.map(({ port }) => port))],
      allowsListening: managedNetwork.allowLocalBinding ?? false,
      sockets: dangerouslyAllowAllUnixSockets
        ? "all"
        : allowUnixSockets.map((path) => socketPath(path, disk)),
    };
  }
}

function linksOf({ mounts }: Contained): readonly string[] {
  return mounts.operations.filter(({ kind }) => kind === "link").map(({ path }) => path);
}

/** Where a socket really is. @throws {SandboxRefusal} when that cannot be known */
function socketPath(path: string, disk: DiskView): string {
  try {
    if (!path.startsWith("/")) throw new DiskRefusal(`"${path}" is not an absolute path`);
    const { real, links } = disk.place(normalPath(path));
    if (real !== "/" && links.length === 0) return real;
    throw new DiskRefusal(`"${path}" is not a socket's own path`);
  } catch (error) {
    if (!(error instanceof DiskRefusal)) throw error;
    throw new SandboxRefusal(
      "managedNetwork",
      `Cannot open the socket of a managed network: ${error.message}`,
    );
  }
}
