/** Proves that the survivors are worth their name: a plain kill of the group leaves them alive. @module */
import { assertEquals } from "@std/assert";
import { within } from "../support/deadline.ts";
import { Habitat } from "./habitat.ts";
import { livesOf, processFacts, type ProcessLife } from "./process_life.ts";
import type { Survivor } from "./survivor.ts";
import { idsIn, survivorTest, zoo } from "./zoo.ts";

// What never stays the same may still be missed by one look.
const LOOKS = 500;

for (const survivor of zoo) {
  if (!survivor.escapesGroup) continue;
  survivorTest(`${survivor.name} survives a kill of the group`, survivor, outlivesGroup);
}

async function outlivesGroup(survivor: Survivor): Promise<void> {
  await using habitat = await Habitat.create();
  // Without forking, `setsid` becomes the leader of the group that this process is told about.
  const child = new Deno.Command("setsid", {
    args: habitat.command(survivor),
    // What never stays the same must do so for long enough to be seen.
    env: { ...habitat.env, HOP_MS: "20" },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  let lives: readonly ProcessLife[] = [];
  try {
    lives = livesOf(await survivorsOf(reader));
    killGroup(child.pid);
    await within(child.status, "the leader to end");
    assertEquals(await livesOutside(child.pid, lives, habitat), true, "nothing has survived");
  } finally {
    killGroup(child.pid);
    await habitat.clear(lives);
    for (const life of lives) life[Symbol.dispose]();
    await child.status;
    await reader.cancel();
  }
}

async function survivorsOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<readonly number[]> {
  const decoder = new TextDecoder();
  for (let text = "";;) {
    const { value, done } = await within(reader.read(), "a survivor to be up");
    if (done) throw new Error(`Nothing survived itself: ${text}`);
    text += decoder.decode(value, { stream: true });
    const pids = idsIn(text);
    if (pids !== undefined) return pids;
  }
}

/** Whether something lives that the kill of the group cannot have met. */
async function livesOutside(
  group: number,
  lives: readonly ProcessLife[],
  habitat: Habitat,
): Promise<boolean> {
  for (const life of lives) if (await isOutside(group, life)) return true;
  for (let look = 0; look < LOOKS; look++) {
    for (const life of livesOf(await habitat.inhabitants())) {
      using inhabitant = life;
      if (await isOutside(group, inhabitant)) return true;
    }
  }
  return false;
}

async function isOutside(group: number, life: ProcessLife): Promise<boolean> {
  const facts = await processFacts(life.pid);
  return facts !== undefined && facts.group !== group && !life.isOver;
}

function killGroup(pid: number): void {
  try {
    Deno.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
