/** A promise that must settle in time, so that a broken peer fails a test instead of hanging it. @module */

/** How long a test waits for something that should come at once, in milliseconds. Generous: a
 * loaded machine must not fail a test. */
export const PATIENCE_MS = 20_000;

/** Waits for `promise`, at most `limitMs`.
 * @param label what is awaited, for the message
 * @param limitMs milliseconds
 * @throws {Error} when time is up */
export async function within<T>(
  promise: Promise<T>,
  label: string,
  limitMs: number = PATIENCE_MS,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${limitMs} ms for ${label}`)), limitMs);
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}

/** Lets time pass. Only for promises of the kind "nothing happens", which no event can announce.
 * @param milliseconds how long */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
