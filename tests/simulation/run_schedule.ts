/** Runs the schedule of a seed: client, server, network, machine and time in one process. @module */
import { connectTransport, type ExecServerClient, ExecServerError } from "../../client/mod.ts";
import { play } from "./actor.ts";
import { checkWorld } from "./checks.ts";
import { Dice } from "./dice.ts";
import type { Tamper } from "./network.ts";
import { makePlan, type Plan } from "./plan.ts";
import { Scheduler } from "./scheduler.ts";
import { Stage } from "./stage.ts";
import { type MakeSpawner, World } from "./world.ts";

/** How a schedule is run. */
export interface ScheduleOptions {
  /** Collects what happens, a line per event. */
  readonly trace?: string[];
  /** Breaks what the checker must find. */
  readonly tamper?: Tamper;
  /** The same for starting programs. */
  readonly makeSpawner?: MakeSpawner;
  /** Changes what the seed decided. */
  readonly change?: (plan: Plan) => Plan;
}

/** What became of a schedule. */
export interface Outcome {
  readonly seed: number;
  readonly plan: Plan;
  /** What must not have happened; empty when all is well. */
  readonly violations: readonly string[];
  /** Failures that were explicit and may be, by kind. */
  readonly failures: ReadonlyMap<string, number>;
  /** Events that happened. */
  readonly steps: number;
  readonly virtualMs: number;
  readonly cuts: number;
  readonly stalls: number;
  readonly restarts: number;
  readonly connections: number;
  /** Programs that were started. */
  readonly programs: number;
  /** Bytes they printed. */
  readonly printedBytes: number;
}

// Longer than any program, fault and recovery together; who waits then, waits for ever.
const PATIENCE_MS = 1_000_000;
/** After the client has closed, every timer of both sides has run out by then. */
const AFTERMATH_MS = 200_000;
const CONNECT_ATTEMPTS = 100;

/** Runs a schedule to its end. Never rejects: what went wrong is in the outcome. */
export async function runSchedule(seed: number, options: ScheduleOptions = {}): Promise<Outcome> {
  const { trace, tamper, makeSpawner, change = (plan) => plan } = options;
  const dice = new Dice(seed);
  const plan = change(makePlan(dice.fork()));
  const scheduler = new Scheduler(dice.fork(), trace);
  const world = new World({ plan, scheduler, dice: dice.fork(), tamper, makeSpawner });
  const stage = new Stage(plan, world);
  await withoutStrays(stage, async () => {
    const show = perform(stage, dice.fork());
    let isOver = false;
    show.catch((error) => stage.violate(`the schedule itself failed: ${error?.stack ?? error}`))
      .finally(() => isOver = true);
    if (!await scheduler.run(() => isOver, PATIENCE_MS)) {
      stage.violate(`still waiting: ${stage.pending.join(", ") || "nothing that is known"}`);
    }
    await endWorld(stage);
  });
  checkWorld(stage);
  return {
    seed,
    plan,
    violations: stage.violations,
    failures: stage.failures,
    steps: scheduler.steps,
    virtualMs: scheduler.now(),
    cuts: world.network.cuts,
    stalls: world.network.stalls,
    restarts: world.restarts,
    connections: world.network.made,
    programs: world.children.length,
    printedBytes: world.children.reduce((sum, child) => sum + child.handedBytes, 0),
  };
}

async function perform(stage: Stage, dice: Dice): Promise<void> {
  const { plan } = stage;
  const client = await connect(stage, dice.fork());
  if (client === undefined) return;
  const parts = stage.stories.map((story) => play({ stage, story, client, dice: dice.fork() }));
  if (plan.closeAfterMs !== undefined) {
    stage.scheduler.plan(plan.closeAfterMs, "the client is closed", () => close(stage, client));
  }
  await Promise.all(parts);
  await close(stage, client);
  await stage.track("closed", client.closed);
}

function close(stage: Stage, client: ExecServerClient): Promise<void> {
  stage.isClosing = true;
  return stage.track("close", client.close());
}

/** The first connection is recovered by nobody but the caller. */
async function connect(stage: Stage, dice: Dice): Promise<ExecServerClient | undefined> {
  const { plan, scheduler, world: { network } } = stage;
  const options = {
    clock: scheduler,
    random: dice.random,
    heartbeat: plan.heartbeat,
    backpressure: plan.backpressure,
  };
  for (let attempt = 1; attempt <= CONNECT_ATTEMPTS; attempt++) {
    try {
      const transport = await network.connect();
      const reopen = (signal: AbortSignal) => network.connect(signal);
      const client = await connectTransport(transport, options, reopen);
      client.onState((state) => scheduler.note(() => `the client is ${state}`));
      return client;
    } catch (error) {
      scheduler.note(() => `no first connection: ${error}`);
      if (!isPassing(error)) throw error;
      await scheduler.sleep(1000);
    }
  }
  stage.violate("no first connection could be made");
  return undefined;
}

function isPassing(error: unknown): boolean {
  return error instanceof ExecServerError &&
    ["connect", "connectTimeout", "initializeTimeout", "disconnected"].includes(error.kind);
}

/** Lets both sides clean up; nothing of either may be left. */
async function endWorld({ scheduler, world, plan }: Stage): Promise<void> {
  world.calm();
  if (plan.endsServer) world.endServer();
  // Half of a connection that lives on would keep its session for ever.
  else world.network.endServer();
  await scheduler.run(() => false, scheduler.now() + AFTERMATH_MS);
}

/** A rejection that nobody handles is a violation of the schedule that it happens in. */
async function withoutStrays(stage: Stage, work: () => Promise<void>): Promise<void> {
  function onStray(event: PromiseRejectionEvent): void {
    event.preventDefault();
    stage.violate(`nobody handled: ${event.reason?.stack ?? event.reason}`);
  }
  globalThis.addEventListener("unhandledrejection", onStray);
  try {
    await work();
  } finally {
    globalThis.removeEventListener("unhandledrejection", onStray);
  }
}
