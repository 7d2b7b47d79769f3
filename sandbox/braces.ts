/** Alternatives in a pattern: `a{b,c}` becomes `ab` and `ac`. @module */

/** More alternatives are not what somebody has written by hand. */
const MOST_ALTERNATIVES = 256;

/** Deeper ones neither. */
const MOST_DEPTH = 16;

/**
 * Every text that a pattern with `{a,b}` stands for. Braces that do not close, and those in `[…]`
 * or after `\`, are characters like others.
 * @returns undefined when they are too many
 */
export function expandBraces(pattern: string, depth = 0): readonly string[] | undefined {
  const group = firstGroup(pattern);
  if (group === undefined) return [pattern];
  if (depth === MOST_DEPTH) return undefined;
  const rest = expandBraces(pattern.slice(group.end + 1), depth + 1);
  if (rest === undefined) return undefined;
  const head = pattern.slice(0, group.begin);
  const expanded: string[] = [];
  for (const choice of group.choices) {
    const inner = expandBraces(choice, depth + 1);
    if (inner === undefined) return undefined;
    if (expanded.length + inner.length * rest.length > MOST_ALTERNATIVES) return undefined;
    for (const middle of inner) for (const tail of rest) expanded.push(head + middle + tail);
  }
  return expanded;
}

interface Group {
  readonly begin: number;
  readonly end: number;
  readonly choices: readonly string[];
}

function firstGroup(pattern: string): Group | undefined {
  let begin = -1;
  let depth = 0;
  let from = 0;
  let choices: string[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const sign = pattern.charAt(at);
    if (sign === "\\") at += 1;
    else if (sign === "[") at = endOfSet(pattern, at) ?? at;
    else if (sign === "{") {
      if (depth === 0) [begin, from, choices] = [at, at + 1, []];
      depth += 1;
    } else if (depth > 0 && (sign === "}" || (sign === "," && depth === 1))) {
      if (sign === "}") depth -= 1;
      if (depth === 0 || sign === ",") {
        choices.push(pattern.slice(from, at));
        from = at + 1;
      }
      if (depth === 0) return { begin, end: at, choices };
    }
  }
  return undefined;
}

/** Where the set that begins at a `[` has its `]`; undefined when it has none in this name. */
export function endOfSet(pattern: string, begin: number): number | undefined {
  let at = begin + 1;
  if (pattern.charAt(at) === "!" || pattern.charAt(at) === "^") at += 1;
  // A bracket in the first place belongs to the set.
  const end = pattern.indexOf("]", at + 1);
  const slash = pattern.indexOf("/", begin);
  return end < 0 || (slash >= 0 && slash < end) ? undefined : end;
}
