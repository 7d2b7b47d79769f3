/** The signal that a child has ended, which a program may have been started to ignore. @module */

import { ignoredSignals } from "../ignored_signals.ts";
import { signalNumbers } from "../signal_numbers.ts";
import { loadLibc } from "./libc.ts";

const DEFAULT = null;

/** Ignored, the system would reap children before anybody has seen how they ended. */
export function restoreChildSignal(): void {
  if (!ignoredSignals().has(signalNumbers.SIGCHLD)) return;
  loadLibc().libc.signal(signalNumbers.SIGCHLD, DEFAULT);
}
