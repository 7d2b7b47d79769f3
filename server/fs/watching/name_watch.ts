/** Watches single names in several directories, such as the way to a path. @module */

import type { NativePath } from "../file_system.ts";
import type { Registration, Watcher, WatchEvent } from "./watcher.ts";

/** Which names in which directories. */
export type WatchedNames = ReadonlyMap<NativePath, ReadonlySet<string>>;

/** Told of an event of one of the names, or of a directory itself; undefined: events were lost. */
export type NameListener = (event: WatchEvent | undefined) => void;

/** The watched directories. */
export class NameWatch {
  readonly #watcher: Watcher;
  readonly #listener: NameListener;
  readonly #registrations: Registration[] = [];
  #isClosed = false;

  constructor(watcher: Watcher, listener: NameListener) {
    this.#watcher = watcher;
    this.#listener = listener;
  }

  /** Begins to watch names. @throws {FileFault} when the directory cannot be watched */
  async watchNames(directory: NativePath, names: ReadonlySet<string>): Promise<void> {
    await this.#add(directory, "names", (event) => {
      if (event === undefined || event.name === "" || names.has(event.name)) this.#listener(event);
    });
  }

  /** Begins to watch a file or directory itself. @throws {FileFault} when it cannot be watched */
  async watchItself(path: NativePath): Promise<void> {
    await this.#add(path, "file", (event) => {
      if (event === undefined || event.name === "") this.#listener(event);
    });
  }

  /** Tells nothing more. */
  close(): void {
    this.#isClosed = true;
    for (const registration of this.#registrations.splice(0)) registration.close();
  }

  async #add(path: NativePath, scope: "names" | "file", tell: NameListener): Promise<void> {
    if (this.#isClosed) return;
    const listener = { event: tell, overflow: () => tell(undefined) };
    const registration = await this.#watcher.watch(path, { scope, listener });
    // It may have been closed meanwhile.
    if (this.#isClosed) registration.close();
    else this.#registrations.push(registration);
  }
}

/** The directories above a path, from the root down, each with the name that leads on. */
export function wayTo(path: NativePath): readonly (readonly [NativePath, string])[] {
  let directory = "";
  return path.split("/").filter((name) => name !== "").map((name) => {
    const above = directory === "" ? "/" : directory;
    directory += `/${name}`;
    return [above, name] as const;
  });
}
