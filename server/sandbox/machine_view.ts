/** Looks at this machine. @module */

import type { MachineView } from "../../sandbox/bubblewrap/machine_facts.ts";

/** This machine, as it is at each look. */
export const thisMachineView: MachineView = {
  system: Deno.build.os,
  uid: Deno.uid() ?? undefined,
  text(path) {
    try {
      return Deno.readTextFileSync(path);
    } catch {
      // Not there, or not for us: either way it tells nothing.
      return undefined;
    }
  },
};
