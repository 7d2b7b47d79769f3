/** Uses one process as a program of the client would, and notes what it sees. @module */
import type { ExecServerClient, RemoteProcess } from "../../client/mod.ts";
import { limits } from "../../protocol/limits.ts";
import type { Dice } from "./dice.ts";
import { patternBytes } from "./pattern.ts";
import type { Act, ProcessPlan } from "./plan.ts";
import { EventReader, StreamReader } from "./reader.ts";
import { saltOf } from "./simulated_spawner.ts";
import type { Stage, Story } from "./stage.ts";

/** What an actor needs. */
export interface ActorParts {
  readonly stage: Stage;
  readonly story: Story;
  readonly client: ExecServerClient;
  readonly dice: Dice;
}

/** Plays the part of one process; settles when all that it began is over. */
export async function play(parts: ActorParts): Promise<void> {
  const { stage, story } = parts;
  const { plan } = story;
  await stage.scheduler.sleep(plan.startAfterMs);
  const process = await start(parts);
  if (process === undefined) return;
  story.process = process;
  const begun = [
    watchStatus(parts, process),
    read(parts, process, { afterMs: plan.lateMs, way: plan.reader }),
    write(parts, process),
    ...plan.acts.map((act) => perform(parts, process, act)),
  ];
  if (plan.secondAfterMs !== undefined) {
    // The streams of a process are there once, its events for every reader.
    begun.push(read(parts, process, { afterMs: plan.secondAfterMs, way: "events" }));
  }
  await Promise.all(begun);
}

async function start({ stage, story, client }: ActorParts): Promise<RemoteProcess | undefined> {
  const { plan } = story;
  const abort = new AbortController();
  if (plan.abortAfterMs !== undefined) {
    stage.scheduler.plan(plan.abortAfterMs, "a start is given up", () => abort.abort());
    story.wasEnded = true;
  }
  const request = {
    processId: `p${plan.number}`,
    argv: ["program", String(plan.number)],
    pipeStdin: plan.hasStdin && !plan.program.isTerminal,
    tty: plan.program.isTerminal,
    cwd: new URL("file:///"),
    ...(plan.timeoutMs === undefined ? {} : { timeoutMs: plan.timeoutMs }),
  };
  try {
    return await stage.track("start", client.start(request, { signal: abort.signal }));
  } catch (error) {
    stage.judge("start", story, error);
    return undefined;
  }
}

async function watchStatus({ stage, story }: ActorParts, process: RemoteProcess): Promise<void> {
  const { number, program } = story.plan;
  try {
    const { exitCode } = await stage.track("status", process.status);
    const exit = stage.childOf(number)?.exit;
    const signalled = program.isTerminal ? 1 : 128 + (exit?.signal ?? 0);
    const wanted = exit?.signal === 0 ? exit.code : signalled;
    if (exit === undefined || exitCode !== wanted) {
      stage.violate(`process ${number} is said to have ended with ${exitCode}, not ${wanted}`);
    }
  } catch (error) {
    stage.judge("status", story, error);
  }
}

async function read(
  parts: ActorParts,
  process: RemoteProcess,
  { afterMs, way }: { afterMs: number; way: ProcessPlan["reader"] },
): Promise<void> {
  const { stage, story } = parts;
  const reader = way === "events" ? new EventReader(parts) : new StreamReader(parts);
  try {
    await stage.scheduler.sleep(afterMs);
    await stage.track("reader", reader.read(process));
    reader.checkEnd();
  } catch (error) {
    reader.checkLoss(error);
    stage.judge("events", story, error);
  }
}

async function write({ stage, story, dice }: ActorParts, process: RemoteProcess): Promise<void> {
  const { plan } = story;
  const salt = saltOf(plan.number);
  const writes: Promise<void>[] = [];
  let offset = 0;
  try {
    for (const piece of plan.pieces) {
      if (plan.pieceMs > 0) await stage.scheduler.sleep(dice.whole(0, plan.pieceMs));
      const write = stage.track("write", process.write(patternBytes({ salt, offset }, piece)));
      offset += piece;
      const accepted = write.then(() => void (story.accepted += piece));
      // Looked at in the end, which may be later than it fails.
      accepted.catch(() => {});
      writes.push(accepted);
      // Some wait for each write, some do not.
      if (plan.pieceMs === 5) await writes.at(-1);
    }
    if (plan.closesStdin && plan.hasStdin) await closeStdin(stage, process);
    await Promise.all(writes);
  } catch (error) {
    stage.judge("write", story, error);
    await end({ stage, story }, process);
  }
  await Promise.allSettled(writes);
}

async function closeStdin(stage: Stage, process: RemoteProcess): Promise<void> {
  await stage.track("closeStdin", process.closeStdin());
}

/** A program that did not get all of its input would wait for ever. */
async function end(
  { stage, story }: Pick<ActorParts, "stage" | "story">,
  process: RemoteProcess,
): Promise<void> {
  story.wasEnded = true;
  try {
    await stage.track("terminate", process.terminate());
  } catch (error) {
    stage.judge("terminate", story, error);
  }
}

async function perform(parts: ActorParts, process: RemoteProcess, act: Act): Promise<void> {
  const { stage, story } = parts;
  await stage.scheduler.sleep(act.afterMs);
  const source = act.kind === "read"
    ? "read"
    : act.kind === "interrupt" || act.kind === "signal"
    ? "signal"
    : "terminate";
  if (source !== "read") story.wasEnded = true;
  try {
    await stage.track(act.kind, ask(parts, process, act));
  } catch (error) {
    stage.judge(source, story, error);
  }
}

async function ask({ stage, story }: ActorParts, process: RemoteProcess, act: Act): Promise<void> {
  switch (act.kind) {
    case "read": {
      const { chunks } = await process.read({ waitMs: act.waitMs });
      const bytes = chunks.reduce((sum, { chunk }) => sum + chunk.byteLength, 0);
      const isTooMuch = bytes > limits.retainedBytes || chunks.length > limits.retainedChunks;
      if (isTooMuch) stage.violate(`process ${story.plan.number}: ${bytes} bytes were kept`);
      return;
    }
    case "interrupt":
      return await process.interrupt();
    case "signal":
      return await process.signal("SIGTERM");
    case "terminate":
      return void await process.terminate();
    case "terminateKindly":
      return void await process.terminate({ graceMs: 1 + act.waitMs });
  }
}
