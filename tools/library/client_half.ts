/** What of the shared sources the client's half of a conversation needs, for a small package. @module */

/** Members of a row that only a server, or the generated page, looks at. */
const ABOUT_REQUESTS = [
  "params",
  "paramsType",
  "resultType",
  "phase",
  "lane",
  "family",
  "ordering",
  "errors",
  "since",
  "summary",
];
const ABOUT_NOTIFICATIONS = ["paramsType", "since", "summary"];

/** Where what nobody uses is taken away: decoders are made by calls, which no bundler leaves out. */
const DECODERS = /^protocol\/(?:methods\/\w+|schema)\.ts$/;

/**
 * The sources without what the client does not use: they mean the same to a client. A text that
 * looks otherwise than expected stays as it is, and shows in the size of the package.
 * @param sources by path, relative to the project
 */
export function clientHalf(sources: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const half = new Map([...sources].map(([path, source]) => [path, withoutFacts(path, source)]));
  while (removeUnused(half));
  return half;
}

function withoutFacts(path: string, source: string): string {
  if (path === "protocol/errors.ts") return source.replace(/when:\s*"[^"]*",?/g, 'when: "",');
  if (!path.startsWith("protocol/methods/")) return source;
  return source
    .replace(/^ {2}"[^"]+": fsRow\(\{\n[^]*?^ {2}\}\),$/gm, withoutRequestFacts)
    .replace(/^ {2}"[^"]+": \{\n[^]*?^ {2}\},$/gm, (row) => {
      return row.includes("direction:")
        ? withoutMembers(row, ABOUT_NOTIFICATIONS)
        : withoutRequestFacts(row);
    });
}

function withoutRequestFacts(row: string): string {
  return withoutMembers(row, ABOUT_REQUESTS).replace("fsRow({", "{").replace(
    /^ {2}\}\),$/m,
    "  },",
  );
}

/** Takes members of the row away, whose values may go on in the next lines. */
function withoutMembers(row: string, names: readonly string[]): string {
  const begin = `^ {4}(?:${names.join("|")})(?::| *,)[^\\n]*\\n`;
  const rest = "(?: {6,}[^\\n]*\\n| {4}[\\])}][^\\n]*\\n)*";
  return row.replace(new RegExp(begin + rest, "gm"), "");
}

/** A constant at the top of a file, as the formatter leaves it. */
const CONSTANT = /^(?:export )?const (\w+)\b(?:[^\n]*;\n|[^]*?\n[\])}]+;\n)/gm;
const IMPORT = /^import [^]*?from "[^"]+";\n/gm;

/** Takes constants away that nobody uses. Returns whether there were any. */
function removeUnused(sources: Map<string, string>): boolean {
  const usedWords = new Map([...sources].map(([path, source]) => [path, wordsUsed(source)]));
  let hasRemoved = false;
  for (const [path, source] of sources) {
    if (!DECODERS.test(path)) continue;
    const kept = source.replace(CONSTANT, (statement, name) => {
      const own = wordsUsed(statement).get(name) ?? 0;
      const isUsed = [...usedWords].some(([user, words]) => {
        const count = words.get(name) ?? 0;
        return user === path ? count > own : count > 0 && importsName(sources.get(user), name);
      });
      return isUsed ? statement : "";
    });
    hasRemoved ||= kept !== source;
    sources.set(path, kept);
  }
  return hasRemoved;
}

/** How often each word stands for a value: not in what is said about it, nor as a member's name. */
function wordsUsed(source: string): ReadonlyMap<string, number> {
  const words = new Map<string, number>();
  const plain = source.replace(IMPORT, renamed).replace(/\/\*[^]*?\*\/|\/\/.*|"[^"\n]*"/g, "");
  for (const [word] of plain.matchAll(/(?<!\w|(?<!\.\.)\.)\w+\b(?!\??:)/g)) {
    words.set(word, (words.get(word) ?? 0) + 1);
  }
  return words;
}

function importsName(source: string | undefined, name: string): boolean {
  const statements = source?.match(IMPORT) ?? [];
  return statements.some((statement) => new RegExp(`\\b${name}\\b`).test(statement));
}

/** To import something is not to use it, unless it goes by another name from there on. */
function renamed(statement: string): string {
  return / as \w+/.test(statement) ? statement : "";
}
