/** The command line cannot be understood; the message says what was wrong and what was wanted. @module */

/** Ends the program with status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
