/** One random run of a process, while connections and the server suffer what a seed says. @module */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  connectWebSocket,
  type ExecServerClient,
  ExecServerError,
  type RemoteProcess,
} from "../../client/mod.ts";
import { realClock } from "../../protocol/clock.ts";
import { within } from "../support/deadline.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import type { LinkFaults, Turn } from "../support/fault_proxy_link.ts";
import { seededRandom } from "../support/seeded_random.ts";
import { planOf, type Program, type Schedule } from "./schedule_plan.ts";
import { inputOf, OutputCheck, startRequestOf } from "./schedule_program.ts";
import { ScheduleServers } from "./schedule_servers.ts";

/** What happened in a schedule, or in several. */
export interface Outcome {
  /** Schedules. */
  runs: number;
  cuts: number;
  /** Connections that went silent without an end. */
  freezes: number;
  /** Messages that were delivered twice. */
  repetitions: number;
  restarts: number;
  stops: number;
  /** Runs that ended with an error that says what is unknown, instead of every byte. */
  failures: number;
}

const PATIENCE_MS = 60_000;
const MOST_ATTEMPTS = 30;
/** The client's time runs so much faster: it does not rest long between its attempts. */
const HASTE = 8;
/** Short, so that half of a connection is noticed within a second; each may be late by a stop. */
const QUICK = {
  heartbeat: { intervalMs: 60 * HASTE, timeoutMs: 600 * HASTE },
  connectTimeoutMs: 900 * HASTE,
  initializeTimeoutMs: 900 * HASTE,
  recoveryTimeoutMs: 45_000 * HASTE,
  clock: {
    now: () => realClock.now() * HASTE,
    after: (delayMs: number, action: () => void) => realClock.after(delayMs / HASTE, action),
  },
};

/** An outcome of no runs. */
function noOutcome(): Outcome {
  return { runs: 0, cuts: 0, freezes: 0, repetitions: 0, restarts: 0, stops: 0, failures: 0 };
}

/** Adds an outcome to a sum. */
function addOutcome(sum: Outcome, one: Outcome): void {
  sum.runs += one.runs;
  sum.cuts += one.cuts;
  sum.freezes += one.freezes;
  sum.repetitions += one.repetitions;
  sum.restarts += one.restarts;
  sum.stops += one.stops;
  sum.failures += one.failures;
}

/**
 * Runs the schedule of a seed. Every byte must come once and in order, and the exit be the
 * program's own; where the server was restarted, the session may be lost instead, and all that
 * came until then must be right. In either case the program is started at most once.
 * @throws whatever went wrong, with the seed in front
 */
export async function runSchedule(servers: ScheduleServers, seed: number): Promise<Outcome> {
  try {
    return await run(servers, planOf(seed));
  } catch (error) {
    const reason = error instanceof Error ? error.stack : String(error);
    const plan = JSON.stringify(planOf(seed));
    const again = `deno run -A tests/client/replay_schedule.ts ${seed}`;
    throw new Error(`Schedule ${seed} (again: ${again}): ${reason}\n${plan}`, { cause: error });
  }
}

/**
 * Runs the schedules of many seeds, in groups side by side, each at servers of its own.
 * @throws what the first one that failed says
 */
export async function runSchedules(
  { first, count, atOnce }: {
    readonly first: number;
    readonly count: number;
    readonly atOnce: number;
  },
): Promise<Outcome> {
  const sum = noOutcome();
  const last = first + count - 1;
  let next = first;
  async function work(): Promise<void> {
    await using servers = await ScheduleServers.create();
    try {
      while (next <= last) addOutcome(sum, await runSchedule(servers, next++));
    } finally {
      // Where one fails, the others begin nothing new.
      next = last + 1;
    }
    // Also of runs whose session was lost: a program may note its start late.
    assertEquals(await servers.startedTwice(), []);
  }
  const groups = await Promise.allSettled(Array.from({ length: atOnce }, work));
  for (const group of groups) if (group.status === "rejected") throw group.reason;
  return sum;
}

async function run(servers: ScheduleServers, schedule: Schedule): Promise<Outcome> {
  const outcome = { ...noOutcome(), runs: 1 };
  await using proxy = new FaultProxy(await servers.url(schedule.transport));
  const trouble = new Trouble(servers, schedule, proxy, outcome);
  proxy.plan = (connection) => trouble.of(connection);
  try {
    await using client = await untilConnected(proxy, trouble, schedule.seed);
    const failure = await use(client, servers, schedule);
    if (failure !== undefined) {
      outcome.failures++;
      await requireExplained(failure, client, outcome);
    }
  } finally {
    await trouble.over();
  }
  return { ...outcome, ...proxy.counts };
}

/** What the plan of a schedule does to each connection, and to the server. */
class Trouble {
  readonly #servers: ScheduleServers;
  readonly #schedule: Schedule;
  readonly #proxy: FaultProxy;
  readonly #outcome: Outcome;
  #serverFault: Promise<void> | undefined;

  constructor(
    ...parts: [
      servers: ScheduleServers,
      schedule: Schedule,
      proxy: FaultProxy,
      outcome: Outcome,
    ]
  ) {
    [this.#servers, this.#schedule, this.#proxy, this.#outcome] = parts;
  }

  /** Of a connection. */
  of(connection: number): LinkFaults {
    const { endings, delayMs, server } = this.#schedule;
    const ending = endings[connection - 1];
    const turns = (afterBytes: number | undefined): Turn[] =>
      ending === undefined || afterBytes === undefined ? [] : [{ afterBytes, then: ending.kind }];
    const toClient = turns(ending?.toClient);
    if (server?.connection === connection) {
      const { afterBytes } = server;
      toClient.push({ afterBytes, then: () => this.#serverFault ??= this.#strike() });
    }
    const frames = this.#frames(connection);
    return {
      toServer: turns(ending?.toServer),
      toClient,
      ...(delayMs === 0 ? {} : { delayMs }),
      ...(frames === undefined ? {} : { frames }),
    };
  }

  /** Settles when the server is there again. */
  async over(): Promise<void> {
    await this.#serverFault;
  }

  #frames(connection: number): LinkFaults["frames"] {
    const { repeatEvery, lastFrame } = this.#schedule;
    const isLimited = lastFrame > 0 && connection === 1;
    if (repeatEvery === 0 && !isLimited) return undefined;
    return {
      isRepeated: (frame) => repeatEvery > 0 && frame % repeatEvery === 0,
      ...(isLimited ? { last: lastFrame } : {}),
    };
  }

  async #strike(): Promise<void> {
    const { transport, server } = this.#schedule;
    if (server?.kind === "stop") {
      this.#outcome.stops++;
      return await this.#servers.stop(transport, server.stopMs);
    }
    this.#outcome.restarts++;
    this.#proxy.retarget(await this.#servers.restart(transport));
  }
}

/** The first connection may end before its handshake; nobody recovers that but the caller. */
async function untilConnected(
  proxy: FaultProxy,
  trouble: Trouble,
  seed: number,
): Promise<ExecServerClient> {
  const random = seededRandom(~seed);
  for (;;) {
    try {
      return await connectWebSocket({ url: proxy.url, random, ...QUICK });
    } catch (error) {
      if (proxy.accepted > MOST_ATTEMPTS) throw error;
      await trouble.over();
    }
  }
}

/** Runs the program of a schedule; gives the error that kept it from telling everything. */
async function use(
  client: ExecServerClient,
  servers: ScheduleServers,
  { program }: Schedule,
): Promise<ExecServerError | undefined> {
  const processId = crypto.randomUUID();
  const check = new OutputCheck(program);
  const files = { printed: servers.printed, note: `${servers.starts}/${processId}` };
  const request = { processId, ...startRequestOf(program, files) };
  try {
    const process = await within(client.start(request), "the start", PATIENCE_MS);
    await within(follow(process, program, check), "the end of the process", PATIENCE_MS);
    check.finish();
    assertEquals((await process.status).exitCode, program.exitCode);
    assertEquals(await servers.startCount(processId), 1, "how often it was started");
    return undefined;
  } catch (error) {
    if (!(error instanceof ExecServerError)) throw error;
    const count = await servers.startCount(processId);
    assert(count <= 1, `It was started ${count} times`);
    return error;
  }
}

async function follow(
  process: RemoteProcess,
  program: Program,
  check: OutputCheck,
): Promise<void> {
  const input = inputOf(program);
  const ready = Promise.withResolvers<void>();
  const writing = ready.promise.then(() => input.byteLength > 0 ? process.write(input) : undefined);
  // When the session is lost the events say so first.
  writing.catch(() => {});
  // A terminal says when it may be typed into.
  if (program.kind !== "terminal") ready.resolve();
  for await (const event of process.events()) {
    check.take(event);
    ready.resolve();
  }
  await writing;
}

/** A failure must come from a restart, say so, and be final. */
async function requireExplained(
  failure: ExecServerError,
  client: ExecServerClient,
  { restarts }: Outcome,
): Promise<void> {
  if (restarts === 0 || failure.kind !== "sessionLost") throw failure;
  assert(/session is lost, and how its processes ended is unknown/.test(failure.message));
  assertEquals(client.state, "failed");
  const error = await assertRejects(() => client.call("environment/status", {}), ExecServerError);
  assertEquals(error.kind, "sessionLost");
}
