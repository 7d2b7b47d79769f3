/** Runs a server from its first line of output to its exit status. @module */

import { realClock } from "../protocol/clock.ts";
import { LineTransport } from "../protocol/transport/lines.ts";
import { Executor } from "./executor.ts";
import { isLoopback, type ListenTarget } from "./listen/listen_url.ts";
import { openListener } from "./listen/open_listener.ts";
import { WebSocketListener } from "./listen/websocket_listener.ts";
import { ignoredSignals } from "./process/ignored_signals.ts";
import { signalNumbers } from "./process/signal_numbers.ts";
import type { RunnerName } from "./process/choose_spawner.ts";

/** How to serve. */
export interface ServeOptions {
  /** Where to listen. */
  readonly target: ListenTarget;
  /** Requests served at once per lane and connection. */
  readonly concurrentRequests?: number | undefined;
  /** What starts processes; the best that works when left out. */
  readonly runner?: RunnerName | undefined;
  /** Leaves Ctrl-C to the program that started this one and shares its terminal. */
  readonly ignoreInterrupts?: boolean | undefined;
}

/** Signals that end the server, and with it everything it started. */
const END_SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/**
 * Serves until a signal or, on stdio, the end of standard input.
 * @throws {ListenError} when the address cannot be used
 */
export async function serve(options: ServeOptions): Promise<void> {
  const { target, concurrentRequests, ignoreInterrupts = false, runner } = options;
  using executor = new Executor({ concurrentRequests, runner, isGuarded: true });
  using ending = new EndSignals(ignoreInterrupts ? ["SIGINT"] : []);
  if (target.kind === "stdio") {
    const streams = { readable: Deno.stdin.readable, writable: Deno.stdout.writable };
    const transport = new LineTransport(streams, "exec-server stdio");
    const served = executor.serve(transport);
    await Promise.race([ending.received, served]);
    return;
  }
  using socket = await openListener(target);
  using _listening = new WebSocketListener(socket.listener, {
    isLocal: target.kind === "unix" || isLoopback(target.hostname),
    serve: (transport) => executor.serve(transport),
    clock: realClock,
    log: executor.log,
  });
  // The one line of standard output: whoever started us waits for it.
  Deno.stdout.writeSync(new TextEncoder().encode(`${socket.url}\n`));
  // Now, so that neither the line above nor the first client has to wait for it.
  executor.machine;
  await ending.received;
}

/** Listens for the signals that end the server. */
class EndSignals implements Disposable {
  /** Settles at the first one that is not ignored. */
  readonly received: Promise<void>;
  readonly #listeners: ReadonlyMap<Deno.Signal, () => void>;

  constructor(ignored: readonly Deno.Signal[]) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.received = promise;
    // What was ignored when this program started stays so: that is what `nohup` is for. Ignored
    // signals are listened to all the same: the runtime would end the program by them.
    const before = ignoredSignals();
    const isIgnored = (name: (typeof END_SIGNALS)[number]) =>
      ignored.includes(name) || before.has(signalNumbers[name]);
    this.#listeners = new Map(
      END_SIGNALS.map((name) => [name, () => isIgnored(name) || resolve()]),
    );
    for (const [name, listener] of this.#listeners) Deno.addSignalListener(name, listener);
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) Deno.removeSignalListener(name, listener);
  }
}
