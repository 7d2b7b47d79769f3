/** The surroundings of one request, with a fake machine and a clock that stands still. @module */

import { memoryPair } from "../../protocol/transport/memory.ts";
import type { Transport } from "../../protocol/transport/transport.ts";
import type { Call } from "../../server/call.ts";
import { Holdings } from "../../server/holdings.ts";
import { start } from "../../server/process/start.ts";
import { SessionStore } from "../../server/session/session_store.ts";
import { type FakeChild, fakeMachine, FakeSpawner } from "./fake_child.ts";
import { FakeClock } from "./fake_clock.ts";

/** A call, and everything a test wants to look at behind it. */
export interface FakeCall extends Call {
  /** The same clock, which the test moves. */
  readonly clock: FakeClock;
  /** Starts fake children. */
  readonly spawner: FakeSpawner;
  /** Ends the connection: `signal` fires. */
  readonly gone: AbortController;
  /** The client's end of the attached connection. */
  readonly client: Transport;
}

/** Makes a call in a session of its own.
 * @param env the server's environment */
export function fakeCall(env: Readonly<Record<string, string>> = {}): FakeCall {
  const clock = new FakeClock();
  const spawner = new FakeSpawner();
  const gone = new AbortController();
  const sessions = new SessionStore(clock, () => {});
  const [server, client] = memoryPair();
  const session = sessions.open(server);
  const machine = fakeMachine(spawner, env);
  const wantsExtensions = false;
  const { signal } = gone;
  const roomToAnswer = () => undefined;
  const notifier = { notify: () => {}, room: () => undefined };
  return {
    session,
    sessions,
    machine,
    wantsExtensions,
    holdings: new Holdings(),
    notifier,
    clock,
    signal,
    roomToAnswer,
    spawner,
    gone,
    client,
  };
}

/** Starts a fake child by a request. */
export function startFake(call: FakeCall, processId = "p", pipeStdin = false): FakeChild {
  start({ processId, argv: ["x"], cwd: "file:///", env: {}, tty: false, pipeStdin }, call);
  return call.spawner.last;
}
