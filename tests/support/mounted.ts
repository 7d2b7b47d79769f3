/** Small file systems in memory, for tests of full disks and of what is mounted. @module */

let isAllowed: boolean | undefined;

/** Whether this process may mount. */
export function canMount(): boolean {
  return isAllowed ??= tryMount();
}

/** Mounts an empty file system until disposal.
 * @param point an empty directory
 * @param options of tmpfs, such as `size=1m` */
export async function mounted(point: string, options: string): Promise<AsyncDisposable> {
  await run("mount", ["-t", "tmpfs", "-o", options, "tmpfs", point]);
  return { [Symbol.asyncDispose]: () => run("umount", ["--lazy", point]) };
}

async function run(program: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(`Cannot ${program}: ${new TextDecoder().decode(stderr)}`);
}

function tryMount(): boolean {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  // In a mount namespace of its own, which ends with the command.
  const args = ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"];
  try {
    return new Deno.Command("unshare", { args, stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
