/** Runs a server from its first line of output to its exit status. @module */

import { realClock } from "../protocol/clock.ts";
import { LineTransport } from "../protocol/transport/lines.ts";
import { Executor } from "./executor.ts";
import { isLoopback, type ListenTarget } from "./listen/listen_url.ts";
import { openListener } from "./listen/open_listener.ts";
import { WebSocketListener } from "./listen/websocket_listener.ts";
import { ignoredSignals } from "./process/ignored_signals.ts";
import { signalNumbers } from "./process/signal_numbers.ts";
import { isFromInside } from "./sandbox/inside_callers.ts";
import { createLog } from "./log.ts";
import type { RunnerName } from "./process/choose_spawner.ts";
import { type CommandLimits, ControlGroups } from "./sandbox/control_groups.ts";

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
  /** What every sandboxed command is limited to; nothing is done about limits without. */
  readonly commandLimits?: CommandLimits | undefined;
}

/** Signals that end the server, and with it everything it started. */
const END_SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/**
 * Serves until a signal or, on stdio, the end of standard input.
 * @throws {ListenError} when the address cannot be used
 * @throws {LimitError} when commands cannot be limited as asked for
 */
export async function serve(options: ServeOptions): Promise<void> {
  const { target, concurrentRequests, ignoreInterrupts = false, runner, commandLimits } = options;
  const ended = endSignal(ignoreInterrupts ? ["SIGINT"] : []);
  const orderPaths = target.kind === "unix" ? [target.path] : [];
  const orderPorts = new Set<number>();
  const orders = { orderPaths, orderPorts };
  const log = createLog(Deno.env.get("EXEC_SERVER_LOG") ?? "");
  // Before anything is started, which would be in its way; and disposed of after all has ended.
  await using groups = commandLimits && new ControlGroups(commandLimits, {
    onError: (error) => log("process", () => `control groups: ${error}`),
  });
  const parts = { concurrentRequests, runner, ...orders, groups, log };
  using executor = new Executor({ ...parts, isGuarded: true });
  if (target.kind === "stdio") {
    const streams = { readable: Deno.stdin.readable, writable: Deno.stdout.writable };
    const transport = new LineTransport(streams, "exec-server stdio");
    const served = executor.serve(transport);
    await Promise.race([ended, served]);
    return;
  }
  using socket = await openListener(target);
  const { addr } = socket.listener;
  if (addr.transport === "tcp") orderPorts.add(addr.port);
  using _listening = new WebSocketListener(socket.listener, {
    isLocal: target.kind === "unix" || isLoopback(target.hostname),
    refuses: (remote) => isFromInside(remote, executor.machine.spawner.networkSharers),
    serve: (transport) => executor.serve(transport),
    clock: realClock,
    log: executor.log,
  });
  // The one line of standard output: whoever started us waits for it.
  Deno.stdout.writeSync(new TextEncoder().encode(`${socket.url}\n`));
  // Now, so that neither the line above nor the first client has to wait for it.
  executor.machine;
  await ended;
}

/**
 * Settles at the first signal that ends the server and is not ignored. Nobody stops listening: a
 * client that closes standard input may send a signal at the same moment, which must neither end
 * this program while it still ends what it started, nor spoil its exit status.
 */
function endSignal(ignored: readonly Deno.Signal[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // What was ignored when this program started stays so: that is what `nohup` is for. Ignored
  // signals are listened to all the same: the runtime would end the program by them.
  const before = ignoredSignals();
  for (const name of END_SIGNALS) {
    const isIgnored = ignored.includes(name) || before.has(signalNumbers[name]);
    Deno.addSignalListener(name, () => isIgnored || resolve());
  }
  return promise;
}
