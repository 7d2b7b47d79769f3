/** File operations in two ways: by this project's methods, and by `node:fs`. @module */

import {
  chmod as nodeChmod,
  copyFile,
  lstat,
  mkdir,
  open,
  readlink,
  rename as nodeRename,
  rm,
  rmdir,
  stat,
  symlink as nodeSymlink,
  unlink,
} from "node:fs/promises";
import { join } from "@std/path";
import { chmod } from "../../server/fs/chmod.ts";
import { copy } from "../../server/fs/copy.ts";
import { createDirectory } from "../../server/fs/create_directory.ts";
import { readFile } from "../../server/fs/read_file.ts";
import { remove } from "../../server/fs/remove.ts";
import { rename } from "../../server/fs/rename.ts";
import { symlink } from "../../server/fs/symlink.ts";
import { writeFile } from "../../server/fs/write_file.ts";
import type { FileScene } from "./file_call.ts";

/** One operation; paths are relative. */
export type Operation =
  | {
    readonly kind: "write" | "atomic" | "append";
    readonly path: string;
    readonly content: string;
  }
  | { readonly kind: "mkdir" | "remove"; readonly path: string; readonly recursive: boolean }
  | { readonly kind: "rename" | "copy"; readonly path: string; readonly to: string }
  | { readonly kind: "symlink"; readonly path: string; readonly target: string }
  | { readonly kind: "chmod"; readonly path: string; readonly mode: number };

/** Does it by the methods. */
export async function apply(operation: Operation, scene: FileScene): Promise<void> {
  const { call } = scene;
  const path = scene.uri(operation.path);
  switch (operation.kind) {
    case "write":
    case "atomic": {
      const dataBase64 = new TextEncoder().encode(operation.content);
      const atomic = operation.kind === "atomic";
      return void await writeFile({ path, dataBase64, atomic }, { ...call, wantsExtensions: true });
    }
    case "append": {
      const old = (await readFile({ path }, call)).dataBase64;
      const added = new TextEncoder().encode(operation.content);
      const dataBase64 = new Uint8Array([...old, ...added]);
      return void await writeFile({ path, dataBase64 }, call);
    }
    case "mkdir":
      return void await createDirectory({ path, recursive: operation.recursive }, call);
    case "remove":
      return void await remove({ path, recursive: operation.recursive, force: false }, call);
    case "rename":
      return void await rename(
        { sourcePath: path, destinationPath: scene.uri(operation.to) },
        call,
      );
    case "copy": {
      const destinationPath = scene.uri(operation.to);
      return void await copy({ sourcePath: path, destinationPath, recursive: false }, call);
    }
    case "symlink":
      return void await symlink({ path, target: operation.target }, call);
    case "chmod":
      return void await chmod({ path, mode: operation.mode }, call);
  }
}

/** Does it by `node:fs`, below a directory. */
export async function applyToTwin(operation: Operation, root: string): Promise<void> {
  const path = join(root, operation.path);
  switch (operation.kind) {
    case "write":
    case "atomic":
      // What atomic adds cannot be seen from outside, but for hard links, which are not made here.
      return await writeTwin(path, operation.content);
    case "append":
      await requireFile(path);
      return await writeTwin(path, operation.content, "a");
    case "mkdir":
      return void await mkdir(path, { recursive: operation.recursive });
    case "remove":
      return await removeTwin(path, operation.recursive);
    case "rename":
      return await nodeRename(path, join(root, operation.to));
    case "copy":
      return await copyTwin(path, join(root, operation.to));
    case "symlink":
      return await nodeSymlink(operation.target, path);
    case "chmod":
      return await nodeChmod(path, operation.mode);
  }
}

/** Every entry below a directory in one line each: name, kind, mode, content or link text. */
export function treeOf(root: string, below = ""): readonly string[] {
  const lines: string[] = [];
  for (const { name } of Deno.readDirSync(join(root, below))) {
    const path = join(below, name);
    const { isDirectory, isSymlink, mode } = Deno.lstatSync(join(root, path));
    const bits = ((mode ?? 0) & 0o7777).toString(8);
    const label = JSON.stringify(path);
    if (isSymlink) lines.push(`${label} -> ${JSON.stringify(Deno.readLinkSync(join(root, path)))}`);
    else if (isDirectory) lines.push(`${label}/ ${bits}`, ...treeOf(root, path));
    else lines.push(`${label} ${bits} ${JSON.stringify(Deno.readTextFileSync(join(root, path)))}`);
  }
  return lines.sort();
}

async function requireFile(path: string): Promise<void> {
  if (!(await stat(path)).isFile()) throw new Error(`Cannot read "${path}": it is no file`);
}

/** Deno's `writeFile` and `appendFile` of `node:fs` set permissions without the umask; its `open` does not. */
async function writeTwin(path: string, content: string, flags: "w" | "a" = "w"): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.writeFile(content);
  } finally {
    await file.close();
  }
}

async function removeTwin(path: string, recursive: boolean): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return await unlink(path);
  return recursive ? await rm(path, { recursive }) : await rmdir(path);
}

/** `copyFile` follows links at the source, and refuses to copy a file onto itself. */
async function copyTwin(from: string, to: string): Promise<void> {
  const own = await lstat(from);
  if (own.isSymbolicLink()) return await nodeSymlink(await readlink(from), to);
  if (own.isDirectory()) throw new Error(`Cannot copy "${from}": it is a directory`);
  const old = await stat(to).catch(() => undefined);
  if (old?.ino === own.ino) return;
  await copyFile(from, to);
  await nodeChmod(to, own.mode & 0o7777);
}
