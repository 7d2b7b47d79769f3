/** The servers that schedules are run at, one after another; they are killed and stopped at will. @module */
import { launchServer, type ServerProcess } from "../support/server_process.ts";
import { pause } from "../support/deadline.ts";
import { Scratch } from "../support/scratch.ts";
import { printedBytes } from "./schedule_program.ts";
import type { TransportName } from "./schedule_plan.ts";

/** One server for each transport, and a place for what programs leave behind. */
export class ScheduleServers implements AsyncDisposable {
  /** Holds the bytes that programs print. */
  readonly printed: string;
  /** Where programs note that they were started, each in a file of its own. */
  readonly starts: string;
  readonly #scratch: Scratch;
  readonly #servers = new Map<TransportName, ServerProcess>();

  /** Takes over a place; `ScheduleServers.create` is the way to make one. */
  constructor(scratch: Scratch) {
    this.#scratch = scratch;
    this.printed = `${scratch.path}/printed`;
    this.starts = `${scratch.path}/starts`;
  }

  /** Makes the place; servers start when they are asked for. */
  static async create(): Promise<ScheduleServers> {
    const servers = new ScheduleServers(await Scratch.create());
    await Deno.mkdir(servers.starts);
    await Deno.writeFile(servers.printed, printedBytes());
    return servers;
  }

  /** Where a transport's server listens. */
  async url(transport: TransportName): Promise<string> {
    const server = this.#servers.get(transport) ?? await this.#launch(transport);
    return server.url;
  }

  /** Kills a server, and starts another in its place: the sessions are lost. */
  async restart(transport: TransportName): Promise<string> {
    const server = this.#servers.get(transport);
    this.#servers.delete(transport);
    // The signal is sent before this function returns for the first time.
    await server?.endBy("SIGKILL");
    await server?.[Symbol.asyncDispose]();
    return (await this.#launch(transport)).url;
  }

  /** Stops a server for a while, as a machine does that is suspended. */
  async stop(transport: TransportName, milliseconds: number): Promise<void> {
    const pid = this.#servers.get(transport)?.pid;
    if (pid === undefined) return;
    Deno.kill(pid, "SIGSTOP");
    await pause(milliseconds);
    Deno.kill(pid, "SIGCONT");
  }

  /** Programs that were started more than once; ids of processes. */
  async startedTwice(): Promise<readonly string[]> {
    const found: string[] = [];
    for await (const { name } of Deno.readDir(this.starts)) {
      if (await this.startCount(name) > 1) found.push(name);
    }
    return found;
  }

  /** How often a program noted that it was started. */
  async startCount(processId: string): Promise<number> {
    try {
      return (await Deno.readTextFile(`${this.starts}/${processId}`)).split("\n").length - 1;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return 0;
      throw error;
    }
  }

  /** Ends the servers with what they run. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers.values()) await server[Symbol.asyncDispose]();
    await this.#scratch[Symbol.asyncDispose]();
  }

  async #launch(transport: TransportName): Promise<ServerProcess> {
    // A Unix socket keeps its name; a port might be taken by somebody else meanwhile.
    const listen = transport === "unix" ? `unix://${this.#scratch.path}/sock` : "ws://127.0.0.1:0";
    const server = await launchServer({ listen });
    this.#servers.set(transport, server);
    return server;
  }
}
