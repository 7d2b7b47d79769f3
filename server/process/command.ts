/** What is kept of a command line, to be shown to those who list processes. Pure. @module */

import { limits } from "../../protocol/limits.ts";
import { pathToUri, type PathUri } from "../../protocol/path_uri.ts";
import type { SpawnRequest } from "./spawner.ts";

/** A command, no larger than a list can show. */
export interface Command {
  /** Its program and arguments, cut to `limits.listedArgvCharacters`. */
  readonly argv: readonly string[];
  /** Whether something was cut. */
  readonly isCut: boolean;
  /** Where it was started. */
  readonly cwd: PathUri;
}

/** What is shown of a command as the client gave it. */
export function shownCommand(argv: readonly string[], cwd: PathUri): Command {
  const kept: string[] = [];
  let room: number = limits.listedArgvCharacters;
  for (const word of argv) {
    // Each word costs something, for there can be any number of empty ones.
    if (room <= 0) break;
    kept.push(word.length <= room ? word : copied(word.slice(0, room)));
    room -= word.length + 1;
  }
  return { argv: kept, isCut: room < -1 || kept.length < argv.length, cwd };
}

/** The same of a request to start it. */
export function commandOf({ program, argv, cwd }: SpawnRequest): Command {
  return shownCommand([program, ...argv.slice(1)], pathToUri(cwd));
}

/** A part of a text that does not keep the whole in memory, and has no half of a character. */
function copied(part: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(part));
}
