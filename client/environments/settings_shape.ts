/** Whether settings have the types they should have, which plain JavaScript does not check. @module */

interface Kind {
  readonly words: string;
  readonly isRight: (value: unknown) => boolean;
}

const text: Kind = { words: "a string", isRight: isText };
const texts: Kind = {
  words: "an array of strings",
  isRight: (value) => Array.isArray(value) && value.every(isText),
};
const named: Kind = {
  words: "an object of strings",
  isRight: (value) => isRecord(value) && Object.values(value).every(isText),
};
const duration: Kind = {
  words: "a number from 0 on",
  isRight: (value) => typeof value === "number" && value >= 0,
};

const kinds: Readonly<Record<string, Kind>> = {
  url: text,
  program: text,
  args: texts,
  env: named,
  cwd: text,
  bearerToken: text,
  headers: named,
  connectTimeoutMs: duration,
  initializeTimeoutMs: duration,
  requiredSkills: texts,
};

/** The first member that is of a wrong type, as a complaint; members may be left out. */
export function shapeComplaint(id: string, settings: unknown): string | undefined {
  const named = `environment \`${id}\``;
  if (!isRecord(settings)) return `${named} must be an object`;
  for (const [name, { words, isRight }] of Object.entries(kinds)) {
    const value = settings[name];
    if (value !== undefined && !isRight(value)) return `${named} ${name} must be ${words}`;
  }
  return undefined;
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
