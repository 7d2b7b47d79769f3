/** Where the statements of a TOML document begin and end: for duplicate keys, and for small edits. @module */

/** A header or a pair. Positions count UTF-16 units of the document. */
export interface TomlStatement {
  /** `[table]`, `[[array]]`, or `key = value`. */
  readonly kind: "table" | "array" | "pair";
  /** The name or key, without quotes and blanks. */
  readonly name: string;
  /** Where its first line begins. */
  readonly start: number;
  /** Where the line after it begins. */
  readonly end: number;
  /** Where the value of a pair begins, and ends. */
  readonly value: { readonly start: number; readonly end: number };
}

/** The statements of a document that is known to be valid. */
export function tomlStatements(document: string): TomlStatement[] {
  const found: TomlStatement[] = [];
  for (let at = 0; at < document.length;) {
    const lineEnd = endOfLine(document, at);
    const [, blanks = "", sign] = /^([ \t]*)([^\r\n]?)/.exec(document.slice(at, lineEnd)) ?? [];
    if (sign === "" || sign === "#") {
      at = lineEnd;
      continue;
    }
    const statement = sign === "["
      ? header(document, at, lineEnd)
      : pair(document, at, at + blanks.length);
    found.push(statement);
    at = statement.end;
  }
  return found;
}

/** A key that one table gives twice, if there is any. */
export function duplicateKey(statements: readonly TomlStatement[]): string | undefined {
  let keys = new Set<string>();
  const tables = new Set<string>();
  for (const { kind, name } of statements) {
    if (kind === "pair") {
      if (keys.has(name)) return name;
      keys.add(name);
      continue;
    }
    keys = new Set();
    if (kind === "table" && tables.has(name)) return name;
    if (kind === "table") tables.add(name);
    // What is below an array's table may come again in the next one.
    else tables.forEach((other) => other.startsWith(`${name}.`) && tables.delete(other));
  }
  return undefined;
}

function header(document: string, start: number, end: number): TomlStatement {
  const line = document.slice(start, end).trim();
  const isArray = line.startsWith("[[");
  const inner = line.slice(isArray ? 2 : 1, line.indexOf("]"));
  const value = { start: end, end };
  return { kind: isArray ? "array" : "table", name: plainKey(inner), start, end, value };
}

function pair(document: string, start: number, keyStart: number): TomlStatement {
  const equals = endOf(document, keyStart, (sign) => sign === "=");
  const valueStart = equals + 1 + (/^[ \t]*/.exec(document.slice(equals + 1))?.[0].length ?? 0);
  let depth = 0;
  const stop = endOf(document, valueStart, (sign) => {
    if (sign === "[" || sign === "{") depth++;
    if (sign === "]" || sign === "}") depth--;
    return depth === 0 && (sign === "\n" || sign === "#");
  });
  const value = document.slice(valueStart, stop).trimEnd();
  return {
    kind: "pair",
    name: plainKey(document.slice(keyStart, equals)),
    start,
    end: endOfLine(document, stop),
    value: { start: valueStart, end: valueStart + value.length },
  };
}

// A string of one of the four kinds, or a comment; each is passed over as a whole.
const OPAQUE = /"""(?:\\.|[^\\])*?"{3,5}|'''.*?'{3,5}|"(?:\\.|[^"\\])*"|'[^']*'|#[^\n]*/sy;

/** The first sign outside of strings and comments that `isEnd` wants, or the end of the document. */
function endOf(document: string, start: number, isEnd: (sign: string) => boolean): number {
  for (let at = start; at < document.length;) {
    const sign = document.charAt(at);
    if (isEnd(sign)) return at;
    OPAQUE.lastIndex = at;
    at += OPAQUE.exec(document)?.[0].length ?? 1;
  }
  return document.length;
}

function endOfLine(document: string, at: number): number {
  const newline = document.indexOf("\n", at);
  return newline < 0 ? document.length : newline + 1;
}

function plainKey(key: string): string {
  const parts = key.match(/"(?:\\.|[^"\\])*"|'[^']*'|[^.\s]+/g) ?? [];
  return parts.map((part) => part.replace(/^(["'])(.*)\1$/s, "$2")).join(".");
}
