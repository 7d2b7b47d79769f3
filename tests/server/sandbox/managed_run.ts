/** Commands with a managed network, and servers of this machine for them to reach. @module */

import type { ManagedNetwork, SandboxIntent } from "../../../protocol/methods/sandbox.ts";
import type { Failure } from "../../support/message.ts";
import type { Peer } from "../../support/peer.ts";
import { type Outcome, outcome } from "../../support/process_events.ts";
import { readRoot, restrictedSandbox } from "../../support/sandbox_intents.ts";

/** Begins every script: `port` and `second` are the ports of the first two arguments. */
const PRELUDE = `
import os, socket, sys
ports = [int(text) for text in sys.argv[1:]]
port = ports[0] if ports else 0
def call(to=None, host="127.0.0.1", limit=30):
    return socket.create_connection((host, port if to is None else to), limit)
def whole(connection):
    data = b""
    while True:
        piece = connection.recv(1 << 20)
        if not piece: return data
        data += piece
def attempt(name, action):
    try: print(name, action())
    except OSError as error: print(name, type(error).__name__)
`;

/** How a command is started. */
export interface ManagedStart {
  /** Python source, after the prelude. */
  readonly script: string;
  /** Arguments of the script. */
  readonly ports?: readonly number[];
  /** Variables beside PATH; by default the first port is that of a proxy. */
  readonly env?: Readonly<Record<string, string>>;
  readonly managedNetwork?: ManagedNetwork | null;
  /** By default everything can be read, nothing written, and the network is closed. */
  readonly sandbox?: SandboxIntent | null;
  readonly enforceManagedNetwork?: boolean;
  readonly tty?: boolean;
  readonly processId?: string;
}

/** A URL of a proxy at that port. */
export function proxyAt(port: number, host = "127.0.0.1"): string {
  return `http://${host}:${port}`;
}

function params(peer: Peer, { script, ports = [], env, ...others }: ManagedStart) {
  const [port] = ports;
  const proxies = env ?? (port === undefined ? {} : { HTTP_PROXY: proxyAt(port) });
  return {
    processId: "p",
    argv: ["python3", "-c", PRELUDE + script, ...ports.map(String)],
    cwd: `file://${peer.root}`,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", ...proxies },
    tty: false,
    enforceManagedNetwork: true,
    sandbox: restrictedSandbox([readRoot]),
    ...others,
  };
}

/** Starts a command. */
export async function startManaged(peer: Peer, start: ManagedStart): Promise<void> {
  await peer.call("process/start", params(peer, start));
}

/** Runs a command to its end. */
export async function runManaged(peer: Peer, start: ManagedStart): Promise<Outcome> {
  await startManaged(peer, start);
  return await outcome(peer, start.processId);
}

/** Starts a command that must be refused. @returns the error */
export async function refusedManaged(peer: Peer, start: ManagedStart): Promise<Failure> {
  return await peer.refused("process/start", params(peer, start));
}

/** A server on a free loopback port of this machine. */
export class HostServer implements Disposable {
  readonly #listener: Deno.TcpListener;
  readonly #open = new Set<Deno.Conn>();
  /** How many have called. */
  calls = 0;
  /** What a caller did that the server did not expect. */
  readonly troubles: unknown[] = [];

  /** Calls `serve` for each connection, and closes that afterwards. */
  constructor(serve: (connection: Deno.TcpConn) => Promise<void>, hostname = "127.0.0.1") {
    this.#listener = Deno.listen({ hostname, port: 0 });
    void this.#accept(serve);
  }

  /** Where it listens. */
  get port(): number {
    return this.#listener.addr.port;
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const connection of this.#open) connection.close();
    this.#open.clear();
  }

  async #accept(serve: (connection: Deno.TcpConn) => Promise<void>): Promise<void> {
    try {
      for await (const connection of this.#listener) void this.#serve(connection, serve);
    } catch (error) {
      this.troubles.push(error);
    }
  }

  async #serve(
    connection: Deno.TcpConn,
    serve: (connection: Deno.TcpConn) => Promise<void>,
  ): Promise<void> {
    this.calls += 1;
    this.#open.add(connection);
    try {
      await serve(connection);
    } catch (error) {
      this.troubles.push(error);
    } finally {
      if (this.#open.delete(connection)) connection.close();
    }
  }
}

/** Reads to the end. */
export async function readWhole(connection: Deno.Conn): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (;;) {
    const buffer = new Uint8Array(64 * 1024);
    const count = await connection.read(buffer);
    if (count === null) break;
    chunks.push(buffer.subarray(0, count));
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** Writes all of it. */
export async function writeWhole(
  connection: Deno.Conn,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  for (let at = 0; at < bytes.byteLength;) at += await connection.write(bytes.subarray(at));
}

/** Sends back what comes, as it comes. */
export async function mirror(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) return;
    await writeWhole(connection, buffer.subarray(0, count));
  }
}

/** Sends back what came, once that has ended. */
export async function echo(connection: Deno.TcpConn): Promise<void> {
  await writeWhole(connection, await readWhole(connection));
  await connection.closeWrite();
}

/** Why nothing can be run here; undefined when it can. */
export async function reasonNotToManage(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "bubblewrap needs Linux";
  for (const tool of ["bwrap", "python3"]) {
    try {
      await new Deno.Command(tool, { args: ["--version"], stdout: "null", stderr: "null" })
        .output();
    } catch {
      return `there is no ${tool}`;
    }
  }
  return undefined;
}
