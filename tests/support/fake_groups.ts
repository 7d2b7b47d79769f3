/** Control groups without a kernel, with the kernel's rules as far as they matter. @module */

import type { GroupFiles } from "../../server/sandbox/group_files.ts";

/** What a fake kernel begins with. */
export interface FakeGroupOptions {
  /** Controllers of the first group. */
  readonly controllers?: readonly string[];
  /** Its members. */
  readonly members?: readonly number[];
  /** Its path below the mount point; the root of all when absent. */
  readonly own?: string;
  /** Columns of mountinfo from the fourth on. */
  readonly mount?: string;
  /** Lines of `/proc/self/cgroup` for cgroup v1. */
  readonly v1?: readonly string[];
  /** Parents of processes; nobody's child otherwise. */
  readonly parents?: Readonly<Record<number, number>>;
  /** Whether nothing may be changed. */
  readonly isReadOnly?: boolean;
}

interface Group {
  readonly files: Map<string, string>;
  readonly members: Set<number>;
}

/** Where the fake kernel has its groups mounted. */
export const fakeMount = "/sys/fs/cgroup";

/** A kernel with one mount of control groups. */
export class FakeGroups implements GroupFiles {
  /** Every write in order: path below the mount and text. */
  readonly writes: string[] = [];
  /** Paths of groups that are watched. */
  readonly watched = new Set<string>();
  readonly #groups = new Map<string, Group>();
  readonly #proc = new Map<string, string>();
  readonly #wakers = new Map<string, () => void>();
  readonly #isReadOnly: boolean;

  constructor(options: FakeGroupOptions = {}) {
    const { controllers = ["cpu", "memory", "pids"], members = [100], own = "", v1 = [] } = options;
    const mount = options.mount ?? `/ ${fakeMount} rw - cgroup2 none rw`;
    this.#isReadOnly = options.isReadOnly ?? false;
    this.#proc.set("/proc/self/cgroup", [...v1, `0::${own === "" ? "/" : own}`, ""].join("\n"));
    this.#proc.set(
      "/proc/self/mountinfo",
      `22 1 0:20 / / rw - ext4 /dev/a rw\n31 22 0:28 ${mount}\n`,
    );
    for (const pid of members) this.live(pid, options.parents?.[pid] ?? 1);
    this.#add(`${fakeMount}${own}`, { isRoot: own === "", controllers });
    for (const pid of members) this.#group(`${fakeMount}${own}`).members.add(pid);
  }

  /** Makes a process known. */
  live(pid: number, parent = 1): void {
    this.#proc.set(`/proc/${pid}`, "");
    this.#proc.set(`/proc/${pid}/stat`, `${pid} (a ) b) S ${parent} 1 1`);
    this.#proc.set(`/proc/${pid}/comm`, "a ) b\n");
  }

  /** Puts a process into a group, as if it had been born there. */
  enter(path: string, pid: number): void {
    this.#group(path).members.add(pid);
  }

  /** Ends all processes of a group. */
  empty(path: string): void {
    this.#group(path).members.clear();
    this.#wakers.get(path)?.();
  }

  /** Sets what a file says. */
  say(path: string, text: string): void {
    const { group, name } = this.#at(path);
    group.files.set(name, text);
  }

  /** Paths of all groups. */
  get paths(): readonly string[] {
    return [...this.#groups.keys()].sort();
  }

  read(path: string): string {
    const known = this.#proc.get(path);
    if (known !== undefined) return known;
    const { group, name } = this.#at(path);
    if (name === "cgroup.procs") return [...group.members].map((pid) => `${pid}\n`).join("");
    const text = group.files.get(name);
    if (text === undefined) throw new Deno.errors.NotFound(`No such file: ${path}`);
    return text;
  }

  write(path: string, text: string): void {
    this.read(path);
    if (this.#isReadOnly) throw new Error("Read-only file system");
    this.writes.push(`${path.slice(fakeMount.length)} ${text}`);
    const { group, name, directory } = this.#at(path);
    if (name === "cgroup.procs") return this.#move(Number(text), group);
    if (name === "cgroup.kill") return this.empty(directory);
    if (name === "cgroup.subtree_control") return this.#handDown(directory, group, text);
    group.files.set(name, text);
  }

  isWritable(path: string): boolean {
    return !this.#isReadOnly && this.exists(path);
  }

  exists(path: string): boolean {
    try {
      if (this.#groups.has(path)) return true;
      this.read(path);
      return true;
    } catch {
      return false;
    }
  }

  groups(path: string): readonly string[] {
    return this.#below(path).map((inner) => inner.slice(path.length + 1));
  }

  make(path: string): void {
    const parent = path.slice(0, path.lastIndexOf("/"));
    const handed = this.#group(parent).files.get("cgroup.subtree_control") ?? "";
    if (this.#groups.has(path)) throw new Deno.errors.AlreadyExists(`File exists: ${path}`);
    this.#add(path, { isRoot: false, controllers: handed.split(" ") });
  }

  remove(path: string): boolean {
    const group = this.#groups.get(path);
    if (group === undefined) return true;
    if (group.members.size > 0 || this.#below(path).length > 0) return false;
    return this.#groups.delete(path);
  }

  watch(path: string): AsyncIterable<unknown> & { close(): void } {
    const { directory } = this.#at(path);
    this.watched.add(directory);
    let wake = Promise.withResolvers<boolean>();
    this.#wakers.set(directory, () => wake.resolve(true));
    return {
      close: () => {
        this.watched.delete(directory);
        wake.resolve(false);
      },
      async *[Symbol.asyncIterator]() {
        while (await wake.promise) {
          wake = Promise.withResolvers();
          yield undefined;
        }
      },
    };
  }

  #add(
    path: string,
    { isRoot, controllers }: { isRoot: boolean; controllers: readonly string[] },
  ): void {
    const files = new Map([
      ["cgroup.controllers", controllers.join(" ")],
      ["cgroup.subtree_control", ""],
      ["cgroup.procs", ""],
    ]);
    if (!isRoot) {
      files.set("cgroup.type", "domain\n").set("cgroup.events", "").set("cgroup.kill", "");
      if (controllers.includes("pids")) files.set("pids.max", "max");
      if (controllers.includes("memory")) {
        for (const name of ["max", "swap.max", "oom.group"]) files.set(`memory.${name}`, "");
        files.set("memory.events", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n");
      }
    }
    this.#groups.set(path, { files, members: new Set() });
  }

  #move(pid: number, to: Group): void {
    if ((to.files.get("cgroup.subtree_control") ?? "") !== "" && to.files.has("cgroup.type")) {
      throw new Error("Device or resource busy");
    }
    for (const { members } of this.#groups.values()) members.delete(pid);
    to.members.add(pid);
  }

  #handDown(directory: string, group: Group, text: string): void {
    const handed = new Set((group.files.get("cgroup.subtree_control") ?? "").split(" "));
    handed.delete("");
    for (const word of text.split(" ")) {
      const name = word.slice(1);
      if (word.startsWith("+")) {
        if (group.files.has("cgroup.type") && group.members.size > 0) {
          throw new Error("Device or resource busy");
        }
        handed.add(name);
      } else {
        const users = this.#below(directory).map((path) => this.#group(path));
        if (users.some(({ files }) => files.get("cgroup.subtree_control")?.includes(name))) {
          throw new Error("Device or resource busy");
        }
        handed.delete(name);
      }
    }
    group.files.set("cgroup.subtree_control", [...handed].join(" "));
    for (const path of this.#below(directory)) {
      this.#group(path).files.set("cgroup.controllers", [...handed].join(" "));
    }
  }

  #below(path: string): readonly string[] {
    const isInner = (other: string) =>
      other.startsWith(`${path}/`) && !other.slice(path.length + 1).includes("/");
    return [...this.#groups.keys()].filter(isInner);
  }

  #at(path: string): { group: Group; name: string; directory: string } {
    const end = path.lastIndexOf("/");
    const directory = path.slice(0, end);
    return { group: this.#group(directory), name: path.slice(end + 1), directory };
  }

  #group(path: string): Group {
    const group = this.#groups.get(path);
    if (group === undefined) throw new Deno.errors.NotFound(`No such group: ${path}`);
    return group;
  }
}
