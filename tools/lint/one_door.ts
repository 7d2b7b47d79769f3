/** Lint rule: some abilities of the platform are reached from named files only. @module */

import { isSource, isWithin, projectPath } from "./place.ts";

/** An ability, and the files it may be used in. Files outside the sources may use all of them. */
interface Door {
  /** The ability as it is written: a global, or a member of one. */
  readonly name: string;
  /** Files, or folders ending in `/`. */
  readonly allowed: readonly string[];
  /** What to do instead. */
  readonly instead: string;
}

const timers = { allowed: ["protocol/clock.ts"], instead: "take time from a Clock" };
const doors: readonly Door[] = [
  { name: "setTimeout", ...timers },
  { name: "setInterval", ...timers },
  { name: "Date.now", ...timers },
  {
    name: "Deno.Command",
    allowed: ["server/process/", "client/platform/", "cli/"],
    instead: "start programs in server/process/ or client/platform/",
  },
  {
    name: "Deno.dlopen",
    allowed: ["server/process/", "server/fs/posix/", "sandbox/"],
    instead: "call native code in server/process/, server/fs/posix/ or sandbox/",
  },
  {
    name: "console",
    allowed: ["cli/", "server/log.ts"],
    instead: "print in cli/ or write to the log",
  },
];

/** Reports abilities used outside their files, and any use of `Deno` in `protocol/`. */
export const oneDoor: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    if (!isSource(path)) return {};

    function check(node: Deno.lint.Node, name: string): void {
      const door = doors.find((candidate) => candidate.name === name);
      if (door === undefined || isWithin(path, door.allowed)) return;
      context.report({ node, message: `${name} is used in ${path}: ${door.instead}` });
    }

    return {
      CallExpression(node) {
        if (node.callee.type === "Identifier") check(node, node.callee.name);
      },
      MemberExpression(node) {
        if (node.object.type !== "Identifier" || node.property.type !== "Identifier") return;
        if (node.object.name === "globalThis") return check(node, node.property.name);
        check(node, node.object.name);
        check(node, `${node.object.name}.${node.property.name}`);
      },
      Identifier(node) {
        if (node.name !== "Deno" || !isWithin(path, ["protocol/"])) return;
        const message = `Deno is used in ${path}: protocol is pure web-standard TypeScript`;
        context.report({ node, message });
      },
    };
  },
};
