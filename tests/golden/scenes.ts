/** What was on the machine while a conversation about files was recorded. @module */
import { join } from "@std/path";
import { makeFifo } from "../support/fifo.ts";

/** Something that happens on the machine, in the server's working directory. */
export type Change = (root: string) => Promise<void>;

/** The surroundings of one recording. */
export interface Scene {
  /** Makes what was there before the first message. */
  readonly before: Change;
  /** What happened right before a line, by its number. */
  readonly changes?: Readonly<Record<number, Change>>;
}

/** Scenes by the name of their conversation. */
export const scenes: Readonly<Record<string, Scene>> = {
  "16-fs-basic": {
    before: async () => {},
    // The request of line 14 asks for it.
    changes: { 14: (root) => Deno.symlink("f.txt", join(root, "d/lnk")) },
  },
  "17-fs-errors": {
    before: async (root) => {
      await Deno.writeTextFile(join(root, "f"), "content");
      await Deno.mkdir(join(root, "d"));
      await Deno.writeTextFile(join(root, "d/inner"), "");
      await makeFifo(join(root, "ff"));
      await Deno.symlink("loop", join(root, "loop"));
      await Deno.symlink("nowhere", join(root, "dg"));
    },
  },
  "18-fs-handles": { before: writeTen },
  "19-fs-handle-limit": { before: writeTen },
  "20-fs-walk": {
    before: async (root) => {
      for (const name of [".hid/x", "a/b", "e"]) {
        await Deno.mkdir(join(root, "w", name), { recursive: true });
      }
      for (const name of ["a/f2", "f1"]) await Deno.writeTextFile(join(root, "w", name), "");
      const links = [["a", "la"], ["..", "a/up"], ["f1", "lf"], ["nowhere", "dg"]] as const;
      for (const [target, name] of links) await Deno.symlink(target, join(root, "w", name));
    },
  },
  "21-fs-watch-missing": {
    before: async (root) => {
      await Deno.mkdir(join(root, "w"));
      await Deno.writeTextFile(join(root, "w/here"), "");
    },
    changes: {
      6: (root) => Deno.writeTextFile(join(root, "w/a"), ""),
      15: (root) => Deno.writeTextFile(join(root, "w/here"), "changed"),
    },
  },
  "27-sandbox": {
    before: async (root) => {
      for (const name of ["ok", "no"]) await Deno.mkdir(join(root, name));
    },
  },
  "30-path-uri": {
    before: async (root) => {
      for (const name of ["sp ace", "ünï", "a#b%c"]) await Deno.writeTextFile(join(root, name), "");
    },
  },
};

/** Empties the working directory and makes what a conversation needs. */
export async function setScene(scene: Scene, root: string): Promise<void> {
  for await (const entry of Deno.readDir(root)) {
    await Deno.remove(join(root, entry.name), { recursive: true });
  }
  await scene.before(root);
}

async function writeTen(root: string): Promise<void> {
  await Deno.writeTextFile(join(root, "ten"), "abcdefghij");
}
