/** What a positive case works with: a server, a room, and commands under the working profile. @module */

import * as v from "valibot";
import type { Message } from "../../support/message.ts";
import type { Peer } from "../../support/peer.ts";
import { within } from "../../support/deadline.ts";
import type { EscapeServer } from "../escapes/escape_server.ts";
import type { Host, Room } from "../escapes/host.ts";
import { workingProfile } from "./profile.ts";

/** How a command of a case differs from the plain one. */
export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The workspace, which is also where it starts; the room's by default. */
  readonly workspace?: string;
  readonly tty?: boolean;
  /** Sent to standard input, which is then closed. */
  readonly stdin?: string;
  /** Most milliseconds. */
  readonly limitMs?: number;
  /** Program and arguments instead of a shell script. */
  readonly argv?: readonly string[];
}

/** How a command ended. */
export interface CommandOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const outputParams = v.object({ stream: v.string(), chunk: v.string() });
const exitParams = v.object({ exitCode: v.number() });

/** One case's place to work in. */
export class Bench {
  readonly peer: Peer;
  readonly room: Room;
  readonly host: Host;
  readonly server: EscapeServer;
  /** Whether commands are sandboxed; without, the cases themselves are tried. */
  readonly sandboxed: boolean;
  #commands = 0;

  /** Puts the pieces together. */
  constructor(pieces: Pick<Bench, "peer" | "room" | "host" | "server" | "sandboxed">) {
    this.peer = pieces.peer;
    this.room = pieces.room;
    this.host = pieces.host;
    this.server = pieces.server;
    this.sandboxed = pieces.sandboxed;
  }

  /** Runs a script on the host, without a sandbox, as the room's owner.
   * @throws {Error} when it fails */
  async prepare(script: string): Promise<void> {
    const { uid, gid } = await Deno.stat(this.room.vars.WS);
    const owner = Deno.uid() === 0 && uid ? { uid, gid: gid ?? uid } : {};
    const { PATH = "/usr/bin:/bin" } = Deno.env.toObject();
    const { success, stderr } = await new Deno.Command("/bin/sh", {
      args: ["-ec", script],
      cwd: this.room.vars.WS,
      clearEnv: true,
      env: { PATH, ...this.room.vars },
      ...owner,
    }).output();
    if (!success) {
      throw new Error(`The host could not prepare: ${new TextDecoder().decode(stderr)}`);
    }
  }

  /** Starts a script under the working profile.
   * @returns the process's id */
  async start(script: string, options: CommandOptions = {}): Promise<string> {
    const processId = `${this.room.vars.ROOM}-${++this.#commands}`;
    const workspace = options.workspace ?? this.room.vars.WS;
    await this.peer.call("process/start", {
      processId,
      argv: options.argv ?? ["/bin/sh", "-c", script],
      cwd: `file://${workspace}`,
      env: {
        PATH: "/usr/bin:/bin:/usr/sbin:/sbin",
        TERM: "dumb",
        ...this.room.vars,
        ...options.env,
      },
      tty: options.tty ?? false,
      pipeStdin: options.stdin !== undefined,
      ...this.sandboxed ? { sandbox: workingProfile(workspace) } : {},
    });
    return processId;
  }

  /** Runs a script under the working profile to its end. */
  async run(script: string, options: CommandOptions = {}): Promise<CommandOutcome> {
    const processId = await this.start(script, options);
    if (options.stdin !== undefined) await this.#feed(processId, options.stdin);
    return await this.follow(processId, options.limitMs ?? 30_000);
  }

  /** Waits until a process printed a line that holds `text`, and leaves nothing of it untaken.
   * @returns all it printed until then */
  async printed(processId: string, text: string): Promise<string> {
    let all = "";
    const decoder = new TextDecoder();
    while (!all.includes(text)) {
      const { params } = await this.peer.notification(
        "process/output",
        (output) => output.processId === processId,
      ).catch((cause) => {
        throw new Error(`Expected "${text}" after ${JSON.stringify(all)}`, { cause });
      });
      all += decoder.decode(Uint8Array.fromBase64(v.parse(outputParams, params).chunk));
    }
    return all;
  }

  /** Types into a terminal, or writes to standard input. */
  async type(processId: string, text: string): Promise<void> {
    const chunk = new TextEncoder().encode(text).toBase64();
    await this.peer.call("process/write", { processId, chunk, writeId: crypto.randomUUID() });
  }

  /** Collects what a process prints until it is closed. */
  async follow(processId: string, limitMs = 20_000): Promise<CommandOutcome> {
    const isOfProcess = (message: Message) =>
      message.id === undefined && message.params?.processId === processId;
    const texts: Record<string, string> = {};
    const decoder = new TextDecoder();
    let exitCode = -1;
    while (true) {
      const taken = this.peer.wire.inbox.take(isOfProcess, `the end of ${processId}`, limitMs);
      const { method, params } = await within(taken, `the end of ${processId}`, limitMs + 1000);
      if (method === "process/closed") break;
      if (method === "process/exited") exitCode = v.parse(exitParams, params).exitCode;
      if (method !== "process/output") continue;
      const { stream, chunk } = v.parse(outputParams, params);
      texts[stream] = (texts[stream] ?? "") + decoder.decode(Uint8Array.fromBase64(chunk));
    }
    const { stdout = "", stderr = "", pty = "" } = texts;
    return { exitCode, stdout: stdout + pty, stderr };
  }

  async #feed(processId: string, text: string): Promise<void> {
    await this.type(processId, text);
    // An extension: against others the script must end by itself.
    await this.peer.request("process/closeStdin", { processId });
  }
}
