/** Calls of file methods on the files of this machine, in a directory of their own. @module */

import { assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { RpcError } from "../../protocol/errors.ts";
import { pathToUri } from "../../protocol/path_uri.ts";
import type { Call } from "../../server/call.ts";
import { fakeCall } from "./fake_call.ts";
import { makeFifo } from "./fifo.ts";
import { Scratch } from "./scratch.ts";

/** A directory, and a call that a test can change and end. */
export class FileScene implements AsyncDisposable {
  readonly #scratch: Scratch;
  /** What handlers are given. */
  readonly call: Call;
  /** Ends the connection: the call's signal fires. */
  readonly gone: AbortController;

  /** Takes over the directory; `fileScene` is the way to make one. */
  constructor(scratch: Scratch, changes: Partial<Call>) {
    this.#scratch = scratch;
    const { gone, ...call } = fakeCall();
    this.gone = gone;
    this.call = { ...call, ...changes };
  }

  /** Native path of the directory. */
  get path(): string {
    return this.#scratch.path;
  }

  /** Native path of a name in it. */
  at(name: string): string {
    return join(this.path, name);
  }

  /** URI of a name in it. */
  uri(name: string): string {
    return pathToUri(this.at(name));
  }

  /** Makes what a test starts with: text by name, with directories on the way. A name that ends with
   * a slash is a directory, a text that starts with `->` a link, one that is `|` a FIFO. */
  async put(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const isDirectory = name.endsWith("/");
      await Deno.mkdir(this.at(isDirectory ? name : join(name, "..")), { recursive: true });
      if (isDirectory) continue;
      if (text.startsWith("->")) await Deno.symlink(text.slice(2), this.at(name));
      else if (text === "|") await makeFifo(this.at(name));
      else await Deno.writeTextFile(this.at(name), text);
    }
  }

  /** What a file holds. */
  text(name: string): string {
    return Deno.readTextFileSync(this.at(name));
  }

  /** Names in a directory, sorted; directories end with `/`, links with `@`. */
  list(name = "."): readonly string[] {
    const mark = (entry: Deno.DirEntry) => entry.isSymlink ? "@" : entry.isDirectory ? "/" : "";
    return [...Deno.readDirSync(this.at(name))].map((entry) => entry.name + mark(entry)).sort();
  }

  /** Permission bits. */
  mode(name: string): number {
    return (Deno.statSync(this.at(name)).mode ?? 0) & 0o7777;
  }

  /** Removes the directory. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scratch[Symbol.asyncDispose]();
  }
}

/** Makes a directory and a call. */
export async function fileScene(changes: Partial<Call> = {}): Promise<FileScene> {
  return new FileScene(await Scratch.create(), changes);
}

/** Checks that an attempt is refused, with this code and a part of the words. */
export async function assertRefused(
  attempt: () => unknown,
  code: number,
  words = "",
): Promise<void> {
  const error = await assertRejects(async () => await attempt(), RpcError);
  if (error.code !== code) throw new Error(`Code ${error.code}, not ${code}: ${error.message}`);
  assertStringIncludes(error.message, words);
}
