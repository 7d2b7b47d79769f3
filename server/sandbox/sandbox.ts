/** Holds commands to what their callers want them to be able to do, or refuses to start them. @module */

import type { ManagedNetwork, SandboxIntent } from "../../protocol/methods/sandbox.ts";
import type { PathSystem } from "../../protocol/path_uri.ts";
import { confine, type Confinement, type Contained } from "../../sandbox/confine.ts";
import { Disk } from "../../sandbox/disk.ts";
import { type Policy, resolvePolicy } from "../../sandbox/policy.ts";
import { proxyEndpoints } from "../../sandbox/managed_network.ts";
import { SandboxRefusal } from "../../sandbox/refusal.ts";
import { accessOf } from "../../sandbox/rules.ts";
import type { SpawnRequest } from "../process/spawner.ts";
import { type Bubblewrap, Containers, type Passage } from "./containers.ts";
import type { ControlGroups } from "./control_groups.ts";
import { USUAL } from "./bubblewrap_candidates.ts";
import { refusalHere } from "./refusal_here.ts";
import { PortBridges } from "./network/port_bridges.ts";
import { Placeholders } from "./placeholders.ts";
import type { Seatbelt } from "./seatbelt.ts";
import { diskReader } from "./disk_reader.ts";

/** What a sandbox is made with. */
export interface SandboxParts {
  /** Whose paths are valid here. */
  readonly system: PathSystem;
  /** Looks for a bubblewrap that works; rejects with a refusal that names the obstacle. */
  readonly findBubblewrap: (containers: Containers) => Promise<Bubblewrap>;
  /** Home directory of the server's user. */
  readonly home: string | undefined;
  /** Paths on which this program takes orders. */
  readonly hidden: readonly string[];
  /** Ports on which it does. */
  readonly orderPorts?: ReadonlySet<number> | undefined;
  /** Limits what commands use of the machine; nothing is limited without. */
  readonly groups?: ControlGroups | undefined;
  /** What holds commands where the system is macOS. */
  readonly seatbelt?: Seatbelt | undefined;
}

/** What a command is to be held to. */
export interface SandboxWish {
  /** As the caller sent it. */
  readonly intent: SandboxIntent;
  /** What is to run. */
  readonly request: SpawnRequest;
  /** Whether the network is one of forwarded ports. */
  readonly isNetworkManaged: boolean;
  /** What is known of such a network. */
  readonly managedNetwork?: ManagedNetwork | undefined;
}

/** What file calls are bound to. */
export interface FileScene {
  /** `TMPDIR` of this program. */
  readonly tmpdir: string | undefined;
  /** Paths that have to be readable. */
  readonly needed: readonly string[];
  /** Programs that are not to be changed. */
  readonly keepers: readonly string[];
}

/** A command that is ready to be started in its sandbox. */
export interface HeldRequest {
  /** What to start. */
  readonly request: SpawnRequest;
  /** To be called when it has been started, or could not be. */
  readonly started: () => void;
  /** To be called when everything of it has ended, or it could not be started. */
  readonly ended: () => void;
  /** Why the machine killed it, to be asked when it has exited; absent where nothing is limited. */
  readonly killReason?: () => string | undefined;
}

/** The sandbox of one machine. */
export class Sandbox implements Disposable {
  readonly #parts: SandboxParts;
  readonly #containers: Containers;
  readonly #placeholders = new Placeholders();
  readonly #bridges = new PortBridges();
  #bubblewrap: Bubblewrap | undefined;
  #search: Promise<Bubblewrap> | undefined;
  #isDoubted = false;

  constructor(parts: SandboxParts) {
    this.#parts = parts;
    this.#containers = new Containers(Deno.build.arch);
  }

  /** What holds a command; looks at the disk. @throws {RpcError} when it cannot be held */
  confinementOf({ intent, request, isNetworkManaged }: SandboxWish): Confinement {
    const { system, hidden, home } = this.#parts;
    const tmpdir = request.env.get("TMPDIR");
    const ownTemporary = Deno.env.get("TMPDIR");
    const place = { system, tmpdir, ownTemporary, cwd: request.cwd, home };
    const policy = resolvePolicy(intent, place);
    const keepers = [this.#keeper(policy)];
    const disk = new Disk(diskReader);
    return confine(policy, { disk, cwd: request.cwd, isNetworkManaged, hidden, keepers });
  }

  /** What holds file calls; looks at the disk. @throws {RpcError} when they cannot be held */
  confinementOfFiles(intent: SandboxIntent, { tmpdir, needed, keepers }: FileScene): Confinement {
    const { system, hidden, home } = this.#parts;
    // The network is nothing to file calls: what is free but for it needs no sandbox.
    const policy: Policy = {
      ...resolvePolicy(intent, { system, tmpdir, ownTemporary: tmpdir, home }),
      network: "enabled",
    };
    if (policy.kind !== "managed") return { kind: "open" };
    if (this.#parts.seatbelt !== undefined) {
      throw new SandboxRefusal(
        "unavailable",
        "Cannot serve files in a sandbox on macOS yet; use a command instead",
      );
    }
    const all = [this.#keeper(policy), ...keepers];
    const disk = new Disk(diskReader);
    const confinement = confine(policy, { disk, cwd: undefined, hidden, keepers: all, needed });
    return confinement.kind === "contained" ? { ...confinement, network: "isolated" } : confinement;
  }

  /**
   * Makes the program ready that serves file calls, once `bubblewrap` has been found.
   * @throws {RpcError} when it cannot be held: nothing has run then
   */
  holdFiles(contained: Contained, request: SpawnRequest): HeldRequest {
    const bubblewrap = this.#bubblewrap;
    if (bubblewrap !== undefined) return this.#contain(request, contained, bubblewrap);
    throw new SandboxRefusal("unavailable", "Cannot serve files in a sandbox: there is no bwrap");
  }

  /**
   * Makes a command ready. At once when it is known how, which is so from the first time on.
   * @throws {RpcError} when it cannot be held: nothing has run then
   */
  hold(wish: SandboxWish): HeldRequest | Promise<HeldRequest> {
    const held = this.#confine(wish);
    return held instanceof Promise ? held.then((held) => this.#limit(held)) : this.#limit(held);
  }

  #confine(wish: SandboxWish): HeldRequest | Promise<HeldRequest> {
    const { seatbelt } = this.#parts;
    if (seatbelt !== undefined) {
      const request = seatbelt.hold(wish);
      return request instanceof Promise ? request.then(nothingMore) : nothingMore(request);
    }
    const confinement = this.confinementOf(wish);
    if (confinement.kind === "open") return nothingMore(wish.request);
    if (confinement.kind === "filtered") {
      return { request: this.#containers.filter(wish.request), started() {}, ended() {} };
    }
    const bubblewrap = this.#isDoubted ? undefined : this.#bubblewrap;
    if (bubblewrap !== undefined) {
      return confinement.network === "managed"
        ? this.#bridge(wish, confinement, bubblewrap)
        : this.#contain(wish.request, confinement, bubblewrap);
    }
    // The disk may have changed by then, so everything is looked at again.
    return this.bubblewrap().then(() => this.#confine(wish));
  }

  #limit(held: HeldRequest): HeldRequest {
    const { groups } = this.#parts;
    if (groups === undefined) return held;
    try {
      const { request, group } = groups.hold(held.request);
      return {
        request,
        started: held.started,
        ended() {
          held.ended();
          group.end();
        },
        killReason: () => group.killReason(),
      };
    } catch (error) {
      held.started();
      held.ended();
      throw error;
    }
  }

  /** The bubblewrap that works here. @throws {SandboxRefusal} that names what is in the way */
  async bubblewrap(): Promise<Bubblewrap> {
    const search = this.#search ??= this.#parts.findBubblewrap(this.#containers);
    try {
      this.#bubblewrap = await search;
      this.#isDoubted = false;
      return this.#bubblewrap;
    } catch (error) {
      // What is in the way may be taken out of it while the server runs.
      if (this.#search === search) this.#search = undefined;
      throw error;
    }
  }

  /** A sandbox could not be made although one could before: the next start looks again. */
  doubt(): void {
    this.#isDoubted = true;
    this.#search = undefined;
  }

  [Symbol.dispose](): void {
    this.#bridges[Symbol.dispose]();
    this.#placeholders[Symbol.dispose]();
    this.#containers[Symbol.dispose]();
  }

  /** Where bubblewrap is; one that comes with a workspace may be anything. */
  #keeper(policy: Policy): string {
    const path = this.#bubblewrap?.path ?? USUAL;
    const { access, rule } = accessOf(policy, path);
    if (path === USUAL || rule === undefined || access !== "write") return path;
    throw refusalHere({ kind: "changeable", path });
  }

  /** With ways to the proxies that the command's environment names. */
  #bridge(
    { request, managedNetwork }: SandboxWish,
    contained: Contained,
    bubblewrap: Bubblewrap,
  ): HeldRequest {
    const { orderPorts } = this.#parts;
    const endpoints = proxyEndpoints(request.env, { ...managedNetwork, orderPorts });
    const bridge = this.#bridges.open(endpoints);
    const close = () => this.#bridges.close(bridge);
    try {
      const held = this.#contain(request, contained, bubblewrap, {
        socket: bridge.theirs,
        allowsUnixSockets: managedNetwork?.dangerouslyAllowAllUnixSockets ?? false,
      });
      return {
        request: held.request,
        started() {
          held.started();
          bridge.started();
        },
        ended() {
          close();
          held.ended();
        },
      };
    } catch (error) {
      bridge.started();
      close();
      throw error;
    }
  }

  #contain(
    request: SpawnRequest,
    contained: Contained,
    bubblewrap: Bubblewrap,
    passage?: Passage,
  ): HeldRequest {
    this.#containers.requireRoom(request, contained, bubblewrap);
    const ended = this.#placeholders.hold(contained.mounts.placeholders);
    try {
      const held = this.#containers.contain(request, contained, bubblewrap, passage);
      return { request: held.request, started: () => held[Symbol.dispose](), ended };
    } catch (error) {
      ended();
      throw error;
    }
  }
}

/** A request that is ready as it is. */
function nothingMore(request: SpawnRequest): HeldRequest {
  return { request, started() {}, ended() {} };
}
