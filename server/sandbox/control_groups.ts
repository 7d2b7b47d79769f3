/**
 * Limits memory and processes of sandboxed commands, each in a control group of its own.
 *
 * Below the group that this program was started in, `exec-server-PID` holds everything of it: one
 * group per command, and `server`, which this program moves to, because a group that hands
 * controllers down may have no processes of its own. When it ends, everything is as it was.
 * @module
 */

import { type Clock, realClock } from "../../protocol/clock.ts";
import { SandboxRefusal } from "../../sandbox/refusal.ts";
import { groupLauncher, groupLauncherArguments } from "../../sandbox/stub/group_launcher.ts";
import type { SpawnRequest } from "../process/spawner.ts";
import { CommandGroup } from "./command_group.ts";
import { type GroupFiles, groupFiles } from "./group_files.ts";
import { closeMemoryFile, memoryFile } from "./memory_file.ts";
import {
  type Controller,
  type GroupScene,
  isOwn,
  type LimitObstacle,
  members,
  type OwnGroup,
  ownGroup,
  words,
} from "./own_group.ts";

/** What every command is limited to; undefined means no limit. */
export interface CommandLimits {
  /** Bytes of memory, page cache and temporary files in memory included. */
  readonly memoryBytes?: number | undefined;
  /** Processes and threads at once; the two of its sandbox count. */
  readonly processes?: number | undefined;
}

/** What control groups are made with; all of it has a default. */
export interface ControlGroupOptions {
  /** Where control groups are; the machine's by default. */
  readonly scene?: GroupScene;
  /** Where time comes from. */
  readonly clock?: Clock;
  /** Told of trouble that ends nothing. */
  readonly onError?: (error: unknown) => void;
}

const PREFIX = "exec-server-";
/** How long the end of the server waits for commands that have been killed. */
const END_MS = 2_000;

/** Whether this machine lets commands be limited by memory and processes; changes nothing. */
export function canLimit(
  scene: GroupScene = machineScene(),
): { readonly ok: true } | LimitObstacle {
  const own = ownGroup(scene, ["memory", "pids"]);
  return "obstacle" in own ? own : { ok: true };
}

/** Commands cannot be limited as it was asked for. */
export class LimitError extends Error {
  override readonly name = "LimitError";
}

/** The control groups of one server. */
export class ControlGroups implements AsyncDisposable {
  readonly #limits: CommandLimits;
  readonly #scene: GroupScene;
  readonly #own: OwnGroup;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  /** Holds everything. */
  readonly #directory: string;
  readonly #commands = new Set<CommandGroup>();
  /** What our first group hands down because of this program: taken back at the end. */
  #handedDown: readonly Controller[] = [];
  #launcher: number | undefined;
  #isSettled = false;
  #made = 0;

  /**
   * Makes ready for limits: moves this program to a group of its own.
   * @throws {LimitError} one sentence: what is in the way, and what to do
   */
  constructor(limits: CommandLimits, options: ControlGroupOptions = {}) {
    const { scene = machineScene(), clock = realClock, onError = () => {} } = options;
    const controllers = controllersFor(limits);
    const own = ownGroup(scene, controllers);
    if ("obstacle" in own) {
      throw new LimitError(`Cannot limit sandboxed commands: ${own.obstacle}; ${own.remedy}`);
    }
    this.#limits = limits;
    this.#scene = scene;
    this.#own = own;
    this.#clock = clock;
    this.#onError = onError;
    this.#directory = `${own.directory}/${PREFIX}${scene.pid}`;
    this.#removeLeftovers();
    try {
      this.#settle(controllers);
      this.#isSettled = true;
    } catch (error) {
      this.#leave();
      const reason = error instanceof Error ? error.message : error;
      throw new LimitError(`Cannot limit sandboxed commands: ${reason}`, { cause: error });
    }
  }

  /**
   * Makes a group for one command, and the request that starts it there.
   *
   * The program that is started enters the group by itself and becomes the command only then, so
   * there is no moment in which the command, or a child of it, is outside. Were it moved after its
   * start, what it had started by then would stay behind.
   * @throws {SandboxRefusal} when there can be no such group
   */
  hold(request: SpawnRequest): { readonly request: SpawnRequest; readonly group: CommandGroup } {
    const { files } = this.#scene;
    const directory = `${this.#directory}/command-${++this.#made}`;
    const group = new CommandGroup(directory, {
      files,
      memoryBytes: this.#limits.memoryBytes,
      onRemoved: () => this.#commands.delete(group),
      onError: this.#onError,
    });
    try {
      group.make(this.#limits);
      this.#commands.add(group);
      return { request: this.#entering(request, group), group };
    } catch (error) {
      group.end();
      const reason = error instanceof Error ? error.message : error;
      throw new SandboxRefusal("unavailable", `Cannot limit the command: ${reason}`);
    }
  }

  /** Kills what is left of commands, and removes every group. */
  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#commands];
    for (const group of all) group.kill();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.after(END_MS, resolve);
    await Promise.race([Promise.all(all.map((group) => group.removed)), promise]);
    timer.cancel();
    for (const group of all) group.forget();
    if (this.#launcher !== undefined) closeMemoryFile(this.#launcher);
    this.#removeLeftovers();
    this.#leave();
  }

  #entering(request: SpawnRequest, group: CommandGroup): SpawnRequest {
    const { program, argv } = request;
    const launcher = this.#launcher ??= memoryFile("launcher", launcherImage());
    return {
      ...request,
      program: `/proc/${Deno.pid}/fd/${launcher}`,
      argv: ["exec-server", ...groupLauncherArguments({ members: group.members, program, argv })],
    };
  }

  #settle(controllers: readonly Controller[]): void {
    const { files } = this.#scene;
    const { directory, isRoot } = this.#own;
    files.make(this.#directory);
    if (!isRoot) {
      files.make(`${this.#directory}/server`);
      this.#move(directory, `${this.#directory}/server`);
    }
    const before = words(files.read(`${directory}/cgroup.subtree_control`));
    const added = controllers.filter((name) => !before.includes(name));
    if (added.length > 0) hand(files, directory, { sign: "+", controllers: added });
    this.#handedDown = added;
    hand(files, this.#directory, { sign: "+", controllers });
  }

  /** Puts everything back. What cannot be put back is left to the next server. */
  #leave(): void {
    const { files } = this.#scene;
    const { directory } = this.#own;
    const own = `${this.#directory}/server`;
    try {
      if (!files.exists(this.#directory)) return;
      // Another server here, which came later, needs what this one has handed down.
      const isShared = files.groups(directory)
        .some((name) => name.startsWith(PREFIX) && `${directory}/${name}` !== this.#directory);
      if (!isShared && this.#handedDown.length > 0) {
        // A group that hands down takes no processes, and none hands down less than those below.
        const used = words(files.read(`${this.#directory}/cgroup.subtree_control`));
        if (used.length > 0) hand(files, this.#directory, { sign: "-", controllers: used });
        hand(files, directory, { sign: "-", controllers: this.#handedDown });
      }
      if (files.exists(own)) this.#move(own, directory);
      files.remove(own);
      files.remove(this.#directory);
    } catch (error) {
      this.#onError(error);
    }
  }

  /** Moves this program and its children, such as its guardian. */
  #move(from: string, to: string): void {
    const { files } = this.#scene;
    for (const pid of members(files, from)) {
      if (!isOwn(this.#scene, pid)) continue;
      try {
        files.write(`${to}/cgroup.procs`, String(pid));
      } catch (error) {
        // A child may have ended meanwhile.
        if (pid === this.#scene.pid) throw error;
      }
    }
  }

  /** Removes what servers left that were killed. A group with processes cannot be removed. */
  #removeLeftovers(): void {
    const { files, root } = this.#scene;
    const { directory } = this.#own;
    try {
      for (const name of files.groups(directory)) {
        const pid = /^exec-server-(\d+)$/.exec(name)?.[1];
        const left = `${directory}/${name}`;
        // Another program with our number may have left what bears our name.
        const isInUse = left === this.#directory
          ? this.#isSettled
          : files.exists(`${root}/proc/${pid}`);
        if (pid === undefined || isInUse) continue;
        for (const inner of files.groups(left)) files.remove(`${left}/${inner}`);
        files.remove(left);
      }
    } catch (error) {
      this.#onError(error);
    }
  }
}

function machineScene(): GroupScene {
  return { files: groupFiles, pid: Deno.pid, root: "" };
}

function launcherImage(): Uint8Array<ArrayBuffer> {
  return groupLauncher(Deno.build.arch);
}

function controllersFor({ memoryBytes, processes }: CommandLimits): readonly Controller[] {
  const memory = memoryBytes === undefined ? [] : ["memory" as const];
  const pids = processes === undefined ? [] : ["pids" as const];
  return [...memory, ...pids];
}

/** Has a group hand controllers down to those below it, or no longer. */
function hand(
  files: GroupFiles,
  directory: string,
  { sign, controllers }: { sign: "+" | "-"; controllers: readonly string[] },
): void {
  const text = controllers.map((name) => `${sign}${name}`).join(" ");
  files.write(`${directory}/cgroup.subtree_control`, text);
}
