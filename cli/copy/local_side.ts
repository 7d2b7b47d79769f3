/** The files of this machine, as one end of a copy. @module */

import { basename, dirname, join } from "@std/path";
import { BLOCK_BYTES } from "./block.ts";
import {
  CopyProblem,
  type EntryFacts,
  type Side,
  type SideEntry,
  type TransferOptions,
} from "./side.ts";
import { Sha256 } from "./sha256.ts";

/** This machine's files. */
export class LocalSide implements Side {
  readonly isRemote: boolean = false;

  shown(path: string): string {
    return path;
  }

  join(directory: string, name: string): string {
    return join(directory, name);
  }

  split(path: string): { readonly directory: string; readonly name: string } {
    return { directory: dirname(path), name: basename(path) };
  }

  async look(
    path: string,
    { followLink }: { readonly followLink: boolean },
  ): Promise<EntryFacts | undefined> {
    try {
      return await factsOf(path, followLink ? await Deno.stat(path) : await Deno.lstat(path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw problem(error);
    }
  }

  list(path: string): Promise<readonly SideEntry[]> {
    return tried(async () => {
      const entries: SideEntry[] = [];
      for await (const { name } of Deno.readDir(path)) {
        const child = join(path, name);
        const facts = await this.look(child, { followLink: false });
        // What is gone since the directory was read is no part of it.
        if (facts !== undefined) entries.push({ name, path: child, facts });
      }
      return entries;
    });
  }

  readAll(path: string): Promise<Uint8Array> {
    return tried(() => Deno.readFile(path));
  }

  create(path: string, mode: number | undefined): Promise<void> {
    // Without a mode to be set later, the one that new files get has to do.
    const closed = mode === undefined ? {} : { mode: 0o600 };
    return tried(async () => {
      (await Deno.open(path, { write: true, createNew: true, ...closed })).close();
    });
  }

  writeAll(path: string, bytes: Uint8Array): Promise<void> {
    return tried(() => Deno.writeFile(path, bytes, { create: false }));
  }

  read(path: string, { offset, signal }: TransferOptions): ReadableStream<Uint8Array> {
    return ReadableStream.from(blocks(path, { offset, signal }));
  }

  write(path: string, { offset, signal }: TransferOptions): WritableStream<Uint8Array> {
    let file: Deno.FsFile;
    return new WritableStream({
      async start() {
        file = await tried(() => Deno.open(path, { write: true }));
        await tried(() => file.truncate(offset));
        await file.seek(offset, Deno.SeekMode.Start);
      },
      write: (bytes) =>
        tried(async () => {
          signal.throwIfAborted();
          for (let rest = bytes; rest.byteLength > 0;) rest = rest.subarray(await file.write(rest));
        }),
      close: () => file.close(),
      abort: () => file?.close(),
    });
  }

  async hash(path: string, length: number = Infinity): Promise<string> {
    const digest = await Sha256.make();
    let left = length;
    for await (const block of blocks(path, { offset: 0, signal: never })) {
      digest.update(block.subarray(0, left));
      left -= block.byteLength;
      if (left <= 0) break;
    }
    return digest.hex();
  }

  makeDirectory(path: string): Promise<void> {
    return tried(() => Deno.mkdir(path, { recursive: true }));
  }

  async makeLink(path: string, target: string): Promise<void> {
    await this.remove(path);
    await tried(() => Deno.symlink(target, path));
  }

  setMode(path: string, mode: number): Promise<void> {
    return tried(() => Deno.chmod(path, mode));
  }

  replace(from: string, to: string): Promise<void> {
    return tried(() => Deno.rename(from, to));
  }

  async remove(path: string): Promise<void> {
    try {
      await Deno.remove(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw problem(error);
    }
  }
}

const never = new AbortController().signal;

async function* blocks(
  path: string,
  { offset, signal }: TransferOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using file = await tried(() => Deno.open(path));
  await file.seek(offset, Deno.SeekMode.Start);
  for (;;) {
    signal.throwIfAborted();
    const block = new Uint8Array(BLOCK_BYTES);
    const count = await tried(() => file.read(block));
    if (count === null) return;
    yield block.subarray(0, count);
  }
}

async function factsOf(path: string, info: Deno.FileInfo): Promise<EntryFacts> {
  const { isFile, isDirectory, isSymlink, size, mode } = info;
  return {
    kind: isFile ? "file" : isDirectory ? "directory" : isSymlink ? "symlink" : "other",
    size,
    mode: mode === null ? undefined : mode & 0o7777,
    linkTarget: isSymlink ? await Deno.readLink(path) : undefined,
  };
}

async function tried<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw problem(error);
  }
}

/** The system's words, which name the operation and the path. */
function problem(error: unknown): unknown {
  const isOfSystem = error instanceof Error && /\(os error \d+\)/.test(error.message);
  return isOfSystem ? new CopyProblem(error.message, { cause: error }) : error;
}
