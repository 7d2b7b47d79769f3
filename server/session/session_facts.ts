/** Who a session belongs to, and what others call it. @module */

/** The public facts about a session. */
export interface SessionFacts {
  /** Principal of the connection that opened it. */
  readonly owner: string;
  /** What others call it; says nothing about its secret. */
  readonly name: string;
}

/** Principal of every connection that nobody has authenticated: whoever reaches the listener. */
export const LOCAL_OWNER = "local";

/** A name nobody can work anything out from: 8 hexadecimal digits. */
export function randomName(): string {
  return crypto.getRandomValues(new Uint8Array(4)).toHex();
}
