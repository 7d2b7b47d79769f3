/** Which start a process came from, so that a start whose answer was lost can be asked for again. @module */

import type { StartParams } from "../../protocol/methods/process_start.ts";

/** Where a process came from. */
export interface StartOrigin {
  /** Stands for the parameters: equal ones have equal marks. */
  readonly mark: string;
  /** Which of the session's connections it came by. */
  readonly generation: number;
}

/** The origin of a start that comes by a connection. */
export function originOf(params: StartParams, generation: number): StartOrigin {
  return { mark: markOf(JSON.stringify(params)), generation };
}

/** Whether a start is the repetition of an earlier one, made because a connection was lost. */
export function isRepetition(again: StartOrigin, first: StartOrigin | undefined): boolean {
  return first !== undefined && first.mark === again.mark && first.generation < again.generation;
}

/**
 * Length and 64 bits of a text, the FNV-1a hash from both ends. Kept instead of the parameters, whose
 * environment may be large. Who wants a collision has the session anyway.
 */
function markOf(text: string): string {
  let forth = OFFSET;
  let back = OFFSET;
  for (let at = 0; at < text.length; at++) {
    forth = Math.imul(forth ^ text.charCodeAt(at), PRIME);
    back = Math.imul(back ^ text.charCodeAt(text.length - 1 - at), PRIME);
  }
  return `${text.length}:${forth >>> 0}:${back >>> 0}`;
}

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;
