/** The server under attack: with secrets to keep, as root or as somebody, with a world of its own. @module */

import { fromFileUrl } from "@std/path";
import { within } from "../../support/deadline.ts";
import { Peer } from "../../support/peer.ts";
import { serverProgram } from "../../support/target.ts";
import { connectWebSocket } from "../../support/websocket_wire.ts";
import type { Host } from "./host.ts";

const script = fromFileUrl(new URL("launch.py", import.meta.url));

/** Mounts, names and shared memory of its own, and a copy of `/etc` to spoil: what succeeds without
 * a sandbox must not reach the machine. */
const apart = [
  "unshare",
  "--mount",
  "--uts",
  "--propagation",
  "private",
  "/bin/sh",
  "-c",
  `set -e; d=$1; shift
mkdir -p $d/over && mount -t tmpfs over $d/over && mkdir $d/over/etc $d/over/work $d/over/bin $d/over/work2
mount -t overlay etc -o lowerdir=/etc,upperdir=$d/over/etc,workdir=$d/over/work /etc
mount -t overlay bin -o lowerdir=/usr/local/bin,upperdir=$d/over/bin,workdir=$d/over/work2 /usr/local/bin
exec "$@"`,
  "sh",
];

/** How to start it. */
export interface EscapeServerOptions {
  /** Without any sandbox attempts must succeed; then the server gets a world of its own. */
  readonly control: boolean;
  /** Further arguments of the server. */
  readonly args?: readonly string[];
}

/** A running server. */
export class EscapeServer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #url: string;
  readonly #root: string;

  /** Takes over a started child; `EscapeServer.start` is the way to make one. */
  constructor(child: Deno.ChildProcess, url: string, root: string) {
    this.#child = child;
    this.#url = url;
    this.#root = root;
  }

  /** Starts the target's server as the owner of the host's rooms. */
  static async start(host: Host, options: EscapeServerOptions): Promise<EscapeServer> {
    const { program, prefix, env } = await serverProgram();
    const launch = [
      "python3",
      script,
      String(host.uid),
      "exec-server-escape",
      `${host.base}/leak/file`,
      `${host.base}/leak/dir`,
    ];
    const around = options.control && Deno.uid() === 0 ? [...apart, host.base] : [];
    const words = [...around, ...launch, program, ...prefix, "--listen", "ws://127.0.0.1:0"];
    const [first = "", ...rest] = [...words, ...options.args ?? []];
    const home = `${host.base}/server-home`;
    const child = new Deno.Command(first, {
      args: rest,
      cwd: `${host.base}/server-root`,
      clearEnv: true,
      env: {
        PATH: "/usr/bin:/bin:/usr/sbin:/sbin",
        HOME: home,
        CODEX_HOME: home,
        ...env,
      },
      stdin: "null",
      stdout: "piped",
      stderr: Deno.env.has("EXEC_SERVER_TEST_STDERR") ? "inherit" : "null",
    }).spawn();
    const reader = child.stdout.getReader();
    const { value } = await within(reader.read(), "the server's announcement");
    await reader.cancel();
    if (value === undefined) throw new Error("The server ended before it listened");
    const url = new TextDecoder().decode(value).trim();
    return new EscapeServer(child, url, `${host.base}/server-root`);
  }

  /** Opens a session. */
  async session(): Promise<Peer> {
    const peer = new Peer(await connectWebSocket(this.#url), this.#root);
    // With the extensions: every call of ours is attacked, too.
    await peer.call("initialize", { clientName: "escapes", extensions: true });
    peer.send({ method: "initialized" });
    return peer;
  }

  /** Kills it without a chance to tidy up. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Ends it, unless it ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It was killed.
    }
    await within(this.#child.status, "the server to end");
  }
}
