/** A client whose connection is lost, at a real server: ours, or the reference. @module */
import { assertEquals, assertRejects } from "@std/assert";
import {
  connectWebSocket,
  type ExecServerClient,
  ExecServerError,
  type SessionState,
} from "../../client/mod.ts";
import { within } from "../support/deadline.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import { Scratch } from "../support/scratch.ts";
import { sharedServer } from "../support/shared_server.ts";
import { targetName } from "../support/target.ts";

const server = sharedServer();
const env = { PATH: "/usr/bin:/bin" };

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

Deno.test("Output printed while there was no connection is read afterwards, and so is the exit", async () => {
  await using scratch = await Scratch.create();
  await using proxy = new FaultProxy(server().url);
  await using client = await connectWebSocket({ url: proxy.url });
  const states: SessionState[] = [];
  client.onState((state) => states.push(state));
  const script = 'echo before; while [ ! -e "$1" ]; do sleep 0.02; done; echo after; exit 7';
  const argv = ["/bin/sh", "-c", script, "sh", `${scratch.path}/go`];
  const process = await client.start({ argv, env });
  const events = process.events();
  const first = await within(events.next(), "the first output");
  assertEquals(first.value?.type === "output" && text(first.value.chunk), "before\n");
  proxy.refuse(true);
  proxy.cut();
  await Deno.writeTextFile(`${scratch.path}/go`, "");
  await proxy.connections(2);
  proxy.refuse(false);
  const seen: string[] = [];
  for await (const event of events) seen.push(`${event.seq} ${event.type}`);
  assertEquals(seen, ["2 output", "3 exited", "4 closed"]);
  assertEquals((await process.status).exitCode, 7);
  assertEquals(states, ["recovering", "connected"]);
});

Deno.test("A connection that is cut again and again loses no byte of output and of input", async () => {
  await using proxy = new FaultProxy(server().url);
  await using client = await connectWebSocket({ url: proxy.url });
  const process = await client.start({ argv: ["/bin/cat"], env, pipeStdin: true });
  const lines = Array.from({ length: 200 }, (_, at) => `line ${at}\n`);
  const whole = lines.join("");
  const reading = (async () => {
    let seen = "";
    for await (const event of process.events()) {
      if (event.type !== "output") continue;
      seen += text(event.chunk);
      if (seen.length >= whole.length) return seen;
    }
    return seen;
  })();
  for (const [at, line] of lines.entries()) {
    const written = process.write(new TextEncoder().encode(line));
    if (at % 20 === 10) proxy.cut();
    await within(written, `write ${at}`);
  }
  assertEquals(await within(reading, "the output"), whole);
  await process.terminate();
});

Deno.test("Calls wait while the connection is recovered, unless they do not want to", async () => {
  await using proxy = new FaultProxy(server().url);
  await using client = await connectWebSocket({ url: proxy.url });
  proxy.refuse(true);
  proxy.cut();
  await proxy.connections(2);
  assertEquals(client.state, "recovering");
  const impatient = client.call("environment/status", {}, { whileRecovering: "fail" });
  const error = await assertRejects(() => impatient, ExecServerError);
  assertEquals(error.kind, "recovering");
  const patient = client.call("environment/status", {});
  proxy.refuse(false);
  assertEquals(await within(patient, "the answer"), { status: "ready" });
});

Deno.test("A client that cannot come back fails in time, and every promise with it", async () => {
  await using proxy = new FaultProxy(server().url);
  await using client = await connectWebSocket({ url: proxy.url, recoveryTimeoutMs: 300 });
  const process = await client.start({ argv: ["/bin/sleep", "60"], env });
  const status = process.status;
  const events = (async () => {
    for await (const _ of process.events());
  })();
  events.catch(() => {});
  proxy.refuse(true);
  proxy.cut();
  const waiting = client.call("environment/status", {});
  const error = await assertRejects(() => within(waiting, "the end"), ExecServerError);
  assertEquals(error.kind, "disconnected");
  assertEquals(/recovery timed out after 0.3s$/.test(error.message), true, error.message);
  await assertRejects(() => within(status, "the status"), ExecServerError, "recovery timed out");
  await assertRejects(() => within(events, "the events"), ExecServerError, "recovery timed out");
  assertEquals(client.state, "failed");
  // Nobody else would end what was left running there.
  await using other = await connectWebSocket({
    url: server().url,
    resumeSessionId: client.sessionId,
  });
  await other.call("process/terminate", { processId: process.processId });
});

Deno.test({
  name: "Half of a connection that lives on is noticed, and the session goes on",
  // The reference hands no session over while it takes the old connection for alive.
  ignore: targetName() === "reference",
  async fn() {
    await using proxy = new FaultProxy(server().url);
    const heartbeat = { intervalMs: 30, timeoutMs: 200 };
    await using client = await connectWebSocket({ url: proxy.url, heartbeat });
    const process = await client.start({ argv: ["/bin/cat"], env, pipeStdin: true });
    proxy.freeze();
    const written = process.write(new TextEncoder().encode("over there\n"));
    await untilState(client, "recovering");
    // The old connection stays as it is: neither side has heard that it is dead.
    proxy.thawNew();
    await within(written, "the write");
    const { value } = await within(process.events().next(), "the output");
    assertEquals(value?.type === "output" && text(value.chunk), "over there\n");
    await process.terminate();
  },
});

Deno.test({
  name: "A new connection that goes silent before the session has caught up is given up too",
  // The reference hands no session over while it takes the old connection for alive.
  ignore: targetName() === "reference",
  async fn() {
    await using proxy = new FaultProxy(server().url);
    const heartbeat = { intervalMs: 30, timeoutMs: 200 };
    await using client = await connectWebSocket({ url: proxy.url, heartbeat });
    // The answer to a resumption is as long as the first one.
    const afterBytes = proxy.passed("toClient");
    const process = await client.start({ argv: ["/bin/cat"], env, pipeStdin: true });
    const silent = { toClient: [{ afterBytes, then: "freeze" as const }] };
    proxy.plan = (connection) => connection === 2 ? silent : {};
    proxy.cut();
    await within(process.write(new TextEncoder().encode("over there\n")), "the write");
    const { value } = await within(process.events().next(), "the output");
    assertEquals(value?.type === "output" && text(value.chunk), "over there\n");
    assertEquals([proxy.accepted, proxy.counts.freezes], [3, 1]);
    await process.terminate();
  },
});

Deno.test({
  name: "A recovery that ends while it catches up fails each process with the session's reason",
  ignore: targetName() === "reference",
  async fn() {
    await using proxy = new FaultProxy(server().url);
    const options = { url: proxy.url, heartbeat: false, recoveryTimeoutMs: 300 } as const;
    await using client = await connectWebSocket(options);
    const afterBytes = proxy.passed("toClient");
    const process = await client.start({ argv: ["/bin/sleep", "2"], env });
    proxy.plan = () => ({ toClient: [{ afterBytes, then: "freeze" }] });
    proxy.cut();
    const error = await assertRejects(
      () => within(process.status, "the status"),
      ExecServerError,
      "recovery timed out",
    );
    assertEquals(error.kind, "disconnected");
  },
});

Deno.test("A server that says nothing but lives is not taken for dead", async () => {
  await using proxy = new FaultProxy(server().url);
  const heartbeat = { intervalMs: 5, timeoutMs: 1000 };
  await using client = await connectWebSocket({ url: proxy.url, heartbeat });
  await (await client.start({ argv: ["/bin/sleep", "0.2"], env })).exit;
  assertEquals([client.state, proxy.accepted], ["connected", 1]);
});

Deno.test({
  name: "A reader that pauses through a cut gets every byte, and the session is not lost",
  // The reference forgets what exceeds its window while nobody is attached.
  ignore: targetName() === "reference",
  async fn() {
    await using proxy = new FaultProxy(server().url);
    const heartbeat = { intervalMs: 20, timeoutMs: 20 };
    const options = { url: proxy.url, heartbeat, backpressure: true };
    await using client = await connectWebSocket(options);
    const size = 24 * 1024 * 1024;
    const process = await client.start({
      argv: ["/usr/bin/head", "-c", `${size}`, "/dev/zero"],
      env,
    });
    const events = process.events();
    const first = await within(events.next(), "the first output");
    let bytes = first.value?.type === "output" ? first.value.chunk.byteLength : 0;
    // Nobody reads now: only a failing write tells the client that its connection is gone.
    const back = new Promise<void>((resolve) => {
      client.onState((state) => state === "connected" && resolve());
    });
    proxy.cut();
    await within(back, "the recovery");
    for await (const event of events) if (event.type === "output") bytes += event.chunk.byteLength;
    assertEquals(bytes, size);
  },
});

Deno.test("A listener that throws does not stop the recovery", async () => {
  await using proxy = new FaultProxy(server().url);
  await using client = await connectWebSocket({ url: proxy.url });
  const reported: string[] = [];
  const report = (event: ErrorEvent) => {
    event.preventDefault();
    reported.push(event.error.message);
  };
  globalThis.addEventListener("error", report);
  const forget = client.onState((state) => {
    throw new Error(`Not ${state}`);
  });
  proxy.cut();
  assertEquals(await client.call("environment/status", {}), { status: "ready" });
  forget();
  globalThis.removeEventListener("error", report);
  assertEquals(reported, ["Not recovering", "Not connected"]);
});

Deno.test({
  name: "A watch that is begun while the connection is recovered begins once",
  ignore: targetName() === "reference",
  async fn() {
    await using scratch = await Scratch.create();
    await using proxy = new FaultProxy(server().url);
    await using client = await connectWebSocket({ url: proxy.url });
    proxy.refuse(true);
    proxy.cut();
    await proxy.connections(2);
    const watch = client.fs.watch(`file://${scratch.path}`)[Symbol.asyncIterator]();
    const first = watch.next();
    proxy.refuse(false);
    await untilState(client, "connected");
    let isTold = false;
    const told = within(first, "a change").then(({ done }) => {
      isTold = true;
      return done;
    });
    // When the watch begins is not known; from then on a change is told.
    for (let file = 0; !isTold; file++) {
      await Deno.writeTextFile(`${scratch.path}/${file}`, "");
      await client.call("environment/status", {});
    }
    assertEquals(await told, false);
    await watch.return?.();
  },
});

Deno.test({
  name: "A flood goes on after a reconnect that takes its time",
  ignore: targetName() === "reference",
  async fn() {
    await using scratch = await Scratch.create();
    // Enough directories that watching them again lasts longer than the flood needs to be held.
    for (let at = 0; at < 1500; at++) await Deno.mkdir(`${scratch.path}/${at}`);
    await using proxy = new FaultProxy(server().url);
    await using client = await connectWebSocket({ url: proxy.url });
    const watch = client.fs.watch(`file://${scratch.path}`)[Symbol.asyncIterator]();
    const watching = watch.next();
    watching.catch(() => {});
    const size = 20 * 1024 * 1024;
    const process = await client.start({
      argv: ["/usr/bin/head", "-c", `${size}`, "/dev/zero"],
      env,
    });
    let bytes = 0;
    let isCut = false;
    const reading = (async () => {
      for await (const event of process.events()) {
        if (event.type !== "output") continue;
        bytes += event.chunk.byteLength;
        if (!isCut && bytes > 1024 * 1024) {
          isCut = true;
          proxy.cut();
        }
      }
    })();
    await within(reading, "the end of the flood");
    assertEquals(bytes, size);
    await watch.return?.();
  },
});

Deno.test("Closing a client that is recovering ends the attempt", async () => {
  await using proxy = new FaultProxy(server().url);
  const client = await connectWebSocket({ url: proxy.url, recoveryTimeoutMs: 0 });
  proxy.refuse(true);
  proxy.cut();
  await proxy.connections(2);
  await within(client.close(), "the end");
  const error = await assertRejects(() => client.call("environment/status", {}), ExecServerError);
  assertEquals(error.kind, "closed");
});

/** Settles when a client is in a state. */
async function untilState(client: ExecServerClient, wanted: SessionState): Promise<void> {
  if (client.state === wanted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const forget = client.onState((state) => state === wanted && resolve());
  await within(promise, `the state ${wanted}`);
  forget();
}
