/**
 * Judges by a profile of macOS, for the part of the language that this project writes.
 *
 * How the kernel orders rules is nowhere written down, and this is not the kernel: each order that
 * has been seen or told of is one of `orders`, and what is to hold has to hold in all of them.
 * @module
 */

import type { SeatbeltProfile } from "../../../sandbox/seatbelt/profile.ts";

/** Ways in which rules may come before others. */
export const orders = ["last", "mostSpecific", "lastWithFilter"] as const;

/** One of them. */
export type Order = typeof orders[number];

/** Something that a program tries. */
export interface Attempt {
  readonly operation: string;
  /** What it is done to. */
  readonly path?: string;
  /** Whether something is there. */
  readonly exists?: boolean;
  readonly isDevice?: boolean;
  /** An address such as `localhost:80`, to connect to. */
  readonly remote?: string;
  /** One to listen on. */
  readonly local?: string;
}

/** A list in brackets, a word, or a text with its quotes. */
export type Node = string | readonly Node[];

interface Rule {
  readonly isAllowed: boolean;
  readonly operations: readonly string[];
  readonly filters: readonly Node[];
}

/** A profile that was read. */
export class Judge {
  readonly #rules: readonly Rule[];
  readonly #parameters: ReadonlyMap<string, string>;
  readonly #expressions = new Map<string, RegExp>();

  constructor({ text, parameters }: SeatbeltProfile) {
    this.#parameters = parameters;
    this.#rules = parsed(text).flatMap((node) => {
      if (typeof node === "string") throw new SyntaxError(`A rule is no list: ${node}`);
      const [action, ...rest] = node;
      if (action === "version") return [];
      if (action !== "allow" && action !== "deny") throw new SyntaxError(`No rule: ${action}`);
      const operations = rest.filter((item) => typeof item === "string");
      return [{
        isAllowed: action === "allow",
        operations,
        filters: rest.slice(operations.length),
      }];
    });
  }

  /** Whether it may be done. */
  allows(attempt: Attempt, order: Order): boolean {
    const found = this.#rules.filter((rule) =>
      rule.operations.some((operation) => covers(operation, attempt.operation)) &&
      (rule.filters.length === 0 || rule.filters.some((filter) => this.#holds(filter, attempt)))
    );
    const last = (rules: readonly Rule[]) => rules.at(-1)?.isAllowed;
    const general = found.filter(({ operations }) => operations[0] === "default");
    const others = found.filter((rule) => !general.includes(rule));
    if (order === "last") return last(others) ?? last(general) ?? false;
    const isFirst = order === "mostSpecific"
      ? ({ operations }: Rule) => operations.includes(attempt.operation)
      : ({ filters }: Rule) => filters.length > 0;
    return last(others.filter(isFirst)) ?? last(others) ?? last(general) ?? false;
  }

  #holds(filter: Node, attempt: Attempt): boolean {
    if (typeof filter === "string") throw new SyntaxError(`A filter is no list: ${filter}`);
    const [name, ...rest] = filter;
    const { path, exists = true } = attempt;
    switch (name) {
      case "require-all":
        return rest.every((inner) => this.#holds(inner, attempt));
      case "require-any":
        return rest.some((inner) => this.#holds(inner, attempt));
      case "require-not":
        return rest.length === 1 && !rest.some((inner) => this.#holds(inner, attempt));
      case "literal":
        return path === this.#text(rest[0]);
      case "subpath": {
        const top = this.#text(rest[0]);
        if (path === undefined) return false;
        // What does not exist yet is not matched by the path that it will have.
        return (path === top && exists) || path.startsWith(top === "/" ? top : `${top}/`);
      }
      case "regex":
        return path !== undefined && this.#expression(this.#text(rest[0])).test(bytesOf(path));
      case "vnode-type":
        return rest[0] === "CHARACTER-DEVICE" && attempt.isDevice === true;
      case "remote":
      case "local":
        return this.#isPeer(rest, attempt[name], attempt);
      default:
        // About neither files nor addresses.
        return false;
    }
  }

  #isPeer([kind, ...rest]: readonly Node[], address: string | undefined, attempt: Attempt) {
    if (kind === "unix-socket") {
      if (address !== undefined || attempt.path === undefined) return false;
      return rest.every((inner) => this.#holds(inner, attempt));
    }
    const [wantedHost, wantedPort] = this.#text(rest[0]).split(":");
    const [host, port] = address?.split(":") ?? [];
    return address !== undefined && (wantedHost === "*" || wantedHost === host) &&
      (wantedPort === "*" || wantedPort === port);
  }

  #text(node: Node | undefined): string {
    if (typeof node === "string" && node.startsWith('"')) return node.slice(1, -1);
    const name = typeof node === "string" ? undefined : node?.[1];
    const value = name === undefined ? undefined : this.#parameters.get(this.#text(name));
    if (value === undefined) throw new SyntaxError(`No text: ${JSON.stringify(node)}`);
    return value;
  }

  #expression(text: string): RegExp {
    let expression = this.#expressions.get(text);
    // Of bytes, for that is what such expressions seem to be matched with.
    if (expression === undefined) expression = new RegExp(bytesOf(text));
    this.#expressions.set(text, expression);
    return expression;
  }
}

function covers(wanted: string, operation: string): boolean {
  if (wanted === "default" || wanted === operation) return true;
  return wanted.endsWith("*") && operation.startsWith(wanted.slice(0, -1));
}

/** A text with a character for each byte. */
function bytesOf(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

/** Reads what is in brackets. */
export function parsed(text: string): readonly Node[] {
  const stack: Node[][] = [[]];
  for (const [token] of text.matchAll(/[()]|"[^"\\]*"|[^\s()"]+|\S/g)) {
    const list = stack.at(-1);
    if (list === undefined) throw new SyntaxError("Too many brackets close");
    if (token === "(") stack.push([]);
    else if (token === ")") {
      const outer = stack.at(-2);
      if (outer === undefined) throw new SyntaxError("Too many brackets close");
      outer.push(stack.pop() ?? []);
    } else if (token === '"') {
      throw new SyntaxError("A text does not end, or has signs to be escaped");
    } else list.push(token);
  }
  const [whole, ...open] = stack;
  if (whole === undefined || open.length > 0) throw new SyntaxError("A bracket does not close");
  return whole;
}
