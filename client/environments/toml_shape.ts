/** Decodes values of a TOML document strictly, with complaints in the words of the reference. @module */

/** A value is not of the wanted shape. */
export class ShapeFault extends Error {
  override readonly name = "ShapeFault";
  /** Where it is, such as `environments.url`; empty at the top. */
  readonly place: string;

  /** Made by the shapes; `message` says what is wrong. */
  constructor(message: string, place: string) {
    super(message);
    this.place = place;
  }
}

/** Decodes a value that stands at a place. */
export type Shape<T> = (value: unknown, place: string) => T;

/** The members of a table that may be left out. */
export type Members<T> = { readonly [K in keyof T]: Shape<T[K]> };

// Seconds that a duration of the reference can hold.
const MOST_SECONDS = 2 ** 64;

/** A text. */
export function text(value: unknown, place: string): string {
  if (typeof value === "string") return value;
  throw wrongType(value, "a string", place);
}

/** A text whose value no complaint repeats. */
export function secret(value: unknown, place: string): string {
  if (typeof value === "string") return value;
  throw new ShapeFault(`invalid type: ${kindOf(value)}, expected a string`, place);
}

/** True or false. */
export function flag(value: unknown, place: string): boolean {
  if (typeof value === "boolean") return value;
  throw wrongType(value, "a boolean", place);
}

/** A number of seconds, as milliseconds. */
export function seconds(value: unknown, place: string): number {
  if (typeof value !== "number") throw wrongType(value, "f64", place);
  const cannot = "cannot convert float seconds to Duration: value is";
  if (value < 0) throw new ShapeFault(`${cannot} negative`, place);
  if (!(value < MOST_SECONDS)) throw new ShapeFault(`${cannot} either too big or NaN`, place);
  return value * 1000;
}

/** An array. */
export function list<T>(item: Shape<T>): Shape<T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) throw wrongType(value, "a sequence", place);
    return value.map((entry) => item(entry, place));
  };
}

/** A table with any keys. */
export function map<T>(item: Shape<T>): Shape<Record<string, T>> {
  return (value, place) => {
    if (!isTable(value)) throw wrongType(value, "a map", place);
    const pairs = Object.entries(value);
    return Object.fromEntries(pairs.map(([key, entry]) => [key, item(entry, `${place}.${key}`)]));
  };
}

/** A table with these keys only, each of which may be left out. */
export function table<T>(name: string, members: Members<T>): Shape<Partial<T>> {
  return (value, place) => {
    if (!isTable(value)) throw wrongType(value, `struct ${name}`, place);
    const found: Partial<T> = {};
    for (const [key, entry] of Object.entries(value)) {
      if (!isKeyOf(members, key)) {
        throw new ShapeFault(`unknown field \`${key}\`, expected ${choice(members)}`, place);
      }
      found[key] = members[key](entry, place === "" ? key : `${place}.${key}`);
    }
    return found;
  };
}

function isKeyOf<T extends object>(members: T, key: PropertyKey): key is keyof T {
  return Object.hasOwn(members, key);
}

function choice(members: object): string {
  const names = Object.keys(members).map((name) => `\`${name}\``);
  return names.length === 1 ? names.join() : `one of ${names.join(", ")}`;
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof Date);
}

function wrongType(value: unknown, expected: string, place: string): ShapeFault {
  return new ShapeFault(
    `invalid type: ${kindOf(value)}${shown(value)}, expected ${expected}`,
    place,
  );
}

function kindOf(value: unknown): string {
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "floating point";
  return Array.isArray(value) ? "sequence" : "map";
}

function shown(value: unknown): string {
  if (typeof value === "string") return ` ${JSON.stringify(value)}`;
  return typeof value === "object" ? "" : ` \`${value}\``;
}
