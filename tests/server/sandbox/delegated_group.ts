/** A real control group for servers under test, where this machine lets one be made. @module */

import { groupFiles } from "../../../server/sandbox/group_files.ts";
import { ownGroup, words } from "../../../server/sandbox/own_group.ts";
import { within } from "../../support/deadline.ts";

const scene = { files: groupFiles, pid: Deno.pid, root: "" };
const controllers = ["memory", "pids"] as const;
let made = 0;

/** Why no such group can be made here; undefined when one can. */
export function noGroups(): string | undefined {
  if (Deno.build.os !== "linux") return "this is not Linux";
  const own = ownGroup(scene, controllers);
  if ("obstacle" in own) return own.obstacle;
  // Otherwise this very program would have to move out of it.
  return own.isRoot ? undefined : "the tests do not run in the root of all control groups";
}

/** A group that a server takes for its own, and everything below it. */
export class DelegatedGroup implements AsyncDisposable {
  /** Its directory. */
  readonly path: string;
  readonly #parent: string;
  readonly #added: readonly string[];

  constructor() {
    const own = ownGroup(scene, controllers);
    if ("obstacle" in own) throw new Error(own.obstacle);
    this.#parent = own.directory;
    const before = words(groupFiles.read(`${this.#parent}/cgroup.subtree_control`));
    this.#added = controllers.filter((name) => !before.includes(name));
    this.#hand("+");
    this.path = `${this.#parent}/exec-test-${Deno.pid}-${++made}`;
    groupFiles.make(this.path);
  }

  /** Words before a command that put it into this group. */
  get through(): readonly string[] {
    return ["/bin/sh", "-c", 'echo $$ > "$0" && exec "$@"', `${this.path}/cgroup.procs`];
  }

  /** Gives it to a user, as a service manager does. */
  async delegate(user: number): Promise<void> {
    for (const name of ["", "/cgroup.procs", "/cgroup.subtree_control"]) {
      await Deno.chown(`${this.path}${name}`, user, user);
    }
  }

  /** Process ids in a group below. */
  membersOf(name: string): readonly number[] {
    return words(groupFiles.read(`${this.path}/${name}/cgroup.procs`)).map(Number);
  }

  /** Names of the groups below a group below. */
  groups(name = ""): readonly string[] {
    return groupFiles.groups(`${this.path}/${name}`);
  }

  /** Has a group below, or this one, hand nothing down any more. */
  takeBack(name: string): void {
    const text = controllers.map((controller) => `-${controller}`).join(" ");
    groupFiles.write(`${this.path}/${name}/cgroup.subtree_control`, text);
  }

  /** Waits until nothing runs in it any more. */
  async emptied(): Promise<void> {
    const file = `${this.path}/cgroup.events`;
    const isEmpty = () => groupFiles.read(file).includes("populated 0");
    using changes = Deno.watchFs(file);
    const wait = async () => {
      if (isEmpty()) return;
      for await (const _ of changes) if (isEmpty()) return;
    };
    await within(wait(), "a group to be empty");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (groupFiles.exists(`${this.path}/cgroup.kill`)) {
      groupFiles.write(`${this.path}/cgroup.kill`, "1");
    }
    await this.emptied();
    this.#remove(this.path);
    this.#hand("-");
  }

  #remove(path: string): void {
    for (const name of groupFiles.groups(path)) this.#remove(`${path}/${name}`);
    groupFiles.remove(path);
  }

  #hand(sign: "+" | "-"): void {
    const text = this.#added.map((name) => `${sign}${name}`).join(" ");
    if (text !== "") groupFiles.write(`${this.#parent}/cgroup.subtree_control`, text);
  }
}
