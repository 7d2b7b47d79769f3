/** `initialize`: a new session, or a detached one taken over. @module */

import type { InitializeParams } from "../../protocol/methods/session.ts";
import type { Transport } from "../../protocol/transport/transport.ts";
import type { Session } from "./session.ts";
import type { SessionStore } from "./session_store.ts";

/**
 * Finds the session of a connection. Its events flow from here on, even before `initialized`.
 * @throws {RpcError} `unknownSession` or `sessionAttached`
 */
export function initialize(
  params: InitializeParams,
  { sessions, transport, owner }: {
    sessions: SessionStore;
    transport: Transport;
    /** Principal of the connection. */
    owner?: string;
  },
): Session {
  const { resumeSessionId, takeOver } = params;
  return resumeSessionId === undefined || resumeSessionId === null
    ? sessions.open(transport, owner)
    : sessions.resume(resumeSessionId, transport, takeOver ?? false);
}
