/** Which part of the project may import which: one table, read by the lint plugin and by the architecture test. @module */

/** The sources. Whatever is not listed here (tests, bench, tools) may import anything. */
export type Area = "main.ts" | "cli" | "local" | "server" | "client" | "sandbox" | "protocol";

/** For each part of the sources, the other parts it may import. */
export const arrows: Readonly<Record<Area, readonly string[]>> = {
  "main.ts": ["cli", "protocol"],
  cli: ["local", "server", "client", "sandbox", "protocol"],
  // The one place where client and server meet.
  local: ["client", "server", "protocol"],
  server: ["protocol", "sandbox"],
  client: ["protocol"],
  sandbox: ["protocol"],
  protocol: [],
};

/** Parts that may import everything, and that nothing outside them imports. */
export const outsiders: readonly string[] = ["tests", "bench", "tools"];

/** The part of the sources that a path (relative to the project) belongs to, if any. */
export function areaOf(path: string): Area | undefined {
  const [first = ""] = path.split("/");
  return isArea(first) ? first : undefined;
}

/** Why the file at `from` must not import the file at `to` (both relative to the project), if so. */
export function forbiddenImport(from: string, to: string): string | undefined {
  const area = areaOf(from);
  const [target = ""] = to.split("/");
  if (area === undefined || area === target) return undefined;
  if (outsiders.includes(target)) return `${from} imports ${to}: no source imports ${target}/`;
  if (!isArea(target) || arrows[area].includes(target)) return undefined;
  const allowed = arrows[area].join(", ") || "nothing else";
  return `${from} imports ${to}: ${area} may import ${allowed}`;
}

function isArea(name: string): name is Area {
  return Object.hasOwn(arrows, name);
}
