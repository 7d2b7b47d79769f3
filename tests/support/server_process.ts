/** Starts the server under test, over WebSocket or stdio, in a world of its own. @module */
import { within } from "./deadline.ts";
import { Peer } from "./peer.ts";
import { Scratch } from "./scratch.ts";
import { StdioWire } from "./stdio_wire.ts";
import { serverProgram } from "./target.ts";
import { type ConnectOptions, connectWebSocket, type WebSocketWire } from "./websocket_wire.ts";

/** How to start a server. */
export interface LaunchOptions {
  /** The `--listen` value; a free loopback port by default. */
  readonly listen?: string;
  /** Further arguments. */
  readonly args?: readonly string[];
  /** Further variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Words before the server's own command: a program that starts it. */
  readonly through?: readonly string[];
}

/** The world a server runs in: only these directories and variables. */
class World implements AsyncDisposable {
  readonly #root: Scratch;
  readonly #home: Scratch;

  constructor(root: Scratch, home: Scratch) {
    this.#root = root;
    this.#home = home;
  }

  static async create(): Promise<World> {
    // The reference makes no sandbox when its home is below the temporary directory.
    const homes = Deno.build.os === "linux" ? "/var/tmp" : undefined;
    return new World(await Scratch.create(), await Scratch.create(homes));
  }

  get root(): string {
    return this.#root.path;
  }

  get home(): string {
    return this.#home.path;
  }

  async command(
    args: readonly string[],
    { env, through = [] }: LaunchOptions,
    streams: Pick<Deno.CommandOptions, "stdin" | "stdout" | "stderr">,
  ): Promise<Deno.Command> {
    const { program, prefix, env: needed } = await serverProgram();
    const [first = program, ...words] = [...through, program];
    return new Deno.Command(first, {
      args: [...words, ...prefix, ...args],
      cwd: this.root,
      clearEnv: true,
      env: {
        PATH: "/usr/bin:/bin",
        HOME: this.home,
        CODEX_HOME: this.home,
        ...needed,
        ...env,
      },
      ...streams,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#root[Symbol.asyncDispose]();
    await this.#home[Symbol.asyncDispose]();
  }
}

/** A running WebSocket server. */
export class ServerProcess implements AsyncDisposable {
  /** Where it listens, from its own announcement. */
  readonly url: string;
  readonly #world: World;
  readonly #child: Deno.ChildProcess;

  /** Takes over a started child; `launchServer` is the way to make one. */
  constructor(url: string, world: World, child: Deno.ChildProcess) {
    this.url = url;
    this.#world = world;
    this.#child = child;
  }

  /** The server's working directory. */
  get root(): string {
    return this.#world.root;
  }

  /** The server's home directory. */
  get home(): string {
    return this.#world.home;
  }

  /** The operating system's id of the server. */
  get pid(): number {
    return this.#child.pid;
  }

  /** The listener as a web address, for plain HTTP. */
  get httpUrl(): string {
    return this.url.replace(/^ws:/, "http:");
  }

  /** Opens a connection, without a handshake. */
  async connect(options?: ConnectOptions): Promise<Peer<WebSocketWire>> {
    const url = this.url.replace(/^unix:\/\/(.*)$/, "ws+unix:$1:/");
    return new Peer(await connectWebSocket(url, options), this.root);
  }

  /** Opens a connection and performs the handshake. */
  async session(): Promise<Peer<WebSocketWire>> {
    const peer = await this.connect();
    await peer.handshake();
    return peer;
  }

  /** Sends a signal and waits for the end. */
  async endBy(signal: Deno.Signal): Promise<Deno.CommandStatus> {
    this.#child.kill(signal);
    return await within(this.#child.status, `the server to end by ${signal}`);
  }

  /** Ends the server with its children, and removes its world. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It ended already.
    }
    await within(this.#child.status, "the server to end");
    await this.#world[Symbol.asyncDispose]();
  }
}

/** Starts a WebSocket server and waits for its announcement. */
export async function launchServer(options: LaunchOptions = {}): Promise<ServerProcess> {
  const world = await World.create();
  const listen = options.listen ?? "ws://127.0.0.1:0";
  const command = await world.command(
    ["--listen", listen, ...options.args ?? []],
    options,
    { stdin: "null", stdout: "piped", stderr: stderrSetting() },
  );
  const child = command.spawn();
  const reader = child.stdout.getReader();
  const { value } = await within(reader.read(), "the server's announcement");
  await reader.cancel();
  if (value === undefined) throw new Error("The server ended before it listened");
  return new ServerProcess(new TextDecoder().decode(value).trim(), world, child);
}

/** A running stdio server with its one peer. */
export interface StdioServer extends AsyncDisposable {
  /** The connection. */
  readonly peer: Peer<StdioWire>;
  /** The server's home directory. */
  readonly home: string;
  /** Settles when the server ended. */
  readonly status: Promise<Deno.CommandStatus>;
  /** Sends a signal to the server. */
  kill(signal: Deno.Signal): void;
}

/** Starts a server on standard streams. */
export async function launchStdio(options: LaunchOptions = {}): Promise<StdioServer> {
  const world = await World.create();
  const command = await world.command(
    ["--listen", options.listen ?? "stdio", ...options.args ?? []],
    options,
    { stdin: "piped", stdout: "piped", stderr: stderrSetting() },
  );
  const child = command.spawn();
  const peer = new Peer(new StdioWire(child.stdin, child.stdout), world.root);
  return {
    peer,
    home: world.home,
    status: child.status,
    kill: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      await peer.drop();
      await within(child.status, "the stdio server to end");
      await world[Symbol.asyncDispose]();
    },
  };
}

/** What a server that did not stay printed, and its exit status. */
export interface RunOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the server program to its end: for arguments it refuses. */
export async function runToEnd(args: readonly string[]): Promise<RunOutcome> {
  await using world = await World.create();
  const command = await world.command(args, {}, {
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  try {
    const { code, stdout, stderr } = await within(child.output(), "the server to refuse");
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

/** Starts a server, ends it by SIGTERM as soon as it printed something, and tells all it printed. */
export async function announcement(args: readonly string[]): Promise<RunOutcome> {
  await using world = await World.create();
  const streams = { stdin: "null", stdout: "piped", stderr: stderrSetting() } as const;
  const child = (await world.command(args, {}, streams)).spawn();
  const decoder = new TextDecoder();
  let stdout = "";
  for await (const bytes of child.stdout) {
    if (stdout === "") child.kill("SIGTERM");
    stdout += decoder.decode(bytes, { stream: true });
  }
  const { code } = await within(child.status, "the server to end");
  return { code, stdout, stderr: "" };
}

/** Servers are silent in tests unless `EXEC_SERVER_TEST_STDERR` is set. */
function stderrSetting(): "inherit" | "null" {
  return Deno.env.has("EXEC_SERVER_TEST_STDERR") ? "inherit" : "null";
}
