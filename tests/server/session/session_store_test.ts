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

/** Starts a program in a session. */
function startIn(session: Session): FakeChild {
  const spawner = new FakeSpawner();
  const request = { program: "x", argv: ["x"], cwd: "/", env: new Map(), pipeStdin: false };
  const onClosed = () => session.processes.retire("p");
  const clock = new FakeClock();
  const options = { spawner, request, outlet: session, clock, deadlines: {}, onClosed };
  session.processes.add(new Process("p", options));
  return spawner.last;
}

function refusal(resume: () => unknown): [code: number, words: string] {
  const error = assertThrows(resume, RpcError);
  return [error.code, error.message];
}

Deno.test("SessionStore.open() makes attached sessions with ids that cannot be guessed", () => {
  const { store, clock } = makeStore();
  const [first, second] = [store.open(transport()), store.open(transport())];
  assertMatch(first.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assertNotEquals(first.id, second.id);
  assertEquals([first.isAttached, clock.pending], [true, 0]);
});

Deno.test("SessionStore.resume() gives a detached session to a new connection", () => {
  const { store, clock } = makeStore();
  const session = store.open(transport());
  store.detach(session);
  assertEquals([session.isAttached, clock.pending], [false, 1]);
  assert(store.resume(session.id, transport()) === session);
  assertEquals([session.isAttached, clock.pending], [true, 0]);
});

Deno.test("SessionStore.resume() refuses a session that is attached", () => {
  const { store } = makeStore();
  const { id } = store.open(transport());
  const words = `session ${id} is already attached to another connection`;
  assertEquals(refusal(() => store.resume(id, transport())), [-32010, words]);
  assertEquals(refusal(() => store.resume(id, transport())), [-32010, words]);
});

for (const id of ["", "nope", "00000000-0000-4000-8000-000000000000"]) {
  Deno.test(`SessionStore.resume("${id}") refuses an unknown session`, () => {
    const { store } = makeStore();
    assertEquals(refusal(() => store.resume(id, transport())), [
      -32600,
      `unknown session id ${id}`,
    ]);
  });
}

Deno.test("SessionStore keeps a detached session for 80 s, then kills its processes", () => {
  const { store, clock } = makeStore();
  const session = store.open(transport());
  const child = startIn(session);
  store.detach(session);
  clock.advance(limits.detachedSessionMs - 1);
  assertEquals(child.signals, []);
  clock.advance(1);
  assertEquals(child.signals, [9]);
  assertEquals(refusal(() => store.resume(session.id, transport()))[0], -32600);
});

Deno.test("SessionStore counts the 80 s anew from each disconnect", () => {
  const { store, clock } = makeStore();
  const session = store.open(transport());
  const child = startIn(session);
  for (let round = 0; round < 3; round++) {
    store.detach(session);
    clock.advance(limits.detachedSessionMs - 1);
    store.resume(session.id, transport());
    clock.advance(limits.detachedSessionMs);
  }
  assertEquals([child.signals, clock.pending], [[], 0]);
});

Deno.test("SessionStore lets an attached session live for ever", () => {
  const { store, clock } = makeStore();
  const child = startIn(store.open(transport()));
  clock.advance(100 * limits.detachedSessionMs);
  assertEquals(child.signals, []);
});

Deno.test("SessionStore leaves other sessions alone when one expires", () => {
  const { store, clock } = makeStore();
  const [early, late] = [store.open(transport()), store.open(transport())];
  store.detach(early);
  clock.advance(1000);
  store.detach(late);
  clock.advance(limits.detachedSessionMs - 1000);
  assertEquals(refusal(() => store.resume(early.id, transport()))[0], -32600);
  assert(store.resume(late.id, transport()) === late);
});

Deno.test("SessionStore.dispose() kills the processes of all sessions and plans nothing more", () => {
  const { store, clock } = makeStore();
  const sessions = [store.open(transport()), store.open(transport())];
  const children = sessions.map(startIn);
  store.detach(sessions[0] ?? store.open(transport()));
  store.dispose();
  assertEquals(children.map(({ signals }) => signals), [[9], [9]]);
  for (const session of sessions) store.detach(session);
  assertEquals(clock.pending, 0);
});

Deno.test("initialize() opens a session unless it is asked to resume one", () => {
  const { store: sessions } = makeStore();
  for (const resumeSessionId of [undefined, null]) {
    const params = { clientName: "", resumeSessionId };
    assertEquals(initialize(params, { sessions, transport: transport() }).isAttached, true);
  }
  const session = sessions.open(transport());
  sessions.detach(session);
  const params = { clientName: "", resumeSessionId: session.id };
  assert(initialize(params, { sessions, transport: transport() }) === session);
  const empty = { clientName: "", resumeSessionId: "" };
  assertEquals(refusal(() => initialize(empty, { sessions, transport: transport() })), [
    -32600,
    "unknown session id ",
  ]);
});
