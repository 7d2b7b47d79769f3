/** Files whose means come when they are first used: code to load, a server to connect to. @module */

import type * as fs from "./file_system.ts";

/** Gives the files of the moment. */
export type FileSystemSource = () => Promise<fs.FileSystem>;

/** Hands every operation on. */
export class LazyFileSystem implements fs.FileSystem {
  readonly #source: FileSystemSource;

  /** Every operation asks `source` anew, so that it finds what was made in the meantime. */
  constructor(source: FileSystemSource) {
    this.#source = source;
  }

  async readFile(...args: Parameters<fs.FileSystem["readFile"]>) {
    return await (await this.#source()).readFile(...args);
  }

  async writeFile(...args: Parameters<fs.FileSystem["writeFile"]>) {
    await (await this.#source()).writeFile(...args);
  }

  async createDirectory(...args: Parameters<fs.FileSystem["createDirectory"]>) {
    await (await this.#source()).createDirectory(...args);
  }

  async getMetadata(...args: Parameters<fs.FileSystem["getMetadata"]>) {
    return await (await this.#source()).getMetadata(...args);
  }

  async canonicalize(...args: Parameters<fs.FileSystem["canonicalize"]>) {
    return await (await this.#source()).canonicalize(...args);
  }

  async readDirectory(...args: Parameters<fs.FileSystem["readDirectory"]>) {
    return await (await this.#source()).readDirectory(...args);
  }

  async remove(...args: Parameters<fs.FileSystem["remove"]>) {
    await (await this.#source()).remove(...args);
  }

  async copy(...args: Parameters<fs.FileSystem["copy"]>) {
    await (await this.#source()).copy(...args);
  }

  async rename(...args: Parameters<fs.FileSystem["rename"]>) {
    await (await this.#source()).rename(...args);
  }

  async symlink(...args: Parameters<fs.FileSystem["symlink"]>) {
    await (await this.#source()).symlink(...args);
  }

  async chmod(...args: Parameters<fs.FileSystem["chmod"]>) {
    await (await this.#source()).chmod(...args);
  }

  async hash(...args: Parameters<fs.FileSystem["hash"]>) {
    return await (await this.#source()).hash(...args);
  }

  async open(...args: Parameters<fs.FileSystem["open"]>) {
    return await (await this.#source()).open(...args);
  }

  readable(...args: Parameters<fs.FileSystem["readable"]>) {
    let reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
    return new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: async (controller) => {
        reader ??= (await this.#source()).readable(...args).getReader();
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader?.cancel(reason),
      // The stream behind reads ahead; one more block here would only cost memory.
    }, { highWaterMark: 0 });
  }

  writable(...args: Parameters<fs.FileSystem["writable"]>) {
    let writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
    return new WritableStream<Uint8Array>({
      start: async () => {
        writer = (await this.#source()).writable(...args).getWriter();
      },
      write: (bytes) => writer?.write(bytes),
      close: () => writer?.close(),
      abort: (reason) => writer?.abort(reason),
    });
  }

  async *walk(...args: Parameters<fs.FileSystem["walk"]>) {
    yield* (await this.#source()).walk(...args);
  }

  async glob(...args: Parameters<fs.FileSystem["glob"]>) {
    return await (await this.#source()).glob(...args);
  }

  async *grep(...args: Parameters<fs.FileSystem["grep"]>) {
    yield* (await this.#source()).grep(...args);
  }

  async *watch(...args: Parameters<fs.FileSystem["watch"]>) {
    yield* (await this.#source()).watch(...args);
  }

  async watchMissing(...args: Parameters<fs.FileSystem["watchMissing"]>) {
    return await (await this.#source()).watchMissing(...args);
  }
}
