/** What the reference client did in a recorded trace, in the words of our client library. @module */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import type {
  ExecServerClient,
  ProcessEvent,
  RemoteProcess,
  StartRequest,
} from "../../../client/mod.ts";
import { PROFILE, scenes } from "../../conformance/client_traces/scenes.ts";
import type { Happenings } from "../../conformance/client_traces/scenes.ts";
import { within } from "../../support/deadline.ts";
import { Scratch } from "../../support/scratch.ts";

/** The surroundings of one trace. */
export class Place implements AsyncDisposable {
  /** What happens on the machine meanwhile. */
  readonly happenings: Happenings;
  /** The trace's own directory. */
  readonly path: string;
  readonly #scratch: Scratch;

  /** Made by `Place.of`. */
  constructor(scratch: Scratch, path: string, happenings: Happenings) {
    this.#scratch = scratch;
    this.path = path;
    this.happenings = happenings;
  }

  /** Makes the surroundings of a trace.
   * @param home the home directory of the server's user, whose login shells look for the scene */
  static async of(trace: string, home?: string): Promise<Place> {
    const scratch = await Scratch.create();
    const path = join(scratch.path, trace);
    await Deno.mkdir(join(path, "work"), { recursive: true });
    if (home !== undefined) await Deno.writeTextFile(join(home, ".bash_profile"), PROFILE);
    return new Place(scratch, path, await scenes[trace]?.(path) ?? {});
  }

  /** A path in the working directory as a native one. */
  native(name: string): string {
    return join(this.path, "work", name);
  }

  /** A path in the working directory as a URL. */
  url(name: string): URL {
    return new URL(`file://${this.native(name)}`);
  }

  /** A command as the reference client starts it. */
  command(script: string, fields: Partial<StartRequest> = {}): StartRequest {
    return {
      argv: ["/bin/bash", "-lc", script],
      cwd: this.url("."),
      envPolicy: {
        inherit: "all",
        ignoreDefaultExcludes: true,
        exclude: ["CODEX_VERSION"],
        set: {},
        includeOnly: [],
      },
      env: { NO_COLOR: "1", LC_ALL: "C.UTF-8", PAGER: "cat" },
      ...fields,
    };
  }

  /** Removes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scratch[Symbol.asyncDispose]();
  }
}

/** How a command ended. */
export interface Ended {
  /** All it printed to standard output, or its terminal. */
  readonly stdout: string;
  /** All it printed to standard error. */
  readonly stderr: string;
  /** Its exit code. */
  readonly exitCode: number;
}

/** Follows one process and checks the order of its events. */
export class Follower {
  readonly #process: RemoteProcess;
  readonly #events: AsyncIterator<ProcessEvent>;
  readonly #seen: ProcessEvent[] = [];

  /** Follows from the first event on. */
  constructor(process: RemoteProcess) {
    this.#process = process;
    this.#events = process.events();
  }

  /** Waits until everything printed so far ends in `text`. */
  async until(text: string): Promise<void> {
    const printed = () => this.#text("stdout") + this.#text("pty");
    while (!printed().endsWith(text)) {
      const { value, done } = await within(this.#events.next(), `"${text}" after "${printed()}"`);
      if (done) throw new Error(`The process ended before "${text}", having said "${printed()}"`);
      this.#seen.push(value);
    }
  }

  /** Waits for the end, and ends what is over, as the reference client does.
   * @throws {Error} when the events are not one gapless sequence with one exit, `closed` last */
  async ended(): Promise<Ended> {
    for (;;) {
      const { value, done } = await within(this.#events.next(), "an event");
      if (done) break;
      this.#seen.push(value);
    }
    assertEquals(this.#seen.map(({ seq }) => seq), this.#seen.map((_, index) => index + 1));
    const ends = this.#seen.map(({ type }) => type).filter((type) => type !== "output");
    assertEquals(ends, ["exited", "closed"]);
    assertEquals(this.#seen.at(-1)?.type, "closed");
    assertEquals(await this.#process.terminate(), false);
    const { exitCode } = await this.#process.status;
    const stdout = this.#text("stdout") + this.#text("pty");
    return { stdout, stderr: this.#text("stderr"), exitCode };
  }

  #text(stream: string): string {
    const decoder = new TextDecoder();
    return this.#seen.map((event) =>
      event.type === "output" && event.stream === stream
        ? decoder.decode(event.chunk, { stream: true })
        : ""
    ).join("");
  }
}

/** Runs a command to its end. */
export async function run(client: ExecServerClient, request: StartRequest): Promise<Ended> {
  return await new Follower(await client.start(request)).ended();
}

/** Bytes of a text. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
