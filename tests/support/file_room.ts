/** A connection and a directory of its own on the server's machine, for a test of files. @module */
import { join } from "@std/path";
import * as v from "valibot";
import { makeFifo } from "./fifo.ts";
import type { Failure } from "./message.ts";
import type { Peer } from "./peer.ts";
import { fromBase64, toBase64 } from "./process_calls.ts";
import type { ServerProcess } from "./server_process.ts";

/** Members of a request besides its path. */
export type Fields = Readonly<Record<string, unknown>>;

const metadata = v.strictObject({
  isDirectory: v.boolean(),
  isFile: v.boolean(),
  isSymlink: v.boolean(),
  size: v.number(),
  createdAtMs: v.number(),
  modifiedAtMs: v.number(),
});

const walkResult = v.strictObject({
  entries: v.array(v.strictObject({ path: v.string(), kind: v.picklist(["file", "directory"]) })),
  errors: v.array(v.strictObject({ path: v.string(), message: v.string() })),
  truncated: v.boolean(),
});

/** Result of `fs/getMetadata`. */
export type Metadata = v.InferOutput<typeof metadata>;
/** Result of `fs/walk`. */
export type WalkResult = v.InferOutput<typeof walkResult>;

/** A peer in a directory that no other test uses. Names are relative to it. */
export class FileRoom implements AsyncDisposable {
  /** The connection, after its handshake. */
  readonly peer: Peer;
  /** The directory's native path. */
  readonly path: string;

  /** Takes both over; `openRoom` is the way to make one. */
  constructor(peer: Peer, path: string) {
    this.peer = peer;
    this.path = path;
  }

  /** Native path of a name. */
  at(name: string): string {
    return join(this.path, name);
  }

  /** URI of a name that is written as in a URI: with `%20` for a blank. */
  uri(name: string): string {
    return `file://${this.path}/${name}`;
  }

  /** Sends a request about a name. */
  call(method: string, name: string, fields: Fields = {}): Promise<unknown> {
    return this.peer.call(method, { path: this.uri(name), ...fields });
  }

  /** Sends a request about a name that must be refused. */
  refused(method: string, name: string, fields: Fields = {}): Promise<Failure> {
    return this.peer.refused(method, { path: this.uri(name), ...fields });
  }

  /** Text of a file, by `fs/readFile`. */
  async read(name: string, fields: Fields = {}): Promise<string> {
    const result = await this.call("fs/readFile", name, fields);
    return fromBase64(v.parse(v.strictObject({ dataBase64: v.string() }), result).dataBase64);
  }

  /** Writes a file's text, by `fs/writeFile`. */
  async write(name: string, text: string, fields: Fields = {}): Promise<void> {
    const dataBase64 = toBase64(text);
    done(await this.call("fs/writeFile", name, { dataBase64, ...fields }));
  }

  /** Makes a directory, by `fs/createDirectory`. */
  async make(name: string, fields: Fields = {}): Promise<void> {
    done(await this.call("fs/createDirectory", name, fields));
  }

  /** Removes, by `fs/remove`. */
  async remove(name: string, fields: Fields = {}): Promise<void> {
    done(await this.call("fs/remove", name, fields));
  }

  /** Copies, by `fs/copy`. */
  async copy(from: string, to: string, recursive = false): Promise<void> {
    done(await this.peer.call("fs/copy", this.#copyParams(from, to, recursive)));
  }

  /** Copies, which must be refused. */
  copyRefused(from: string, to: string, recursive = false): Promise<Failure> {
    return this.peer.refused("fs/copy", this.#copyParams(from, to, recursive));
  }

  /** What `fs/getMetadata` says. */
  async metadata(name: string, fields: Fields = {}): Promise<Metadata> {
    return v.parse(metadata, await this.call("fs/getMetadata", name, fields));
  }

  /** What `fs/canonicalize` says, without the directory's own path. */
  async canonical(name: string): Promise<string> {
    const result = await this.call("fs/canonicalize", name);
    return this.#below(v.parse(v.strictObject({ path: v.string() }), result).path);
  }

  /** What `fs/walk` says; paths come without the directory's own. */
  async walk(name: string, options: Fields = {}): Promise<WalkResult> {
    const result = await this.call("fs/walk", name, { options: walkOptions(options) });
    const { entries, errors, truncated } = v.parse(walkResult, result);
    const below = <T extends { path: string }>(item: T) => ({
      ...item,
      path: this.#below(item.path),
    });
    return { entries: entries.map(below), errors: errors.map(below), truncated };
  }

  /** Makes files on the machine itself: text by name, with directories on the way. A name that ends
   * with a slash is a directory, a text that starts with `->` a link, one that is `|` a FIFO. */
  async put(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(this.at(name.endsWith("/") ? name : join(name, "..")), { recursive: true });
      if (name.endsWith("/")) continue;
      if (text.startsWith("->")) await Deno.symlink(text.slice(2), this.at(name));
      else if (text === "|") await makeFifo(this.at(name));
      else await Deno.writeTextFile(this.at(name), text);
    }
  }

  /** Text of a file, read on the machine itself. */
  text(name: string): string {
    return Deno.readTextFileSync(this.at(name));
  }

  /** Names in a directory of the machine, sorted; directories end with `/`, links with `@`. */
  list(name = "."): readonly string[] {
    const mark = (entry: Deno.DirEntry) => entry.isSymlink ? "@" : entry.isDirectory ? "/" : "";
    return [...Deno.readDirSync(this.at(name))].map((entry) => entry.name + mark(entry)).sort();
  }

  /** Permission bits of a file. */
  mode(name: string): number {
    return (Deno.statSync(this.at(name)).mode ?? 0) & 0o7777;
  }

  /** Drops the connection. The directory goes with the server's world. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.peer.drop();
  }

  #copyParams(from: string, to: string, recursive: boolean): Fields {
    return { sourcePath: this.uri(from), destinationPath: this.uri(to), recursive };
  }

  #below(uri: string): string {
    return uri.replace(`file://${this.path}/`, "");
  }
}

/** Opens a session and makes a directory for it. */
export async function openRoom(server: ServerProcess): Promise<FileRoom> {
  const path = await Deno.makeTempDir({ dir: server.root });
  return new FileRoom(await server.session(), path);
}

/** Options of `fs/walk`: the widest allowed, but for what a test says. */
export function walkOptions(options: Fields = {}): Fields {
  return {
    maxDepth: 64,
    maxDirectories: 10_000,
    maxEntries: 50_000,
    followDirectorySymlinks: false,
    ...options,
  };
}

/** Checks a result without members. */
export function done(result: unknown): void {
  v.parse(v.strictObject({}), result);
}
