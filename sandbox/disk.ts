/** A disk as one plan sees it: links followed one by one, every path looked at once. @module */

import {
  type DirectoryItem,
  DiskRefusal,
  type DiskView,
  type Link,
  type Place,
} from "./disk_view.ts";

/** What a look at one path finds, without following a link there. */
export type Look =
  | { readonly kind: "directory" | "file" | "missing" }
  /** What is written in it. */
  | { readonly kind: "link"; readonly target: string }
  /** What this program cannot reach, a program that it starts cannot reach either. */
  | { readonly kind: "unreachable" };

/** Reads a disk, at once and without waiting for anybody. */
export interface DiskReader {
  /**
   * Looks at a path. What stands for nothing is missing.
   * @throws {DiskRefusal} when it cannot be told what is there
   */
  readonly look: (path: string) => Look;
  /** What is in a directory, as a view tells it. */
  readonly entries: (directory: string) => readonly DirectoryItem[] | undefined;
  /**
   * The beginning of a small regular file, undefined for everything else. Commands in the sandbox
   * may put a pipe in its place at any time.
   */
  readonly text: (file: string) => string | undefined;
  /**
   * Whether a command, run by the user of this program, could make something in a directory, if need
   * be after it has changed the directory's mode. When absent, it always could.
   */
  readonly canMakeIn?: (directory: string) => boolean;
}

/** As many as Linux follows. */
const MOST_LINKS = 40;

/** A view for one plan; what it has seen once, it does not look at again. */
export class Disk implements DiskView {
  readonly #reader: DiskReader;
  readonly #looks = new Map<string, Look>();

  /** Has seen nothing yet. */
  constructor(reader: DiskReader) {
    this.#reader = reader;
  }

  place(path: string): Place {
    const links: Link[] = [];
    let rest = components(path);
    let real = "";
    while (rest.length > 0) {
      const [name = "", ...after] = rest;
      rest = after;
      if (name === "..") {
        real = parentOf(real);
        continue;
      }
      const here = `${real}/${name}`;
      const look = this.#look(here);
      if (look.kind === "link") {
        if (links.push({ path: here, target: look.target }) > MOST_LINKS) {
          throw new DiskRefusal(`Too many levels of symbolic links at "${path}"`);
        }
        rest = [...components(look.target), ...rest];
        if (look.target.startsWith("/")) real = "";
        continue;
      }
      const isBlocked = look.kind === "file" && rest.length > 0;
      if (look.kind === "unreachable" || look.kind === "missing" || isBlocked) {
        if (rest.includes("..")) throw new DiskRefusal(`"${here}" is no directory`);
        const canBeMade = look.kind !== "unreachable" && this.#canMakeIn(real || "/");
        const firstMissing = canBeMade ? here : undefined;
        return { real: [here, ...rest].join("/"), kind: "missing", firstMissing, isBlocked, links };
      }
      real = here;
    }
    if (real === "") return { real: "/", kind: "directory", firstMissing: undefined, links };
    const kind = this.#look(real).kind === "directory" ? "directory" : "file";
    return { real, kind, firstMissing: undefined, links };
  }

  entries(directory: string): readonly DirectoryItem[] | undefined {
    return this.#reader.entries(directory);
  }

  text(file: string): string | undefined {
    return this.#reader.text(file);
  }

  #canMakeIn(directory: string): boolean {
    return this.#reader.canMakeIn?.(directory) ?? true;
  }

  #look(path: string): Look {
    let look = this.#looks.get(path);
    if (look === undefined) this.#looks.set(path, look = this.#reader.look(path));
    return look;
  }
}

function components(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
