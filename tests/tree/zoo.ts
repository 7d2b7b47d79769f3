/** All the ways to stay alive. @module */
import { groupLeavers } from "./group_leavers.ts";
import { groupMembers } from "./group_members.ts";
import { programSurvivors } from "./program_survivors.ts";
import { type Survivor, whyNot } from "./survivor.ts";

/** Every survivor, whether it can live on this machine or not. */
export const zoo: readonly Survivor[] = [...groupMembers, ...groupLeavers, ...programSurvivors];

/** Registers a test about a survivor; where that cannot live, the name says why it is skipped. */
export function survivorTest(
  name: string,
  survivor: Survivor,
  fn: (survivor: Survivor) => Promise<void>,
): void {
  const reason = whyNot(survivor);
  const skipped = reason === undefined ? "" : ` (skipped: ${reason})`;
  Deno.test({ name: `${name}${skipped}`, ignore: reason !== undefined, fn: () => fn(survivor) });
}

/** The survivors of these names.
 * @throws {Error} when there is none of a name */
export function survivorsNamed(names: readonly string[]): readonly Survivor[] {
  return names.map((name) => {
    const found = zoo.find((survivor) => survivor.name === name);
    if (found === undefined) throw new Error(`No survivor is called "${name}"`);
    return found;
  });
}

/** The process ids in what a survivor printed; undefined until it is up. */
export function idsIn(text: string): readonly number[] | undefined {
  const ids = /^up((?: \d+)+)\r?$/m.exec(text)?.[1];
  return ids?.trim().split(" ").map(Number);
}
