/** A disk in which names tell what lies there, for profiles of macOS. @module */

import type { DirectoryItem, DiskView, Place } from "../../../sandbox/disk_view.ts";

/** What is on it beside what names tell. */
export interface MemoryFiles {
  /** Links by their paths. */
  readonly links?: Readonly<Record<string, string>>;
  /** Texts of files by their paths. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Names in directories. */
  readonly entries?: Readonly<Record<string, readonly string[]>>;
}

/** All are directories but what has a text, names that begin with `file`, and with `missing`. */
export function memoryDisk({ links = {}, texts = {}, entries = {} }: MemoryFiles = {}): DiskView {
  const isFile = (path: string, name: string) => name.startsWith("file") || path in texts;
  function place(path: string): Place {
    const names = path.split("/").filter((name) => name !== "");
    let real = "";
    for (const [at, name] of names.entries()) {
      if (name === "..") {
        real = real.slice(0, Math.max(0, real.lastIndexOf("/")));
        continue;
      }
      const here = `${real}/${name}`;
      const rest = names.slice(at + 1);
      const target = links[here];
      if (target !== undefined) {
        const after = place([target, ...rest].join("/"));
        return { ...after, links: [{ path: here, target }, ...after.links] };
      }
      if (name.startsWith("missing") || (isFile(here, name) && rest.length > 0)) {
        const whole = [here, ...rest].join("/");
        return { real: whole, kind: "missing", firstMissing: here, links: [] };
      }
      real = here;
    }
    const kind = isFile(real, real.slice(real.lastIndexOf("/") + 1)) ? "file" : "directory";
    return { real: real || "/", kind, firstMissing: undefined, links: [] };
  }
  return {
    place,
    entries: (directory): readonly DirectoryItem[] =>
      (entries[directory] ?? []).map((name) => ({
        name,
        isDirectory: place(`${directory}/${name}`).kind === "directory",
      })),
    text: (file) => texts[file],
  };
}
