/** What must be true of the whole world when a schedule is over. @module */
import { limits } from "../../protocol/limits.ts";
import type { Stage, Story } from "./stage.ts";

/** One piece of output as it is on the wire. */
const CHUNK_LENGTH = limits.maxChunkBytes * 4 / 3 + 1000;
/** Output up to the mark, a piece more from each process, and what is answered meanwhile. */
const SERVER_QUEUE = limits.sendHighWaterBytes + 4 * CHUNK_LENGTH +
  (limits.answerBytesInWork + limits.retainedBytes) * 4 / 3;
/** Input that is on its way, and small calls. */
const CLIENT_QUEUE = 2 * 1024 * 1024;

/** Notes everything that is wrong. */
export function checkWorld(stage: Stage): void {
  const { scheduler, world } = stage;
  for (const crash of scheduler.crashes) {
    stage.violate(`an event threw: ${crash instanceof Error ? crash.stack : crash}`);
  }
  if (stage.pending.length > 0) stage.violate(`never settled: ${stage.pending.join(", ")}`);
  if (scheduler.timers > 0) stage.violate(`${scheduler.timers} timers were left`);
  for (const child of world.children) {
    if (child.exit === undefined) stage.violate(`child ${child.pid} was left running`);
    else if (!child.isClosed) stage.violate(`the output of child ${child.pid} was left unread`);
    if (child.isInputWrong) stage.violate(`child ${child.pid} got wrong input`);
  }
  const { server, client } = world.network.longestQueue;
  if (server > SERVER_QUEUE) stage.violate(`the server queued ${server} characters`);
  if (client > CLIENT_QUEUE) stage.violate(`the client queued ${client} characters`);
  for (const story of stage.stories) checkStory(stage, story);
}

function checkStory(stage: Stage, { plan, process, accepted }: Story): void {
  const { number, program } = plan;
  const children = stage.world.childrenOf(number);
  const [child] = children;
  if (children.length > 1) stage.violate(`process ${number} was started ${children.length} times`);
  if (process !== undefined && child === undefined) {
    stage.violate(`process ${number} is said to have started, and was not`);
  }
  if (child === undefined) return;
  if (child.inputBytes > plan.pieces.reduce((sum, piece) => sum + piece, 0)) {
    stage.violate(`process ${number} got more input than was written`);
  }
  if (!child.wasLeftAlone || plan.program.copies === 0) return;
  // It ended by itself, so it has read all that it wanted.
  if (accepted < program.copies && stage.violations.length === 0 && process !== undefined) {
    checkShortInput(stage, plan.number, child.inputBytes - program.copies);
  }
}

/** A copying program ends by itself only with all of its input, or after its end. */
function checkShortInput(stage: Stage, number: number, surplus: number): void {
  const { closesStdin } = stage.stories[number]?.plan ?? {};
  if (surplus < 0 && closesStdin !== true) {
    stage.violate(`process ${number} ended ${-surplus} bytes before the end of its input`);
  }
}
