/** The part of `@std/assert` this project uses. @module */

/** Throws unless `condition` is truthy. */
export function assert(condition: unknown, message?: string): asserts condition;
/** Throws unless both values are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void;
/** Throws if both values are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
/** Throws unless both values are the same by `Object.is`. */
export function assertStrictEquals<T>(actual: unknown, expected: T, message?: string): void;
/** Throws if the value is null or undefined. */
export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T>;
/** Throws unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void;
/** Throws unless `actual` matches `expected`. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void;
/** Throws unless `actual` has at least the members of `expected`. */
export function assertObjectMatch(
  actual: Record<PropertyKey, unknown>,
  expected: Record<PropertyKey, unknown>,
  message?: string,
): void;
/** Throws unless `actual` is greater than `expected`. */
export function assertGreater<T>(actual: T, expected: T, message?: string): void;
/** Throws unless `actual` is greater than or equal to `expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void;
/** Throws unless `actual` is less than `expected`. */
export function assertLess<T>(actual: T, expected: T, message?: string): void;
/** Throws unless `actual` is less than or equal to `expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void;
/** Throws unless `value` is an instance of `type`. */
export function assertInstanceOf<T>(
  value: unknown,
  // deno-lint-ignore no-explicit-any -- a constructor of any shape, as in the original.
  type: abstract new (...args: any[]) => T,
  message?: string,
): asserts value is T;
/** Runs `fn`, which must throw; returns what it threw. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  // deno-lint-ignore no-explicit-any -- a constructor of any shape, as in the original.
  errorClass?: abstract new (...args: any[]) => E,
  messageIncludes?: string,
): E;
/** Runs `fn`, whose promise must reject; resolves to what it rejected with. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  // deno-lint-ignore no-explicit-any -- a constructor of any shape, as in the original.
  errorClass?: abstract new (...args: any[]) => E,
  messageIncludes?: string,
): Promise<E>;
/** Throws always. */
export function fail(message?: string): never;
/** Throws: this place must not be reached. */
export function unreachable(reason?: string): never;
