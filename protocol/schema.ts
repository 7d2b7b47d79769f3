/**
 * Decoders for untrusted values: valibot schemas whose errors are worded as the reference words them.
 *
 * Every decoder takes unknown members without complaint, as the wire demands.
 * @module
 */

import * as v from "valibot";
import { decodeBase64 } from "./base64.ts";
import { RpcError } from "./errors.ts";
import { parsePathUri, type PathUri, PathUriError } from "./path_uri.ts";

/**
 * Turns an unknown value into a `T`, or into issues. A valibot schema; use it through `decode`.
 * @internal
 */
export type Schema<T> = v.GenericSchema<unknown, T>;

/**
 * Decodes a value.
 * @throws {RpcError} `invalidParams`, with a sentence that names the member at fault
 */
export function decode<T>(schema: Schema<T>, value: unknown): T {
  const result = v.safeParse(schema, value, { abortEarly: true, abortPipeEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  const path = v.getDotPath(issue);
  // A missing member at the top is already named by the message.
  const named = path === null || issue.message === `missing field \`${path}\``;
  throw new RpcError("invalidParams", named ? issue.message : `${issue.message}; at \`${path}\``);
}

/** Schemas of an object's members; the compiler holds them equal to the interface `T`. */
export type Members<T> = { readonly [K in keyof T]-?: MemberSchema<T, K> };

type MemberSchema<T, K extends keyof T> = undefined extends T[K]
  ? v.OptionalSchema<Schema<Exclude<T[K], undefined>>, undefined>
  : Schema<T[K]>;

/**
 * An object with known members. An array is refused: positional parameters are a quirk of the
 * reference's decoder that no client uses.
 * @param name what the reference calls it in "expected struct NAME"
 */
export function struct<T>(name: string, members: Members<T>): Schema<T> {
  const expected = (issue: { input: unknown }) =>
    `invalid type: ${found(issue.input)}, expected struct ${name}`;
  const shape = v.object(members, (issue) => {
    const last = issue.path?.at(-1);
    return last === undefined ? expected(issue) : `missing field \`${String(last.key)}\``;
  });
  // The compiler cannot compute valibot's output of a mapped type; `Members<T>` has checked it.
  return v.pipe(v.custom<Record<string, unknown>>(isRecord, expected), shape) as unknown as Schema<
    T
  >;
}

/** A member that may be absent. */
export function optional<T>(schema: Schema<T>): v.OptionalSchema<Schema<T>, undefined> {
  return v.optional(schema);
}

/** A value that may be null. */
export function nullable<T>(schema: Schema<T>): Schema<T | null> {
  return v.nullable(schema);
}

/** A list of values of one kind. */
export function list<T>(item: Schema<T>): Schema<T[]> {
  return v.array(item, wrongType("a sequence"));
}

/** Any string. */
export const text: Schema<string> = v.string(wrongType("a string"));

/** True or false. */
export const flag: Schema<boolean> = v.boolean(wrongType("a boolean"));

/** An integer from 0 on (64 bits on the wire; beyond 2^53 the nearest number is taken). */
export const count: Schema<number> = v.pipe(
  v.number(wrongType("an unsigned integer")),
  v.check((value) => Number.isInteger(value) && value >= 0 && value <= 2 ** 64, "invalid number"),
);

/** A number of milliseconds or the like, from 1 on. */
export const positive: Schema<number> = v.pipe(
  count,
  v.check((value) => value > 0, "invalid number: wanted 1 or more"),
);

/** An integer from 1 on that the reference keeps in a type which has no zero. */
export const nonzero: Schema<number> = v.pipe(
  v.custom<number>((value) => Number.isInteger(value), wrongType("a nonzero usize")),
  v.check(
    (value) => value > 0 && value <= 2 ** 64,
    ({ input }) => `invalid value: integer \`${input}\`, expected a nonzero usize`,
  ),
);

/** A port number: 0 to 65 535. */
export const port: Schema<number> = v.pipe(
  count,
  v.check((value) => value <= 65_535, "invalid number: wanted 0 to 65535"),
);

/** A number of lines or columns: 1 to 65 535. */
export const characters: Schema<number> = v.pipe(
  count,
  v.check((value) => value >= 1 && value <= 65_535, "invalid number: wanted 1 to 65535"),
);

/** A 32-bit integer with sign. */
export const integer: Schema<number> = v.pipe(
  v.number(wrongType("an integer")),
  v.check((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31, "invalid number"),
);

/** One of a few words. */
export function oneOf<const W extends string>(words: readonly W[]): Schema<W> {
  const expected = choice(words);
  return v.picklist(
    words,
    ({ input }) =>
      typeof input === "string"
        ? `unknown variant \`${input.slice(0, 80)}\`, expected ${expected}`
        : `invalid type: ${found(input)}, expected ${expected}`,
  );
}

/** Words to choose from, as the reference lists them. */
function choice(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``);
  return quoted.length > 2 ? `one of ${quoted.join(", ")}` : quoted.join(" or ");
}

/** Schemas of the variants of a union, by the word in the member `Tag`. */
export type Variants<T extends object, Tag extends keyof T> = {
  readonly [Word in T[Tag] & string]: Schema<VariantOf<T, Tag, Word>>;
};

// Also of a variant that goes by several words.
type VariantOf<T extends object, Tag extends keyof T, Word> = T extends unknown
  ? Word extends T[Tag] ? T : never
  : never;

/**
 * One of several objects that are told apart by the word in one member.
 * @param name what the reference calls it in "expected internally tagged enum NAME"
 * @param tag that member
 */
export function tagged<T extends object, Tag extends keyof T & string>(
  name: string,
  tag: Tag,
  variants: Variants<T, Tag>,
): Schema<T> {
  const byWord = new Map<unknown, Schema<T>>(Object.entries<Schema<T>>(variants));
  const words = oneOf(Object.keys(variants));
  const expected = wrongType(`internally tagged enum ${name}`);
  const tagOnly = v.object({ [tag]: words }, () => `missing field \`${tag}\``);
  const noVariant = v.pipe(
    v.custom<Record<string, unknown>>(isRecord, expected),
    tagOnly,
    // Only an object without a word that is known gets here.
    v.custom<never>(() => false, expected),
  );
  return v.lazy((value) => {
    const word = isRecord(value) && Object.hasOwn(value, tag) ? value[tag] : undefined;
    return byWord.get(word) ?? noVariant;
  });
}

/** A UUID, brought to its usual form: lower case, with hyphens; braces and `urn:uuid:` go. */
export const uuid: Schema<string> = v.pipe(
  v.string(wrongType("a string")),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const parts = UUID.exec(dataset.value)?.slice(1);
    if (parts !== undefined) return parts.join("-").toLowerCase();
    addIssue({ message: `invalid UUID ${JSON.stringify(clip(dataset.value))}` });
    return NEVER;
  }),
);

const UUID =
  /^(?:urn:uuid:|\{)?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i;

/** An object of strings, under any keys: `constructor` and `__proto__` are names like others. */
export const stringMap: Schema<Record<string, string>> = v.pipe(
  v.custom<Record<string, string>>(isRecord, wrongType("a map")),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const [key, value] of Object.entries(dataset.value)) {
      if (typeof value === "string") continue;
      addIssue({
        message: `invalid type: ${found(value)}, expected a string; at key \`${clip(key)}\``,
      });
      return;
    }
  }),
);

/** Base64 text, or its bytes where the transport has decoded it. */
const base64 = v.custom<string | Uint8Array<ArrayBuffer>>(
  (value) => typeof value === "string" || value instanceof Uint8Array,
  wrongType("a string"),
);

function bytesOf(value: string | Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return typeof value === "string" ? decodeBase64(value) : value;
}

/** Base64 text that becomes bytes. */
export const bytes: Schema<Uint8Array<ArrayBuffer>> = v.pipe(
  base64,
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return bytesOf(dataset.value);
    } catch (error) {
      addIssue({ message: reasonOf(error) });
      return NEVER;
    }
  }),
);

/**
 * Base64 text that becomes bytes, where bad base64 is an error of its own kind.
 * @param refusal the error for a fault, which is described in words
 */
export function bytesOrElse(
  refusal: (fault: string) => RpcError,
): Schema<Uint8Array<ArrayBuffer>> {
  return v.pipe(
    base64,
    v.transform((value) => {
      try {
        return bytesOf(value);
      } catch (error) {
        throw refusal(reasonOf(error));
      }
    }),
  );
}

/** A `file:` URI in its normal form. Whether it fits this machine is checked where it is used. */
export const pathUri: Schema<PathUri> = v.pipe(
  v.string(wrongType("path URI string")),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return parsePathUri(dataset.value);
    } catch (error) {
      addIssue({ message: reasonOf(error) });
      return NEVER;
    }
  }),
);

/** Anything; the place that uses it decides. */
export const anything: Schema<unknown> = v.unknown();

/** No parameters: absent, null or an empty object. */
export const nothing: Schema<Record<string, never>> = v.pipe(
  v.unknown(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const { value } = dataset;
    if (value === undefined || value === null) return {};
    if (isRecord(value) && Object.keys(value).length === 0) return {};
    addIssue({ message: `invalid type: ${found(value)}, expected unit` });
    return NEVER;
  }),
);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrongType(expected: string): (issue: { input: unknown }) => string {
  return ({ input }) => `invalid type: ${found(input)}, expected ${expected}`;
}

/** Names what was found instead, without repeating more than a little of it. */
function found(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "sequence";
  if (typeof value === "object") return "map";
  if (typeof value === "string") return `string ${JSON.stringify(clip(value))}`;
  if (typeof value === "boolean") return `boolean \`${value}\``;
  return Number.isInteger(value) ? `integer \`${value}\`` : `floating point \`${value}\``;
}

function clip(value: string): string {
  return value.length > 80 ? `${value.slice(0, 80)}…` : value;
}

function reasonOf(error: unknown): string {
  if (error instanceof RpcError || error instanceof PathUriError) return error.message;
  throw error;
}
