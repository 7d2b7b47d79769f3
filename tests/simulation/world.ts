/** A machine with the real server on it, a network, and what goes wrong with both. @module */
import type { EnvironmentInfo } from "../../protocol/methods/environment.ts";
import { limits } from "../../protocol/limits.ts";
import { pathToUri } from "../../protocol/path_uri.ts";
import { Executor } from "../../server/executor.ts";
import { fakeMachine } from "../support/fake_child.ts";
import type { Dice } from "./dice.ts";
import { Network, type Noticed, type Tamper } from "./network.ts";
import type { Fault, Mode, Plan } from "./plan.ts";
import type { Program } from "./program.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SimulatedChild } from "./simulated_child.ts";
import { SimulatedSpawner } from "./simulated_spawner.ts";

// A client tries for 45 s, and needs some of that for its last attempts.
const SPARE_MS = 30_000;

/** What starts the simulated machine's programs; tests of the checker replace it. */
export type MakeSpawner = (
  programs: readonly Program[],
  scheduler: Scheduler,
  dice: Dice,
) => SimulatedSpawner;

/** What a world is made of. */
export interface WorldParts {
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly dice: Dice;
  /** Breaks what the checker must find; nothing by default. */
  readonly tamper?: Tamper | undefined;
  /** The same for starting programs. */
  readonly makeSpawner?: MakeSpawner | undefined;
}

/** Everything but the client. */
export class World {
  readonly scheduler: Scheduler;
  readonly network: Network;
  /** Times that the server was started anew. */
  restarts = 0;
  /** Whether the server may keep refusing a client back. */
  #isStubborn = false;
  /** Time that attempts to come back may have waited for nothing. */
  #wastedMs = 0;
  readonly #parts: WorldParts;
  readonly #spawners: SimulatedSpawner[] = [];
  readonly #waitingFaults: Fault[];
  #arrivals = 0;
  #executor: Executor | undefined;
  #isOver = false;

  constructor(parts: WorldParts) {
    this.#parts = parts;
    const { plan, scheduler, dice } = parts;
    this.scheduler = scheduler;
    this.#waitingFaults = plan.faults.filter(({ afterArrivals }) => afterArrivals !== undefined);
    this.network = new Network({
      scheduler,
      dice: dice.fork(),
      conditions: plan.conditions,
      refusals: plan.refusals,
      tamper: (to, text) => this.#tamper(to, text),
      onArrival: () => this.#onArrival(),
    });
    this.#startServer();
    for (const fault of plan.faults) {
      if (fault.afterArrivals !== undefined) continue;
      scheduler.plan(fault.afterMs, `fault: ${fault.kind}`, () => this.#commit(fault));
    }
  }

  /** Whether a connection may have been lost. */
  get hadTrouble(): boolean {
    return this.restarts + this.network.cuts + this.network.stalls > 0;
  }

  /** Whether a client may run out of time while it tries to come back. */
  get mayGiveUp(): boolean {
    return this.#isStubborn || this.#wastedMs + this.network.hangMs > SPARE_MS;
  }

  /** Every child that was started for a program, by whichever server. */
  childrenOf(program: number): SimulatedChild[] {
    return this.#spawners.flatMap((spawner) => spawner.childrenOf(program));
  }

  /** Every child there is or was. */
  get children(): SimulatedChild[] {
    return this.#spawners.flatMap((spawner) => spawner.children.map(({ child }) => child));
  }

  /** From now on nothing goes wrong any more. */
  calm(): void {
    this.#isOver = true;
  }

  /** Ends the server as the end of its program does. */
  endServer(): void {
    this.network.accept = undefined;
    this.#executor?.[Symbol.dispose]();
    this.#executor = undefined;
    for (const spawner of this.#spawners) spawner[Symbol.dispose]();
    this.network.endServer();
  }

  #startServer(): void {
    const { plan, scheduler, dice, makeSpawner = honestSpawner } = this.#parts;
    const programs = plan.processes.map(({ program }) => program);
    const spawner = makeSpawner(programs, scheduler, dice.fork());
    this.#spawners.push(spawner);
    const machine = { ...fakeMachine(spawner), info: infoFor(plan.mode) };
    const executor = new Executor({ clock: scheduler, machine, log: () => {} });
    this.#executor = executor;
    this.network.accept = (transport) => void executor.serve(transport);
  }

  #onArrival(): void {
    this.#arrivals++;
    for (const fault of [...this.#waitingFaults]) {
      if (Number(fault.afterArrivals) > this.#arrivals) continue;
      this.#waitingFaults.splice(this.#waitingFaults.indexOf(fault), 1);
      // In an event of its own: a fault never happens in the middle of a delivery.
      this.scheduler.plan(0, `fault: ${fault.kind}`, () => this.#commit(fault));
    }
  }

  #commit({ kind, durationMs, noticed }: Fault): void {
    if (this.#isOver) return;
    switch (kind) {
      case "cut":
        return this.#cut(noticed);
      case "stall":
        this.#loseTime("nobody");
        return this.network.stall(durationMs);
      case "outage":
        this.#wastedMs += durationMs;
        this.network.outage(durationMs);
        return this.#cut(noticed);
      case "restart":
        this.restarts++;
        this.#wastedMs += durationMs;
        this.endServer();
        this.scheduler.plan(durationMs, "the server starts again", () => {
          if (!this.#isOver && this.#executor === undefined) this.#startServer();
        });
    }
  }

  #cut(noticed: Noticed): void {
    this.#loseTime(noticed);
    this.network.cut(noticed);
  }

  #loseTime(noticed: Noticed): void {
    const { mode, heartbeat } = this.#parts.plan;
    // The reference's server refuses a client back as long as it believes in its old connection.
    if (mode === "reference" && noticed !== "both") this.#isStubborn = true;
    if (noticed === "both" || noticed === "client") return;
    this.#wastedMs += Math.max(heartbeat.intervalMs + heartbeat.timeoutMs, limits.initializeMs);
  }

  #tamper(to: "client" | "server", text: string): readonly string[] {
    const { plan, tamper } = this.#parts;
    const isHello = plan.mode === "reference" && to === "server" &&
      text.includes('"method":"initialize"');
    const heard = isHello ? withoutExtensions(text) : text;
    return tamper === undefined ? [heard] : tamper(to, heard);
  }
}

/** What a server hears that knows nothing of our members. */
function withoutExtensions(text: string): string {
  const message = JSON.parse(text);
  delete message.params.extensions;
  delete message.params.takeOver;
  return JSON.stringify(message);
}

function honestSpawner(...parts: Parameters<MakeSpawner>): SimulatedSpawner {
  return new SimulatedSpawner(...parts);
}

function infoFor(mode: Mode): EnvironmentInfo {
  const info = { shell: { name: "sh", path: "/bin/sh" }, cwd: pathToUri("/") };
  if (mode === "reference") return info;
  const capabilities = {
    processCloseStdin: true,
    processResize: true,
    processSignals: true,
    processTimeouts: true,
    sessionTakeOver: true,
    processAcks: true,
    processStartRepeat: true,
  };
  return { ...info, capabilities };
}
