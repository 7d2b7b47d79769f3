/**
 * Checks JSON text more strictly than `JSON.parse`: duplicate keys, nesting, number of values.
 *
 * It only checks; `JSON.parse`, which is native, builds the values afterwards. Long strings are
 * skipped with `indexOf`, so a message of base64 costs a memory scan, not a loop over characters.
 * @module
 */

import { limits } from "./limits.ts";

/** Says what is wrong with a JSON text, and where. */
export class JsonTextError extends Error {
  override readonly name = "JsonTextError";
}

/** What the check noticed on its way. */
export interface JsonTextFacts {
  /** Whether the text is an object. */
  readonly isObject: boolean;
  /** The raw text of the top-level member `id`, so that large integers keep every digit. */
  readonly idText: string | undefined;
  /** The member in the text's `params` or `result` whose value begins at the place asked about. */
  readonly memberAt: MemberName | undefined;
}

/** Names a member of a member of the text. */
export interface MemberName {
  /** The outer one. */
  readonly of: "params" | "result";
  /** The inner one. */
  readonly name: string;
}

/**
 * Checks one JSON text.
 * @param place see `JsonTextFacts.memberAt`
 * @throws {JsonTextError} when it is not one value, nests deeper than `limits.maxDepth`, holds more
 * than `limits.maxValues` values, repeats a key, or escapes half a surrogate pair
 */
export function checkJsonText(text: string, place = -1): JsonTextFacts {
  return new Scanner(text, place).run();
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

// A small object is searched faster than hashed.
const LINEAR_KEYS = 8;

class Scanner {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #values = 0;
  /** Next places of the two signs that matter in strings; looked for once each, however long. */
  #nextBackslash = -1;
  #nextQuote = -1;
  #idText: string | undefined;
  readonly #place: number;
  #outerKey = "";
  #memberAt: MemberName | undefined;
  readonly #mayBreakPairs: boolean;

  constructor(text: string, place: number) {
    this.#text = text;
    this.#place = place;
    this.#mayBreakPairs = /\\u[dD][89a-fA-F]/.test(text);
  }

  run(): JsonTextFacts {
    const first = this.#skipSpace();
    this.#value(first);
    const after = this.#skipSpace();
    if (!Number.isNaN(after)) this.#fail("trailing characters", this.#at + 1);
    return { isObject: first === OPEN_OBJECT, idText: this.#idText, memberAt: this.#memberAt };
  }

  /** Moves to the next character that is not white space; NaN at the end of the text. */
  #skipSpace(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      this.#at++;
    }
  }

  #value(code: number): void {
    if (++this.#values > limits.maxValues) {
      throw new JsonTextError(
        `JSON-RPC message exceeds the limit of ${limits.maxValues} JSON values`,
      );
    }
    if (code === QUOTE) return void this.#string();
    if (code === OPEN_OBJECT) return this.#object();
    if (code === OPEN_LIST) return this.#list();
    if (Number.isNaN(code)) this.#fail("EOF while parsing a value", this.#at);
    this.#scalar();
  }

  #scalar(): void {
    SCALAR.lastIndex = this.#at;
    const found = SCALAR.exec(this.#text);
    if (found === null) this.#fail("expected value", this.#at + 1);
    this.#at = SCALAR.lastIndex;
  }

  /** Skips a string and returns whether it holds an escape. */
  #string(): boolean {
    const start = this.#at;
    let from = start + 1;
    let escaped = false;
    for (;;) {
      if (this.#nextQuote < from) this.#nextQuote = this.#find('"', from);
      if (this.#nextBackslash < from) this.#nextBackslash = this.#find("\\", from);
      if (this.#nextQuote === Infinity) {
        this.#fail("EOF while parsing a string", this.#text.length);
      }
      if (this.#nextBackslash > this.#nextQuote) {
        this.#at = this.#nextQuote + 1;
        if (escaped && this.#mayBreakPairs) this.#requireWholePairs(start);
        return escaped;
      }
      escaped = true;
      from = this.#nextBackslash + 2;
    }
  }

  #find(sign: string, from: number): number {
    const found = this.#text.indexOf(sign, from);
    return found < 0 ? Infinity : found;
  }

  #requireWholePairs(start: number): void {
    if (!String(this.#parse(this.#text.slice(start, this.#at))).isWellFormed()) {
      this.#fail("lone leading surrogate in hex escape", this.#at);
    }
  }

  #key(): string {
    const start = this.#at;
    const escaped = this.#string();
    const raw = this.#text.slice(start + 1, this.#at - 1);
    return escaped ? String(this.#parse(`"${raw}"`)) : raw;
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      return this.#fail("invalid escape", this.#at);
    }
  }

  #enter(): void {
    if (++this.#depth > limits.maxDepth) this.#fail("recursion limit exceeded", this.#at + 1);
    this.#at++;
  }

  #leave(): void {
    this.#depth--;
    this.#at++;
  }

  #list(): void {
    this.#enter();
    let code = this.#skipSpace();
    if (code === CLOSE_LIST) return this.#leave();
    for (;;) {
      this.#value(code);
      code = this.#skipSpace();
      if (code === CLOSE_LIST) return this.#leave();
      if (Number.isNaN(code)) this.#fail("EOF while parsing a list", this.#at);
      if (code !== COMMA) this.#fail("expected `,` or `]`", this.#at + 1);
      this.#at++;
      code = this.#skipSpace();
      if (code === CLOSE_LIST) this.#fail("trailing comma", this.#at + 1);
    }
  }

  #object(): void {
    this.#enter();
    const keys: string[] = [];
    let keySet: Set<string> | undefined;
    let code = this.#skipSpace();
    if (code === CLOSE_OBJECT) return this.#leave();
    for (;;) {
      if (Number.isNaN(code)) this.#fail("EOF while parsing an object", this.#at);
      if (code !== QUOTE) this.#fail("key must be a string", this.#at + 1);
      const key = this.#key();
      if (keySet === undefined ? keys.includes(key) : keySet.has(key)) {
        this.#fail(`duplicate JSON object key \`${key.slice(0, 80)}\``, this.#at);
      }
      if (keySet !== undefined) keySet.add(key);
      else if (keys.push(key) > LINEAR_KEYS) keySet = new Set(keys);
      this.#member(key);
      code = this.#skipSpace();
      if (code === CLOSE_OBJECT) return this.#leave();
      if (Number.isNaN(code)) this.#fail("EOF while parsing an object", this.#at);
      if (code !== COMMA) this.#fail("expected `,` or `}`", this.#at + 1);
      this.#at++;
      code = this.#skipSpace();
      if (code === CLOSE_OBJECT) this.#fail("trailing comma", this.#at + 1);
    }
  }

  #member(key: string): void {
    const colon = this.#skipSpace();
    if (Number.isNaN(colon)) this.#fail("EOF while parsing an object", this.#at);
    if (colon !== COLON) this.#fail("expected `:`", this.#at + 1);
    this.#at++;
    const code = this.#skipSpace();
    const start = this.#at;
    if (this.#depth === 1) this.#outerKey = key;
    if (start === this.#place) this.#noteMember(key);
    this.#value(code);
    if (this.#depth === 1 && key === "id") this.#idText = this.#text.slice(start, this.#at);
  }

  #noteMember(name: string): void {
    const of = this.#outerKey;
    if (this.#depth === 2 && (of === "params" || of === "result")) this.#memberAt = { of, name };
  }

  /** Throws with line and column, counted like the reference: characters read so far. */
  #fail(reason: string, read: number): never {
    const before = this.#text.slice(0, read);
    const line = before.split("\n").length;
    const column = read - (before.lastIndexOf("\n") + 1);
    throw new JsonTextError(`${reason} at line ${line} column ${column}`);
  }
}

const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
