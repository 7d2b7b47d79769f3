/** The refusal of a sandbox because of what this machine is like. @module */

import { blockerOf, type Failure } from "../../sandbox/bubblewrap/blockers.ts";
import { machineFacts, type MachineView } from "../../sandbox/bubblewrap/machine_facts.ts";
import { SandboxRefusal } from "../../sandbox/refusal.ts";
import { thisMachineView } from "./machine_view.ts";

/** Says what is in the way here, and what to do about it; programs find both in `error.data`. */
export function refusalHere(
  failure: Failure,
  machine: MachineView = thisMachineView,
): SandboxRefusal {
  const { cause, sentence, remedy } = blockerOf(failure, machineFacts(machine));
  // The beginning is the reference's.
  const text = `sandbox intent cannot be enforced on this executor: ${sentence}; ${remedy}`;
  return new SandboxRefusal("unavailable", text, { obstacle: cause, remedy });
}
