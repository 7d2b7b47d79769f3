/** What `doctor` finds, and how it is printed. @module */

/** How good it is: `missing` keeps something from working, `warn` does not. */
export type CheckState = "ok" | "warn" | "missing";

/** One finding. */
export interface Check {
  /** What was looked at; stable, for programs. */
  readonly name: string;
  /** How good it is. */
  readonly state: CheckState;
  /** What was found. */
  readonly text: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** All is well. */
export function ok(name: string, text: string): Check {
  return { name, state: "ok", text };
}

/** Something may be better. */
export function warn(name: string, text: string, remedy?: string): Check {
  return { name, state: "warn", text, ...(remedy === undefined ? {} : { remedy }) };
}

/** Something does not work. */
export function missing(name: string, text: string, remedy: string): Check {
  return { name, state: "missing", text, remedy };
}

/** One line each. */
export function checkLines(checks: readonly Check[]): string[] {
  const width = Math.max(0, ...checks.map(({ name }) => name.length));
  return checks.map(({ name, state, text, remedy }) => {
    const advice = remedy === undefined ? "" : `; ${remedy}`;
    return `${state.padEnd("missing".length)}  ${name.padEnd(width)}  ${text}${advice}`;
  });
}
