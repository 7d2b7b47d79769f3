/** Patterns with the real paths of their directories, which is what the kernel compares. @module */

import type { DenyGlob } from "../deny_glob.ts";
import { DiskRefusal, type DiskView } from "../disk_view.ts";
import { SandboxRefusal } from "../refusal.ts";

/**
 * The same patterns, about where their directories really are.
 * @throws {SandboxRefusal} when one cannot be followed, or is the root, where no pattern may begin
 */
export function realGlobs(globs: readonly DenyGlob[], disk: DiskView): readonly DenyGlob[] {
  return globs.map((glob) => {
    const directory = realDirectory(glob, disk);
    return { ...glob, directory, pattern: `${directory}/${glob.names.join("/")}` };
  });
}

function realDirectory({ pattern, directory }: DenyGlob, disk: DiskView): string {
  try {
    const { real } = disk.place(directory);
    if (real !== "/") return real;
    throw new SandboxRefusal(
      "unreadablePath",
      `Cannot deny \`${pattern}\`: "${directory}" leads to "/"; begin it with a deeper directory`,
    );
  } catch (error) {
    if (!(error instanceof DiskRefusal)) throw error;
    throw new SandboxRefusal("unreadablePath", `The sandbox is refused: ${error.message}`);
  }
}
