/** A file system whose server never answers: the worst that can be mounted. @module */

import { FileFault } from "../../../../server/fs/file_fault.ts";
import { cPath, loadFileLibrary } from "../../../../server/fs/posix/file_calls.ts";
import { atFlags, openFlags } from "../../../../server/fs/posix/file_numbers.ts";

const symbols = {
  mount: { parameters: ["buffer", "buffer", "buffer", "usize", "buffer"], result: "i32" },
  umount2: { parameters: ["buffer", "i32"], result: "i32" },
} as const;
const DETACH = 2;

/** Whether this program may mount one. */
export function canMountHung(): boolean {
  try {
    Deno.statSync("/dev/fuse");
    return Deno.uid() === 0 && Deno.build.os === "linux";
  } catch {
    return false;
  }
}

/** Mounted until disposal, which ends every call that waits for it. */
export class HungMount implements Disposable {
  readonly #library = Deno.dlopen("libc.so.6", symbols);
  readonly #path: Uint8Array<ArrayBuffer>;
  readonly #server: number;

  /** @param path an empty directory */
  constructor(path: string) {
    const { calls, fault } = loadFileLibrary();
    const flags = openFlags.readWrite | openFlags.closeOnExec;
    this.#path = cPath(path);
    this.#server = calls.openat(atFlags.noDirectory, cPath("/dev/fuse"), flags, 0);
    if (this.#server < 0) throw fault();
    const options = cPath(`fd=${this.#server},rootmode=40000,user_id=0,group_id=0`);
    const { mount } = this.#library.symbols;
    if (mount(cPath("hung"), this.#path, cPath("fuse"), 0n, options) === 0) return;
    calls.close(this.#server);
    this.#library.close();
    throw FileFault.of("EPERM", "A file system cannot be mounted here");
  }

  [Symbol.dispose](): void {
    this.#library.symbols.umount2(this.#path, DETACH);
    loadFileLibrary().calls.close(this.#server);
    this.#library.close();
  }
}
