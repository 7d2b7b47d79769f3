/** A file system during whose calls a test does something. @module */

import type { FileSystem } from "../../server/fs/file_system.ts";

/** Does something before each call of a file system.
 * @param before is told the method's name */
export function hookedFiles(files: FileSystem, before: (method: string) => unknown): FileSystem {
  return new Proxy(files, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return async (...args: readonly unknown[]) => {
        await before(String(name));
        return await Reflect.apply(member, target, args);
      };
    },
  });
}
