/** Volatile values in recordings: put real ones in, learn new ones from what arrives. @module */

const anyPlaceholder = /<[A-Z][A-Z_0-9]*>/g;

/** What may stand for a placeholder that is not bound yet. */
const forms: Readonly<Record<string, string>> = {
  "<SESSION_ID>": "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
  "<PEER_PORT>": "[0-9]{1,5}",
};

/** The values of one replay. */
export class Placeholders {
  readonly #values: Map<string, string>;

  /** Starts with what is known before the first message.
   * @param known placeholder, with its angle brackets, to value */
  constructor(known: Readonly<Record<string, string>>) {
    this.#values = new Map(Object.entries(known));
  }

  /** `value` with every known placeholder replaced in all its strings.
   * @throws {Error} when a placeholder is not known */
  fill<T>(value: T): T {
    // Placeholders stand inside JSON strings, and no value holds a quote or a backslash.
    return JSON.parse(this.fillText(JSON.stringify(value)));
  }

  /** `text` with every known placeholder replaced. */
  fillText(text: string): string {
    return text.replaceAll(anyPlaceholder, (name) => {
      const value = this.#values.get(name);
      if (value === undefined) throw new Error(`${name} is not known`);
      return value;
    });
  }

  /** Matches the beginning of a text; a placeholder seen for the first time takes the value found.
   * @returns whether `actual` starts with `recorded` */
  matchStart(recorded: string, actual: string): boolean {
    const names: string[] = [];
    let pattern = "^";
    let end = 0;
    for (const match of recorded.matchAll(anyPlaceholder)) {
      pattern += RegExp.escape(recorded.slice(end, match.index)) + this.#patternOf(match[0], names);
      end = match.index + match[0].length;
    }
    pattern += RegExp.escape(recorded.slice(end));
    const found = new RegExp(pattern).exec(actual);
    if (found === null) return false;
    names.forEach((name, index) => this.#values.set(name, found[index + 1] ?? ""));
    return true;
  }

  #patternOf(name: string, names: string[]): string {
    const value = this.#values.get(name);
    if (value !== undefined) return RegExp.escape(value);
    names.push(name);
    return `(${forms[name] ?? ".+?"})`;
  }
}
