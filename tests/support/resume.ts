/** Takes over a session whose connection was just dropped. @module */
import type { Peer } from "./peer.ts";
import { sessionIdOf } from "./peer.ts";

/** The code for a session whose old connection the server still believes in. */
const SESSION_ATTACHED = -32010;
const ATTEMPTS = 1000;

/** Sends `initialize` for a session until the server has noticed that its old connection is gone,
 * which is what clients do: the code says "try again".
 * @returns the session's id
 * @throws {Error} for any other refusal */
export async function resumeSession(peer: Peer, resumeSessionId: string): Promise<string> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { error, result } = await peer.request("initialize", {
      clientName: "tests",
      resumeSessionId,
    });
    if (error === undefined) return sessionIdOf(result);
    if (error.code !== SESSION_ATTACHED) throw new Error(`Cannot resume: ${error.message}`);
  }
  throw new Error(`The session is still attached after ${ATTEMPTS} attempts`);
}
