/** Says what a sandbox seems to have denied. @module */

import type { SandboxDenial } from "../client/mod.ts";
import { plainName } from "./long_listing.ts";

type Operation = NonNullable<SandboxDenial["operation"]>;

/** With a path behind it, and without. */
const deeds: Readonly<Record<Exclude<Operation, "setup">, readonly [string, string]>> = {
  read: ["reading", "reading a file"],
  write: ["writing to", "writing to a file"],
  network: ["the network, for", "using the network"],
  exec: ["executing", "executing a program"],
};

/** One line. It goes by what the command printed, so it does not claim to know. */
export function denialText({ path, operation }: SandboxDenial = {}): string {
  if (operation === "setup") {
    return "The sandbox could not be made, so nothing ran; exec-server doctor may say why";
  }
  const text = "The sandbox seems to have stopped it";
  const [withPath, alone] = operation === undefined ? [] : deeds[operation];
  if (path === undefined) return alone === undefined ? text : `${text}: ${alone}`;
  // The path is in the command's own words.
  const words = [withPath, plainName(path)].filter((word) => word !== undefined);
  return `${text}: ${words.join(" ")}`;
}
