/** The control group of one command. @module */

import type { GroupFiles } from "./group_files.ts";
import { words } from "./own_group.ts";

/** What a group is made with. */
export interface CommandGroupOptions {
  readonly files: GroupFiles;
  /** For what is said of its end. */
  readonly memoryBytes: number | undefined;
  /** Called once, when it is gone. */
  readonly onRemoved: () => void;
  /** Told of trouble that ends nothing. */
  readonly onError: (error: unknown) => void;
}

/** One command's group. */
export class CommandGroup {
  readonly #directory: string;
  readonly #options: CommandGroupOptions;
  readonly #removed = Promise.withResolvers<void>();
  #changes: { close(): void } | undefined;
  #isRemoved = false;

  /** @param directory where it will be */
  constructor(directory: string, options: CommandGroupOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  /** The file that a process enters it by. */
  get members(): string {
    return `${this.#directory}/cgroup.procs`;
  }

  /** Settles when it is gone. */
  get removed(): Promise<void> {
    return this.#removed.promise;
  }

  /** Makes it, with its limits. @throws {Error} with the system's words */
  make(
    { memoryBytes, processes }: {
      readonly memoryBytes?: number | undefined;
      readonly processes?: number | undefined;
    },
  ): void {
    const { files } = this.#options;
    const write = (name: string, value: number) =>
      files.write(`${this.#directory}/${name}`, String(value));
    files.make(this.#directory);
    if (processes !== undefined) write("pids.max", processes);
    if (memoryBytes === undefined) return;
    write("memory.max", memoryBytes);
    // Half a command is of no use to anybody: all of it is killed. Kernels before 4.19 cannot.
    for (const [name, value] of [["memory.swap.max", 0], ["memory.oom.group", 1]] as const) {
      if (files.exists(`${this.#directory}/${name}`)) write(name, value);
    }
  }

  /** Why the kernel killed the command; undefined when it did not. */
  killReason(): string | undefined {
    const { files, memoryBytes } = this.#options;
    if (memoryBytes === undefined || this.#isRemoved) return undefined;
    try {
      const events = words(files.read(`${this.#directory}/memory.events`));
      const count = (name: string) => Number(events[events.indexOf(name) + 1] ?? 0);
      // A kill without the other is one for lack of memory of a group above, or of the machine.
      if (count("oom_kill") === 0 || count("oom") === 0) return undefined;
      return `killed: it used more than ${sizeText(memoryBytes)} of memory`;
    } catch (error) {
      this.#options.onError(error);
      return undefined;
    }
  }

  /** Kills every process in it. Kernels before 5.14 cannot; the server's own ways remain. */
  kill(): void {
    const { files, onError } = this.#options;
    const path = `${this.#directory}/cgroup.kill`;
    try {
      if (files.exists(path)) files.write(path, "1");
    } catch (error) {
      onError(error);
    }
    this.end();
  }

  /** Removes it as soon as nothing is in it any more: what a command leaves running may stay. */
  end(): void {
    if (this.#isRemoved || this.#changes !== undefined || this.#remove()) return;
    const { files, onError } = this.#options;
    try {
      const changes = this.#changes = files.watch(`${this.#directory}/cgroup.events`);
      this.#removeOnChange(changes).catch(onError);
    } catch (error) {
      // Gone meanwhile, or there are no watches left: the server's end removes it.
      if (!this.#remove()) onError(error);
    }
  }

  /** Waits no longer. */
  forget(): void {
    this.#changes?.close();
    this.#changes = undefined;
  }

  async #removeOnChange(changes: AsyncIterable<unknown>): Promise<void> {
    // The last process may have gone before the watch began.
    if (this.#remove()) return;
    for await (const _ of changes) {
      if (this.#remove()) return;
    }
  }

  #remove(): boolean {
    if (this.#isRemoved) return true;
    if (!this.#options.files.remove(this.#directory)) return false;
    this.#isRemoved = true;
    this.forget();
    this.#options.onRemoved();
    this.#removed.resolve();
    return true;
  }
}

const UNITS = [["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 2 ** 10]] as const;

/** As it was most likely asked for. */
function sizeText(bytes: number): string {
  const unit = UNITS.find(([, factor]) => bytes % factor === 0);
  return unit === undefined ? `${bytes} bytes` : `${bytes / unit[1]} ${unit[0]}`;
}
