/** The values that a profile is given beside its text, so that no value is ever read as a rule. @module */

import { constant, type Expression } from "./expression.ts";

/** Collects values and names them; the same value has one name. */
export class Parameters {
  readonly #names = new Map<string, string>();

  /** The expression for a value, such as a path or a regular expression. */
  of(value: string): Expression {
    let name = this.#names.get(value);
    if (name === undefined) this.#names.set(value, name = `V${this.#names.size}`);
    return ["param", constant(name)];
  }

  /** Values by name. */
  values(): ReadonlyMap<string, string> {
    return new Map(Array.from(this.#names, ([value, name]) => [name, value]));
  }
}
