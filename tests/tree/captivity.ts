/** Starts survivors through a server, and waits until they are up, and until they are gone. @module */
import type { Peer } from "../support/peer.ts";
import { startParams } from "../support/process_calls.ts";
import { nextEvent, type ProcessEvent } from "../support/process_events.ts";
import type { Habitat } from "./habitat.ts";
import { livesOf, type ProcessLife } from "./process_life.ts";
import type { Survivor } from "./survivor.ts";
import { idsIn } from "./zoo.ts";

/** A survivor that runs at a server. */
export class Captive implements Disposable {
  /** The processes it named. */
  readonly lives: readonly ProcessLife[];
  readonly #peer: Peer;
  readonly #processId: string;

  /** Takes over a survivor that is up; `startSurvivor` is the way to make one. */
  constructor(peer: Peer, processId: string, lives: readonly ProcessLife[]) {
    this.#peer = peer;
    this.#processId = processId;
    this.lives = lives;
  }

  /** Waits for the events of its end. */
  async closed(): Promise<readonly ProcessEvent[]> {
    const events: ProcessEvent[] = [];
    while (events.at(-1)?.kind !== "closed") {
      events.push(await nextEvent(this.#peer, this.#processId));
    }
    return events;
  }

  /** Waits until none of the processes it named lives. */
  async gone(): Promise<void> {
    for (const life of this.lives) await life.over();
  }

  /** Lets go of the processes. */
  [Symbol.dispose](): void {
    for (const life of this.lives) life[Symbol.dispose]();
  }
}

/** What a test may add to a start. */
export interface SurvivorFields {
  readonly processId?: string;
  readonly timeoutMs?: number;
  readonly idleTimeoutMs?: number;
}

/** Starts a survivor and waits until it is up, and until its leader has ended if it is to. */
export async function startSurvivor(
  peer: Peer,
  survivor: Survivor,
  { habitat, ...fields }: SurvivorFields & { habitat: Habitat },
): Promise<Captive> {
  const { processId = "p" } = fields;
  const params = startParams(peer, habitat.command(survivor), { env: habitat.env, ...fields });
  await peer.call("process/start", { ...params, tty: survivor.tty ?? false });
  let text = "";
  let hasEnded = false;
  for (;;) {
    const event = await nextEvent(peer, processId);
    if (event.kind === "closed") throw new Error(`"${survivor.name}" ended: ${text}`);
    if (event.kind === "exited") hasEnded = true;
    if (event.kind === "output") text += atob(event.chunk);
    const pids = idsIn(text);
    if (pids === undefined || hasEnded !== (survivor.leaderEnds ?? false)) continue;
    return new Captive(peer, processId, livesOf(pids));
  }
}
