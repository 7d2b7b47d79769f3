/** A directory that lives as long as a test. @module */

/** A fresh empty directory, removed on disposal. */
export class Scratch implements AsyncDisposable {
  /** Its absolute path, free of symbolic links. */
  readonly path: string;

  /** Takes over `path`; `Scratch.create` is the way to make one. */
  constructor(path: string) {
    this.path = path;
  }

  /** Makes the directory below the system's temporary one, or another. */
  static async create(dir?: string): Promise<Scratch> {
    const place = dir === undefined ? {} : { dir };
    const made = await Deno.makeTempDir({ ...place, prefix: "exec-server-test-" });
    return new Scratch(await Deno.realPath(made));
  }

  /** Removes it with everything inside. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
