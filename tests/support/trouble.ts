/** For parts that report trouble instead of throwing: in a test, trouble is failure. @module */

/** Fails the test run with what was reported. */
export function fail(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
