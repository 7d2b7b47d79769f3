/** The machine around an escape attempt: rooms to attack and services to reach, by `host.py`. @module */

import { fromFileUrl } from "@std/path";
import { within } from "../../support/deadline.ts";

/** Names of the paths that attempts speak of. */
export interface RoomVariables extends Readonly<Record<string, string>> {
  /** The workspace, a git repository. */
  readonly WS: string;
  /** A directory beside it. */
  readonly OUT: string;
  /** A directory with secrets. */
  readonly SEC: string;
  /** A home directory. */
  readonly HOME: string;
}

/** One fresh set of directories, with sockets and a process of the host. */
export interface Room {
  readonly path: string;
  /** What commands find in their environment. */
  readonly vars: RoomVariables;
}

const script = fromFileUrl(new URL("host.py", import.meta.url));
/** Not below `/tmp`, which some policies make writable. */
const places = ["/var/tmp", "/tmp"];

/** The host's side of a run. */
export class Host implements AsyncDisposable {
  /** Where everything is. */
  readonly base: string;
  /** The user that owns the rooms. */
  readonly uid: number;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #services: Readonly<Record<string, string>> = {};
  #turn: Promise<unknown> = Promise.resolve();
  #rooms = 0;

  /** Takes over a started child; `Host.open` is the way to make one. */
  constructor(base: string, uid: number, child: Deno.ChildProcess) {
    this.base = base;
    this.uid = uid;
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(lineSplitter())
      .getReader();
  }

  /** Starts the services.
   * @param uid who shall own the rooms: the user the server runs as */
  static async open(uid: number): Promise<Host> {
    const base = await makeBase();
    const child = new Deno.Command("python3", {
      args: [script, base, String(uid)],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const host = new Host(base, uid, child);
    host.#services = await host.#line();
    return host;
  }

  /** Makes a room. */
  async openRoom(): Promise<Room> {
    const number = ++this.#rooms;
    const path = `${this.base}/${number}`;
    const { victim = "0" } = await this.#ask({ do: "open", path });
    const vars = {
      ...this.#services,
      WS: `${path}/ws`,
      OUT: `${path}/outside`,
      SEC: `${path}/secret`,
      HOME: `${path}/home`,
      BASE: path,
      ROOM: String(number),
      LITTER: `exec-server-escape-${number}-x`,
      HPID: String(victim),
      LEAK: `${this.base}/leak`,
    };
    return { path, vars };
  }

  /** What happened to the host since the room was made.
   * @param allowed beginnings of reports that do not count */
  async damage(room: Room, allowed: readonly string[]): Promise<readonly string[]> {
    const { changes } = await this.#ask({ do: "damage", path: room.path, allowed });
    return Array.isArray(changes) ? changes.map(String) : [];
  }

  /** Removes a room. */
  async closeRoom(room: Room): Promise<void> {
    await this.#ask({ do: "close", path: room.path });
  }

  /** Ends the services and removes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await within(this.#child.status, "the escape suite's host to end");
    await this.#lines.cancel();
    await Deno.remove(this.base, { recursive: true });
  }

  /** One question at a time: answers carry no number. */
  #ask(question: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    const answer = this.#turn.then(async () => {
      await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(question)}\n`));
      return await this.#line();
    });
    this.#turn = answer.catch(() => {});
    return answer;
  }

  async #line(): Promise<Readonly<Record<string, string>>> {
    const { value } = await within(this.#lines.read(), "an answer of the escape suite's host");
    if (value === undefined) throw new Error("The escape suite's host ended");
    return JSON.parse(value);
  }
}

async function makeBase(): Promise<string> {
  for (const dir of places) {
    try {
      const made = await Deno.makeTempDir({ dir, prefix: "exec-server-escapes-" });
      await Deno.chmod(made, 0o755);
      return await Deno.realPath(made);
    } catch {
      // The next place may do; without any, there is nothing to attack.
    }
  }
  throw new Error(`Cannot make a directory in ${places.join(" or ")}`);
}

/** Splits text into its lines. */
export function lineSplitter(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(text, controller) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) controller.enqueue(line);
    },
  });
}
