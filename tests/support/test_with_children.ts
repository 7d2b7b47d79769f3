/** Tests with real children. @module */

/**
 * Registers a test that starts real children. The spawner's wait for descriptors ends on a thread
 * of its own, a moment after the last of them was forgotten, which may be after the test. */
export function childTest(name: string, fn: () => Promise<void> | void): void {
  Deno.test({ name, fn, sanitizeOps: false });
}
