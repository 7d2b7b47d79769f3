/** Scripts that wait until they are told to end. @module */

const LOOP = "while :; do wait; done";

/** A script that prints `up` and then lives until it is ended by force. */
export const forever: string = `sleep 1000 & echo up; ${LOOP}`;

/**
 * A script that prints `up`, waits for a signal, does something and exits with 9. A trap runs at once
 * during `wait`, but only after other commands. Where Ctrl-C sends the signal, `sleep` may
 * be gone already.
 */
export function waitingFor(signal: string, action: string, up = "echo up"): string {
  return `sleep 1000 & trap '${action}; kill $! 2>/dev/null; exit 9' ${signal}; ${up}; ${LOOP}`;
}
