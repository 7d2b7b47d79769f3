/**
 * Makes what must not come to exist, for as long as sandboxed commands run that might make it.
 *
 * A name can only be kept from being made by being there. So a directory that stands for nothing is
 * made before the command starts, mounted read-only inside, and removed after the last command that
 * needed it. It bears a mark: what a server that was killed left behind is removed by the next one.
 * It is locked while in use, so that of several servers at one place the last one removes it.
 * @module
 */

import { dirname } from "@std/path";
import type { Placeholder } from "../../sandbox/mounts.ts";
import { SandboxRefusal } from "../../sandbox/refusal.ts";
import { PlaceholderFile } from "./placeholder_file.ts";

/** Another server may be about to make or to remove it, which takes it less than a millisecond. */
const MOST_TRIES = 30;
const TRIES_AT_ONCE = 10;

interface Held {
  /** How many commands need it. */
  users: number;
  /** It, locked. */
  file: PlaceholderFile;
  /** What was there before: earlier commands may still need it where it was moved. */
  readonly former: PlaceholderFile[];
}

/** Counts which command needs what. */
export class Placeholders implements Disposable {
  readonly #held = new Map<string, Held>();

  /**
   * Makes what is missing.
   * @returns what lets go of it; harmless when called twice
   * @throws {SandboxRefusal} when something cannot be made, or is not where it should be
   */
  hold(wanted: readonly Placeholder[]): () => void {
    const paths: string[] = [];
    const release = () => {
      for (const path of paths.splice(0).reverse()) this.#letGo(path);
    };
    try {
      for (const placeholder of wanted) {
        this.#hold(placeholder);
        paths.push(placeholder.path);
      }
    } catch (error) {
      release();
      throw error;
    }
    return release;
  }

  /** Lets go of everything: nothing that needed it is left. */
  [Symbol.dispose](): void {
    for (const held of this.#held.values()) end(held);
    this.#held.clear();
  }

  #hold(placeholder: Placeholder): void {
    const held = this.#held.get(placeholder.path);
    if (held === undefined) {
      this.#held.set(placeholder.path, { users: 1, file: makeAndLock(placeholder), former: [] });
      return;
    }
    // Somebody may have removed or moved it.
    if (!held.file.isInPlace) {
      const file = makeAndLock(placeholder);
      held.former.push(held.file);
      held.file = file;
    }
    if (held.file.isDirectory !== (placeholder.text === undefined)) {
      throw refusal(placeholder.path, "another command has something else kept there");
    }
    held.users++;
  }

  #letGo(path: string): void {
    const held = this.#held.get(path);
    if (held === undefined || --held.users > 0) return;
    this.#held.delete(path);
    end(held);
  }
}

function end({ file, former }: Held): void {
  for (const each of [file, ...former]) each.end();
}

function makeAndLock(placeholder: Placeholder): PlaceholderFile {
  const { path, text } = placeholder;
  const otherKind = { path, text: text === undefined ? "" : undefined };
  try {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const file = PlaceholderFile.open(placeholder);
      if (file !== undefined) return file;
      // Left behind by a server that had another policy to keep.
      PlaceholderFile.open(otherKind)?.end();
      PlaceholderFile.make(placeholder);
      if (tries >= TRIES_AT_ONCE) pause();
    }
  } catch (error) {
    throw refusal(path, error instanceof Error ? error.message : String(error));
  }
  throw new SandboxRefusal(
    "changedPath",
    `Cannot keep "${path}" from being made: something was put there meanwhile; try again`,
    { path },
  );
}

/** Short enough for a wait that nearly never happens to be without a promise. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

function refusal(path: string, reason: string): SandboxRefusal {
  return new SandboxRefusal(
    "placeholder",
    `Cannot keep "${path}" from being made in "${
      dirname(path)
    }": ${reason}; make it, or leave it ` +
      "out of the policy",
    { path },
  );
}
