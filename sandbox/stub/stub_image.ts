/** Gives the executable file of a stub, and the arguments it is called with. @module */

import { elfImage } from "./elf.ts";
import { type StubOptions, stubProgram } from "./stub_program.ts";

/** Keys without a filter hang on this. */
const noFilter = new Uint8Array();
const made = new WeakMap<Uint8Array, Map<string, Uint8Array<ArrayBuffer>>>();

/**
 * The executable for these options, about a kibibyte and a half plus the filter.
 * @param options `filter`, if any, is remembered by identity: give the same array each time
 * @returns one array for all callers: it is not to be written to
 * @throws {RangeError} when a soft limit is above its hard one
 */
export function stubImage(options: StubOptions): Uint8Array<ArrayBuffer> {
  const { architecture, limits, terminal, listensBy, filter = noFilter } = options;
  const inverted = limits.find(({ soft, hard }) => soft > hard);
  if (inverted !== undefined) {
    const { resource, soft, hard } = inverted;
    throw new RangeError(`Cannot limit "${resource}" to ${soft}: that is above ${hard}`);
  }
  const parts = limits.map((limit) =>
    `${limit.resource} ${limit.soft} ${limit.hard} ${limit.required === true}`
  );
  const key = [architecture, terminal, listensBy, ...parts].join();
  const known = made.get(filter) ?? new Map<string, Uint8Array<ArrayBuffer>>();
  made.set(filter, known);
  const image = known.get(key) ?? elfImage(stubProgram(options), options);
  known.set(key, image);
  return image;
}

/** A command as a stub starts it. */
export interface StubCommand {
  /** Paths to try in turn, as `programCandidates` gives them; none of them empty. */
  readonly candidates: readonly string[];
  /** What the command sees as its name; messages name it, too. */
  readonly arg0: string;
  /** The other arguments. */
  readonly args: readonly string[];
}

/**
 * The arguments of a stub after its own name, which it does not look at.
 * @throws {RangeError} when a candidate is empty, for an empty argument ends them
 */
export function stubArguments({ candidates, arg0, args }: StubCommand): readonly string[] {
  if (candidates.includes("")) throw new RangeError(`Cannot start "${arg0}": a path is empty`);
  return [...candidates, "", arg0, ...args];
}
