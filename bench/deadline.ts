/** Bounds every wait of the measurements in time. @module */

/** A wait took longer than it was allowed to. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}

/**
 * Resolves as `promise` does, or fails after a time.
 *
 * @param promise what is waited for; it is left alone when the time is up
 * @param options `ms`: how long to wait; `what`: completes the sentence "Waited … for"
 * @throws {DeadlineError} when the time is up
 */
export async function within<T>(
  promise: Promise<T>,
  options: { readonly ms: number; readonly what: string },
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new DeadlineError(`Waited ${options.ms} ms in vain for ${options.what}`));
  }, options.ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Lets a server be observed for a fixed time: what it does meanwhile sends no event to wait for.
 *
 * @param ms how long
 */
export function observeFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
