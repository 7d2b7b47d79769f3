/** How control groups are looked at and changed: they are directories and small files. @module */

/** The few calls that control groups need; tests have a kernel of their own. */
export interface GroupFiles {
  /** Text of a file. @throws {Error} with the system's words */
  read(path: string): string;
  /** Writes to a file that exists. @throws {Error} with the system's words */
  write(path: string, text: string): void;
  /** Whether a file exists and may be written to; changes nothing. */
  isWritable(path: string): boolean;
  /** Whether something is there. */
  exists(path: string): boolean;
  /** Names of the groups inside. */
  groups(path: string): readonly string[];
  /** Makes a group. @throws {Error} with the system's words */
  make(path: string): void;
  /** Removes a group; false when it cannot be removed yet. One that is gone is removed. */
  remove(path: string): boolean;
  /** Tells of every change of a file, until it is closed. */
  watch(path: string): AsyncIterable<unknown> & { close(): void };
}

/** Those of this machine. */
export const groupFiles: GroupFiles = {
  read: (path) => Deno.readTextFileSync(path),
  write: (path, text) => Deno.writeTextFileSync(path, text, { create: false }),
  isWritable(path) {
    try {
      Deno.openSync(path, { write: true }).close();
      return true;
    } catch {
      return false;
    }
  },
  exists(path) {
    try {
      Deno.lstatSync(path);
      return true;
    } catch {
      return false;
    }
  },
  groups(path) {
    return [...Deno.readDirSync(path)].filter((entry) => entry.isDirectory).map(({ name }) => name);
  },
  make: (path) => Deno.mkdirSync(path),
  remove(path) {
    try {
      Deno.removeSync(path);
      return true;
    } catch (error) {
      return error instanceof Deno.errors.NotFound;
    }
  },
  watch: (path) => Deno.watchFs(path, { recursive: false }),
};
