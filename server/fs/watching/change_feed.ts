/**
 * Sends the changes of one watch, as fast as the client takes them.
 *
 * What one wake-up of the system tells goes into one message. What the client does not take is held
 * up to a bound; beyond it everything held is dropped, and the client told to look for itself.
 * @module
 */

import type { ChangedParams, FileChange } from "../../../protocol/methods/fs_watch.ts";
import type { PathUri } from "../../../protocol/path_uri.ts";
import type { Notifier } from "../../holdings.ts";
import type { Budget } from "./budget.ts";

const MAX_CHANGES = 512;
const MAX_CHARACTERS = 64 * 1024;
const MAX_HELD = 10_000;

/** What a feed works with. */
export interface ChangeFeedOptions {
  /** Name of the watch for the client. */
  readonly watchId: string;
  /** Where messages go. */
  readonly notifier: Notifier;
  /** Characters of paths that may be held; shared by the watches of a connection. */
  readonly room: Budget;
  /** Called once, when the client has been told that the watch has ended. */
  readonly onEnd: () => void;
}

/** Changes on their way to the client. */
export class ChangeFeed {
  readonly #options: ChangeFeedOptions;
  #held: FileChange[] = [];
  #heldCharacters = 0;
  /** The last held change of each path. */
  readonly #latest = new Map<PathUri, FileChange>();
  #hasOverflow = false;
  #incomplete: { readonly reason: string; others: number } | undefined;
  #ended: string | undefined;
  #isOpen = false;
  #isSending = false;
  #isClosed = false;

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
  }

  /** Begins to send; before it, everything is held. */
  open(): void {
    this.#isOpen = true;
    this.#send();
  }

  /** Takes a change. */
  push(path: PathUri, kind: FileChange["kind"]): void {
    if (this.#isOver) return;
    const latest = this.#latest.get(path)?.kind;
    // That something new has changed before anybody was told of it says nothing.
    if (latest === kind || (latest === "created" && kind === "changed")) return;
    const hasRoom = this.#held.length < MAX_HELD && this.#options.room.take(path.length);
    if (!hasRoom) return this.overflow();
    const change = { path, kind };
    this.#held.push(change);
    this.#heldCharacters += path.length;
    this.#latest.set(path, change);
    this.#send();
  }

  /** Changes were lost: what is held is worth nothing either. */
  overflow(): void {
    if (this.#isOver) return;
    this.#dropHeld();
    this.#hasOverflow = true;
    this.#send();
  }

  /** Something is not watched. @param reason one sentence */
  incomplete(reason: string): void {
    if (this.#isOver) return;
    if (this.#incomplete === undefined) this.#incomplete = { reason, others: 0 };
    else this.#incomplete.others++;
    this.#send();
  }

  /** The watch has ended by itself; what is held is still sent. @param reason one sentence */
  end(reason: string): void {
    if (this.#isOver) return;
    this.#ended = reason;
    this.#send();
  }

  /** Sends nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#dropHeld();
  }

  get #isOver(): boolean {
    return this.#isClosed || this.#ended !== undefined;
  }

  get #hasNews(): boolean {
    return this.#held.length > 0 || this.#hasOverflow || this.#incomplete !== undefined ||
      this.#ended !== undefined;
  }

  #dropHeld(): void {
    this.#options.room.give(this.#heldCharacters);
    this.#held = [];
    this.#heldCharacters = 0;
    this.#latest.clear();
  }

  #send(): void {
    if (!this.#isOpen || this.#isSending || this.#isClosed) return;
    this.#isSending = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    // A moment later, so that what comes at once is told at once.
    await undefined;
    while (!this.#isClosed && this.#hasNews) {
      const room = this.#options.notifier.room();
      if (room !== undefined) await room;
      else this.#tell();
    }
    this.#isSending = false;
  }

  #tell(): void {
    const changes = this.#take();
    const message: ChangedParams = {
      watchId: this.#options.watchId,
      changes,
      ...(this.#hasOverflow ? { overflow: true } : {}),
      ...(this.#incomplete === undefined ? {} : { incomplete: sentence(this.#incomplete) }),
    };
    this.#hasOverflow = false;
    this.#incomplete = undefined;
    const isLast = this.#ended !== undefined && this.#held.length === 0;
    this.#options.notifier.notify(
      "fs/changed",
      isLast ? { ...message, ended: this.#ended } : message,
    );
    if (!isLast) return;
    this.#isClosed = true;
    this.#options.onEnd();
  }

  /** The changes of one message. */
  #take(): FileChange[] {
    let characters = 0;
    const past = this.#held.findIndex((change) => {
      if (characters >= MAX_CHARACTERS) return true;
      characters += change.path.length;
      return false;
    });
    const changes = this.#held.splice(0, Math.min(past < 0 ? MAX_CHANGES : past, MAX_CHANGES));
    for (const change of changes) {
      this.#heldCharacters -= change.path.length;
      this.#options.room.give(change.path.length);
      if (this.#latest.get(change.path) === change) this.#latest.delete(change.path);
    }
    return changes;
  }
}

function sentence(
  { reason, others }: { readonly reason: string; readonly others: number },
): string {
  return others === 0 ? reason : `${reason} (and ${others} more)`;
}
