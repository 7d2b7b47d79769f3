/** `process/ack`: a client tells how far the output of a process has arrived. @module */

import type { AckParams } from "../../protocol/methods/process_events.ts";
import type { Session } from "../session/session.ts";

/** Takes it in. A process that is unknown, gone by now, or only read here needs none. */
export function ack({ processId, seq }: AckParams, session: Session): void {
  session.processes.get(processId)?.acknowledge(seq);
}
