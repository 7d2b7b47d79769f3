/** Expressions of the language that macOS profiles are written in, and how they are laid out. @module */

/** A word that is written as it is, or a list in brackets. */
export type Expression = string | readonly Expression[];

const WIDTH = 100;

/** A text constant. Only for texts of this program: what comes from elsewhere is a parameter. */
export function constant(text: string): Expression {
  return `"${text}"`;
}

/** A rule about operations; without filters it is about everything that they are done with. */
export function rule(
  action: "allow" | "deny",
  operations: readonly string[],
  filters: readonly Expression[] = [],
): Expression {
  return [action, ...operations, ...filters];
}

/** One filter that holds where all of these do. */
export function all(filters: readonly Expression[]): Expression {
  const [only, ...others] = filters;
  return only !== undefined && others.length === 0 ? only : ["require-all", ...filters];
}

/** Texts of expressions: on one line if it fits, else what is in brackets on lines of its own. */
export function printed(expression: Expression, indent = ""): string {
  const line = inline(expression);
  if (typeof expression === "string" || indent.length + line.length <= WIDTH) return indent + line;
  const wordCount = expression.findIndex((item) => typeof item !== "string");
  if (wordCount < 0) return indent + line;
  const head = expression.slice(0, wordCount).map(inline).join(" ");
  const rest = expression.slice(wordCount).map((item) => printed(item, `${indent}  `));
  return `${indent}(${head}\n${rest.join("\n")})`;
}

function inline(expression: Expression): string {
  return typeof expression === "string" ? expression : `(${expression.map(inline).join(" ")})`;
}
