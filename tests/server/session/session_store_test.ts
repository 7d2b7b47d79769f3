/** Sessions by id: made, resumed, expired, by a clock that stands still. @module */

import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { RpcError } from "../../../protocol/errors.ts";
import { limits } from "../../../protocol/limits.ts";
import { memoryPair } from "../../../protocol/transport/memory.ts";
import type { Transport } from "../../../protocol/transport/transport.ts";
import { Process } from "../../../server/process/process.ts";
import { initialize } from "../../../server/session/initialize.ts";
import type { Session } from "../../../server/session/session.ts";
import { SessionStore } from "../../../server/session/session_store.ts";
import { type FakeChild, FakeSpawner } from "../../support/fake_child.ts";
import { FakeClock } from "../../support/fake_clock.ts";

function makeStore(): { store: SessionStore; clock: FakeClock } {
  const clock = new FakeClock();
  return { store: new SessionStore(clock, () => {}), clock };
}

function transport(): Transport {
  return memoryPair()[0];
}

/** Ends the connection that a session is attached to, whichever it is. */
function detach(store: SessionStore, session: Session): void {
  const attached = lines.get(session);
  if (attached !== undefined) store.detach(session, attached);
}

/** Which connection each session was attached to last. */
const lines = new WeakMap<Session, Transport>();

function open(store: SessionStore): Session {
  const line = transport();
  const session = store.open(line);
  lines.set(session, line);
  return session;
}

function resume(store: SessionStore, id: string): Session {
  const line = transport();
  const session = store.resume(id, line);
  lines.set(session, line);
  return session;
}

/** Starts a program in a session. */
function startIn(session: Session): FakeChild {
  const spawner = new FakeSpawner();
  const request = { program: "x", argv: ["x"], cwd: "/", env: new Map(), pipeStdin: false };
  const onClosed = () => session.processes.retire("p");
  const clock = new FakeClock();
  const fixed = { deadlines: {}, awaitAcks: false };
  const options = { spawner, request, outlet: session, clock, onClosed, ...fixed };
  session.processes.add(new Process("p", options));
  return spawner.last;
}

function refusal(resume: () => unknown): [code: number, words: string] {
  const error = assertThrows(resume, RpcError);
  return [error.code, error.message];
}

Deno.test("SessionStore.open() makes attached sessions with ids that cannot be guessed", () => {
  const { store, clock } = makeStore();
  const [first, second] = [open(store), open(store)];
  assertMatch(first.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assertNotEquals(first.id, second.id);
  assertEquals([first.isAttached, clock.pending], [true, 0]);
});

Deno.test("SessionStore.resume() gives a detached session to a new connection", () => {
  const { store, clock } = makeStore();
  const session = open(store);
  detach(store, session);
  assertEquals([session.isAttached, clock.pending], [false, 1]);
  assert(resume(store, session.id) === session);
  assertEquals([session.isAttached, clock.pending], [true, 0]);
});

Deno.test("SessionStore.resume() refuses a session that is attached", () => {
  const { store } = makeStore();
  const { id } = open(store);
  const words = `session ${id} is already attached to another connection`;
  assertEquals(refusal(() => resume(store, id)), [-32010, words]);
  assertEquals(refusal(() => resume(store, id)), [-32010, words]);
});

for (const id of ["", "nope", "00000000-0000-4000-8000-000000000000"]) {
  Deno.test(`SessionStore.resume("${id}") refuses an unknown session`, () => {
    const { store } = makeStore();
    assertEquals(refusal(() => resume(store, id)), [
      -32600,
      `unknown session id ${id}`,
    ]);
  });
}

Deno.test("SessionStore.resume() takes a session over when it is asked to, once and for all", () => {
  const { store, clock } = makeStore();
  const [old, next] = [transport(), transport()];
  const session = store.open(old);
  assert(store.resume(session.id, next, true) === session);
  // The end of the old connection is noticed later, and concerns nobody any more.
  store.detach(session, old);
  assertEquals([session.isAttached, session.isAttachedTo(next), clock.pending], [true, true, 0]);
  store.detach(session, next);
  assertEquals([session.isAttached, clock.pending], [false, 1]);
});

Deno.test("SessionStore keeps a detached session for 80 s, then kills its processes", () => {
  const { store, clock } = makeStore();
  const session = open(store);
  const child = startIn(session);
  detach(store, session);
  clock.advance(limits.detachedSessionMs - 1);
  assertEquals(child.signals, []);
  clock.advance(1);
  assertEquals(child.signals, [9]);
  assertEquals(refusal(() => resume(store, session.id))[0], -32600);
});

Deno.test("SessionStore counts the 80 s anew from each disconnect", () => {
  const { store, clock } = makeStore();
  const session = open(store);
  const child = startIn(session);
  for (let round = 0; round < 3; round++) {
    detach(store, session);
    clock.advance(limits.detachedSessionMs - 1);
    resume(store, session.id);
    clock.advance(limits.detachedSessionMs);
  }
  assertEquals([child.signals, clock.pending], [[], 0]);
});

Deno.test("SessionStore lets an attached session live for ever", () => {
  const { store, clock } = makeStore();
  const child = startIn(open(store));
  clock.advance(100 * limits.detachedSessionMs);
  assertEquals(child.signals, []);
});

Deno.test("SessionStore leaves other sessions alone when one expires", () => {
  const { store, clock } = makeStore();
  const [early, late] = [open(store), open(store)];
  detach(store, early);
  clock.advance(1000);
  detach(store, late);
  clock.advance(limits.detachedSessionMs - 1000);
  assertEquals(refusal(() => resume(store, early.id))[0], -32600);
  assert(resume(store, late.id) === late);
});

Deno.test("SessionStore.dispose() kills the processes of all sessions and plans nothing more", () => {
  const { store, clock } = makeStore();
  const sessions = [open(store), open(store)];
  const children = sessions.map(startIn);
  detach(store, sessions[0] ?? open(store));
  store.dispose();
  assertEquals(children.map(({ signals }) => signals), [[9], [9]]);
  for (const session of sessions) detach(store, session);
  assertEquals(clock.pending, 0);
});

Deno.test("initialize() opens a session unless it is asked to resume one", () => {
  const { store: sessions } = makeStore();
  for (const resumeSessionId of [undefined, null]) {
    const params = { clientName: "", resumeSessionId };
    assertEquals(initialize(params, { sessions, transport: transport() }).isAttached, true);
  }
  const session = open(sessions);
  detach(sessions, session);
  const params = { clientName: "", resumeSessionId: session.id };
  assert(initialize(params, { sessions, transport: transport() }) === session);
  const empty = { clientName: "", resumeSessionId: "" };
  assertEquals(refusal(() => initialize(empty, { sessions, transport: transport() })), [
    -32600,
    "unknown session id ",
  ]);
});
