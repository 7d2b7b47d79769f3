/** What the actors of a schedule share: its world, what they saw, and what must not have been. @module */
import { ExecServerError, type RemoteProcess } from "../../client/mod.ts";
import { limits } from "../../protocol/limits.ts";
import type { Plan, ProcessPlan } from "./plan.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SimulatedChild } from "./simulated_child.ts";
import type { World } from "./world.ts";

/** What one process was seen to do. */
export interface Story {
  readonly plan: ProcessPlan;
  /** The handle, once it was started. */
  process: RemoteProcess | undefined;
  /** Whether somebody asked for its end. */
  wasEnded: boolean;
  /** Bytes of writes that were accepted. */
  accepted: number;
}

/** Where an error came from. */
export type Source =
  | "start"
  | "events"
  | "status"
  | "write"
  | "closeStdin"
  | "signal"
  | "terminate"
  | "read"
  | "close";

/** Collects what is wrong; every promise that must settle is known to it. */
export class Stage {
  readonly plan: Plan;
  readonly world: World;
  readonly scheduler: Scheduler;
  readonly stories: readonly Story[];
  /** What must not have happened. */
  readonly violations: string[] = [];
  /** Failures that were explicit and may be, by kind. */
  readonly failures = new Map<string, number>();
  readonly #pending = new Set<string>();
  /** Whether this side closes the client, or has. */
  isClosing = false;
  #calls = 0;

  constructor(plan: Plan, world: World) {
    this.plan = plan;
    this.world = world;
    this.scheduler = world.scheduler;
    this.stories = plan.processes.map((process) => ({
      plan: process,
      process: undefined,
      wasEnded: process.timeoutMs !== undefined,
      accepted: 0,
    }));
  }

  /** Notes what is wrong. */
  violate(text: string): void {
    this.scheduler.note(() => `WRONG: ${text}`);
    this.violations.push(text);
  }

  /** Remembers a promise until it settles. */
  track<T>(label: string, promise: Promise<T>): Promise<T> {
    const name = `${label} #${++this.#calls}`;
    this.#pending.add(name);
    const settle = () => void this.#pending.delete(name);
    promise.then(settle, settle);
    return promise;
  }

  /** Promises that have not settled. */
  get pending(): readonly string[] {
    return [...this.#pending];
  }

  /** The child of a process; undefined when it was never started. */
  childOf(number: number): SimulatedChild | undefined {
    return this.world.childrenOf(number)[0];
  }

  /** Notes a failure, and whether it is one that the schedule's faults explain. */
  judge(source: Source, story: Story, error: unknown): void {
    const kind = error instanceof ExecServerError ? error.kind : String(error);
    this.scheduler.note(() => `process ${story.plan.number}: ${source} fails: ${error}`);
    if (this.#isExplained(source, story, error)) {
      // Its client ends a process whose output it cannot follow.
      if (kind === "outputLost") story.wasEnded = true;
      this.failures.set(kind, (this.failures.get(kind) ?? 0) + 1);
      return;
    }
    const text = error instanceof Error ? error.message : String(error);
    this.violate(`process ${story.plan.number}: ${source} fails with ${kind}: ${text}`);
  }

  #isExplained(source: Source, story: Story, error: unknown): boolean {
    const { plan } = story;
    if (!(error instanceof ExecServerError)) {
      return source === "start" && plan.abortAfterMs !== undefined && isAbort(error);
    }
    const child = this.childOf(plan.number);
    switch (error.kind) {
      case "closed":
        return this.isClosing;
      case "sessionLost":
        return this.world.restarts > 0;
      case "disconnected":
        return this.world.mayGiveUp || (this.world.hadTrouble && this.#isUnrepeatable(source));
      case "outputLost":
        return source !== "start" && this.#mayLose(story);
      case "server":
        return this.#isRefusal(source, story);
      case "stdinClosed":
        return plan.closesStdin || child?.exit !== undefined || !plan.hasStdin;
      case "unknownProcess":
        return child?.isClosed === true;
      case "processLost":
        // Whose client was away for so long, through one loss of its connection after the other.
        return child !== undefined && this.#isForgotten(child);
      default:
        return false;
    }
  }

  #isForgotten({ closedAtMs = Infinity }: SimulatedChild): boolean {
    return this.scheduler.now() - closedAtMs >= limits.closedProcessMs;
  }

  #isUnrepeatable(source: Source): boolean {
    return source === "signal" || (source === "start" && this.plan.mode === "reference");
  }

  #isRefusal(source: Source, { plan, wasEnded }: Story): boolean {
    const child = this.childOf(plan.number);
    if (source === "start") return plan.program.isBroken;
    if (source === "write") return wasEnded;
    return source === "read" && child?.isClosed === true;
  }

  /** Only what a server no longer keeps can be lost, and with acknowledgements only by who is late. */
  #mayLose({ plan }: Story): boolean {
    const child = this.childOf(plan.number);
    if (child === undefined) return false;
    const isForgotten = this.#isForgotten(child);
    if (child.handedBytes <= limits.retainedBytes && !isForgotten) return false;
    const isLate = plan.secondAfterMs !== undefined ||
      ((isForgotten || child.handedBytes > limits.clientBufferBytes) &&
        (plan.lateMs > 0 || plan.readMs > 0));
    return isLate || (this.plan.mode === "reference" && this.world.hadTrouble);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
