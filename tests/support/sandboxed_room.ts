/** A server, a workspace beside a secret, and policies about them: for file calls in sandboxes. @module */

import type { SandboxIntent } from "../../protocol/methods/sandbox.ts";
import type { Message } from "./message.ts";
import type { Peer } from "./peer.ts";
import { pathEntry, readRoot, restrictedSandbox } from "./sandbox_intents.ts";
import { Scratch } from "./scratch.ts";

/** Why these tests cannot run here; undefined when they can. */
export function reasonNotToSandbox(): string | undefined {
  if (Deno.build.os !== "linux") return "bubblewrap needs Linux";
  try {
    Deno.statSync("/usr/bin/bwrap");
    return undefined;
  } catch {
    return "bwrap is not installed";
  }
}

/** Registers a test that needs sandboxes. */
export function sandboxedTest(name: string, fn: () => Promise<void>): void {
  const reason = reasonNotToSandbox();
  const ignore = reason !== undefined;
  Deno.test({ name: ignore ? `${name} (${reason})` : name, ignore, fn });
}

/** A directory with a workspace `ws` in it, and something else beside that. */
export class SandboxedRoom implements AsyncDisposable {
  readonly #scratch: Scratch;

  /** Takes over the directory; `SandboxedRoom.create` is the way to make one. */
  constructor(scratch: Scratch) {
    this.#scratch = scratch;
  }

  /** Makes `ws/file` and `outside/secret`. */
  static async create(): Promise<SandboxedRoom> {
    const room = new SandboxedRoom(await Scratch.create());
    await Deno.mkdir(room.at("ws"));
    await Deno.mkdir(room.at("outside"));
    await Deno.writeTextFile(room.at("ws/file"), "hello");
    await Deno.writeTextFile(room.at("outside/secret"), "secret");
    return room;
  }

  /** Native path of a name. */
  at(name: string): string {
    return `${this.#scratch.path}/${name}`;
  }

  /** URI of a name. */
  uri(name: string): string {
    return `file://${this.at(name)}`;
  }

  /** What a file holds. */
  text(name: string): string {
    return Deno.readTextFileSync(this.at(name));
  }

  /** Nothing may be written. */
  get readOnly(): SandboxIntent {
    return restrictedSandbox([readRoot]);
  }

  /** Everything may be read, and the workspace be written. */
  get workspace(): SandboxIntent {
    return restrictedSandbox([readRoot, pathEntry(this.at("ws"), "write")]);
  }

  /** Only the workspace is there. */
  get scoped(): SandboxIntent {
    return restrictedSandbox([pathEntry(this.at("ws"), "write")]);
  }

  /** Removes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scratch[Symbol.asyncDispose]();
  }
}

/** What an answer comes to: its result, or the code and the words of the refusal. */
export function outcome({ result, error }: Message): unknown {
  return error === undefined ? result : [error.code, error.message];
}

/** Does calls of one connection, each under one policy. */
export function calls(peer: Peer, room: SandboxedRoom, sandbox: SandboxIntent) {
  const call = async (method: string, params: Readonly<Record<string, unknown>>) =>
    outcome(await peer.request(method, { ...params, sandbox }));
  return {
    call,
    read: (name: string) => call("fs/readFile", { path: room.uri(name) }),
    write: (name: string, text: string, more: Readonly<Record<string, unknown>> = {}) =>
      call("fs/writeFile", { path: room.uri(name), dataBase64: btoa(text), ...more }),
    open: (handleId: string, name: string, mode = "read") =>
      call("fs/open", { handleId, path: room.uri(name), mode }),
  };
}

/** Process ids of the file helpers that descend from a server. */
export function helpersOf(serverPid: number): number[] {
  const found: number[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const words = commandLine(name);
    if (words.at(-1) === "file-helper" && !words.includes("--args") && isBelow(name, serverPid)) {
      found.push(Number(name));
    }
  }
  return found.sort((one, other) => one - other);
}

function commandLine(pid: string): string[] {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0").slice(0, -1);
  } catch {
    // It has ended.
    return [];
  }
}

function isBelow(pid: string, ancestor: number): boolean {
  for (let at = pid; at !== "0" && at !== "";) {
    if (Number(at) === ancestor) return true;
    at = parentOf(at);
  }
  return false;
}

function parentOf(pid: string): string {
  try {
    return /^PPid:\s*(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1] ?? "";
  } catch {
    return "";
  }
}
