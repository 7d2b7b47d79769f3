/** Processes of another session at a real server: listed, and followed through cuts and gaps. @module */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  connectWebSocket,
  type ExecServerClient,
  ExecServerError,
  type ObservedEvent,
  type ObservedProcess,
} from "../../client/mod.ts";
import { within } from "../support/deadline.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import { Scratch } from "../support/scratch.ts";
import { sharedServer } from "../support/shared_server.ts";
import { targetName } from "../support/target.ts";

const server = sharedServer();
const env = { PATH: "/usr/bin:/bin" };
const ignore = targetName() === "reference";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

/** Two clients of the shared server, the second by another address if need be. */
async function pair(url = server().url) {
  const owner = await connectWebSocket({ url: server().url });
  const observer = await connectWebSocket({ url });
  return {
    owner,
    observer,
    async [Symbol.asyncDispose]() {
      await owner.close();
      await observer.close();
    },
  };
}

/** Attaches to a process by what the list says. */
async function attachTo(
  client: ExecServerClient,
  processId: string,
  afterSeq = 0,
): Promise<ObservedProcess> {
  const { processes } = await client.processes();
  const found = processes.find((process) => process.processId === processId);
  if (found === undefined) throw new Error(`No process ${processId} is listed`);
  return await client.attach(found, { afterSeq });
}

/** Every event, output as its text. */
async function eventsOf(process: ObservedProcess): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of process.events()) seen.push(summary(event));
  return seen;
}

function summary(event: ObservedEvent): string {
  switch (event.type) {
    case "output":
      return `${event.seq} ${event.stream} ${new TextDecoder().decode(event.chunk)}`;
    case "gap":
      return `gap ${event.from} to ${event.to}`;
    default:
      return `${event.seq} ${event.type}`;
  }
}

test("A second client lists a process and follows it to its end", async () => {
  await using clients = await pair();
  const script = 'printf out; read line; printf "$line" >&2; exit 3';
  const process = await clients.owner.start({
    argv: ["/bin/sh", "-c", script],
    env,
    pipeStdin: true,
  });
  const observed = await attachTo(clients.observer, process.processId);
  const events = observed.events();
  const first = await within(events.next(), "the first output");
  assertEquals(first.value && summary(first.value), "1 stdout out");
  await process.write(new TextEncoder().encode("err\n"));
  const rest: string[] = [];
  for await (const event of events) rest.push(summary(event));
  assertEquals(rest.sort(), ["2 stderr err", "3 exited", "4 closed"]);
  assertEquals((await within(observed.status, "the status")).exitCode, 3);
  assertEquals((await process.status).exitCode, 3);
  assertEquals([observed.facts.argv[0], observed.beginsWithGap], ["/bin/sh", false]);
});

test("Its streams bring the same, and a late reader reads what is kept", async () => {
  await using clients = await pair();
  const process = await clients.owner.start({
    argv: ["/bin/sh", "-c", "echo out; echo err >&2"],
    env,
  });
  await process.status;
  const observed = await attachTo(clients.observer, process.processId);
  const [out, err] = await Promise.all([
    new Response(observed.stdout).text(),
    new Response(observed.stderr).text(),
  ]);
  assertEquals([out, err], ["out\n", "err\n"]);
  assertEquals((await eventsOf(observed)).slice(-2).map((text) => text.slice(2)), [
    "exited",
    "closed",
  ]);
  assertEquals((await observed.read()).closed, true);
});

test("What is no longer kept at the beginning is told as a gap", async () => {
  await using clients = await pair();
  const size = 4 * 1024 * 1024;
  const argv = ["/usr/bin/head", "-c", `${size}`, "/dev/zero"];
  const process = await clients.owner.start({ argv, env });
  await process.output();
  const observed = await attachTo(clients.observer, process.processId);
  assertEquals(observed.beginsWithGap, true);
  const { firstSeq, nextSeq } = observed.facts;
  const events = (await eventsOf(observed)).map((text) => text.slice(0, 20));
  assertEquals(events[0], `gap 1 to ${firstSeq - 1}`);
  // Where the exit has its number depends on what was still in the pipe by then.
  assertEquals(events.filter((text) => text.endsWith(" exited")).length, 1);
  assertEquals([events.length, events.at(-1)], [nextSeq - firstSeq + 1, `${nextSeq - 1} closed`]);
  assertEquals((await observed.status).exitCode, 0);
  // Streams begin with what there is; that it is not all was known before.
  const again = await attachTo(clients.observer, process.processId);
  const bytes = await new Response(again.stdout).arrayBuffer();
  const { processes } = await clients.observer.processes();
  const listed = processes.find(({ processId }) => processId === process.processId);
  assertEquals(bytes.byteLength, listed?.retainedBytes);
});

test("An observer may begin after any number there is", async () => {
  await using clients = await pair();
  const process = await clients.owner.start({ argv: ["/bin/echo", "x"], env });
  await process.status;
  const attach = (afterSeq: number) => attachTo(clients.observer, process.processId, afterSeq);
  assertEquals(await eventsOf(await attach(1)), ["2 exited", "3 closed"]);
  const error = await assertRejects(() => attach(4), ExecServerError, "it has no event 4 yet");
  assertEquals(error.kind, "server");
});

test("An observer whose connection is cut misses nothing that is kept", async () => {
  await using scratch = await Scratch.create();
  await using proxy = new FaultProxy(server().url);
  await using clients = await pair(proxy.url);
  const script = 'echo before; while [ ! -e "$1" ]; do sleep 0.02; done; echo after; exit 7';
  const argv = ["/bin/sh", "-c", script, "sh", `${scratch.path}/go`];
  const process = await clients.owner.start({ argv, env });
  const observed = await attachTo(clients.observer, process.processId);
  const events = observed.events();
  await within(events.next(), "the first output");
  proxy.refuse(true);
  proxy.cut();
  await Deno.writeTextFile(`${scratch.path}/go`, "");
  await process.status;
  await proxy.connections(2);
  proxy.refuse(false);
  const rest: string[] = [];
  for await (const event of events) rest.push(summary(event));
  assertEquals(rest, ["2 stdout after\n", "3 exited", "4 closed"]);
  assertEquals((await observed.status).exitCode, 7);
});

test("An attach whose answer is lost is asked for again", async () => {
  await using proxy = new FaultProxy(server().url);
  await using clients = await pair(proxy.url);
  const process = await clients.owner.start({ argv: ["/bin/cat"], env, pipeStdin: true });
  const { processes } = await clients.observer.processes();
  const found = processes.find(({ processId }) => processId === process.processId);
  assert(found !== undefined);
  proxy.freeze("toClient");
  const attaching = clients.observer.attach(found);
  // A call behind it has been served when its effect is seen: then so has the attach.
  const marker = clients.observer.call("process/start", {
    processId: "marker",
    argv: ["/bin/true"],
    cwd: "file:///",
    env: {},
    tty: false,
  });
  marker.catch(() => {});
  await untilListed(clients.owner, "marker");
  proxy.cut();
  proxy.thaw();
  const observed = await within(attaching, "the second answer");
  const events = observed.events();
  await process.write(new TextEncoder().encode("x"));
  const { value } = await within(events.next(), "the output");
  assertEquals(value && summary(value), "1 stdout x");
  await process.terminate();
});

/** Settles when a process is listed; every look is a turn for the server. */
async function untilListed(client: ExecServerClient, processId: string): Promise<void> {
  for (;;) {
    const { processes } = await client.processes();
    if (processes.some((process) => process.processId === processId)) return;
  }
}

test("Detaching ends the events and nothing else", async () => {
  await using clients = await pair();
  const process = await clients.owner.start({ argv: ["/bin/cat"], env, pipeStdin: true });
  const observed = await attachTo(clients.observer, process.processId);
  const reading = eventsOf(observed);
  reading.catch(() => {});
  await observed.detach();
  const error = await assertRejects(() => within(reading, "the end"), ExecServerError);
  assertEquals(error.kind, "closed");
  await assertRejects(() => observed.status, ExecServerError, "has detached");
  await assertRejects(() => observed.read(), ExecServerError, "unknown process id");
  await observed.detach();
  await process.write(new TextEncoder().encode("still here"));
  const { value } = await within(process.events().next(), "the output");
  assertEquals(value?.type, "output");
  await process.terminate();
});

test("A process is attached to by the secret of its session, and by nothing else", async () => {
  await using clients = await pair();
  const process = await clients.owner.start({ argv: ["/bin/true"], env });
  await process.status;
  const { processId } = process;
  const target = { sessionId: clients.owner.sessionId, processId };
  assertEquals((await eventsOf(await clients.observer.attach(target))).length, 2);
  const { processes } = await clients.observer.processes({ sessionId: target.sessionId });
  assertEquals(processes.map((found) => found.processId), [processId]);
  const wrong = { sessionId: crypto.randomUUID(), processId };
  await assertRejects(() => clients.observer.attach(wrong), ExecServerError, "unknown session id");
  const gone = { sessionId: target.sessionId, processId: "gone" };
  await assertRejects(() => clients.observer.attach(gone), ExecServerError, "unknown process id");
});

test("An observer that does not read its events costs the owner of 200 MB nothing", async () => {
  await using clients = await pair();
  const size = 200 * 1024 * 1024;
  const argv = ["/usr/bin/head", "-c", `${size}`, "/dev/zero"];
  const waiting = ["/bin/sh", "-c", `read line; exec ${argv.join(" ")}`];
  const process = await clients.owner.start({ argv: waiting, env, pipeStdin: true });
  const observed = await attachTo(clients.observer, process.processId);
  const events = observed.events();
  await process.write(new TextEncoder().encode("\n"));
  let bytes = 0;
  for await (const event of process.events()) {
    if (event.type === "output") bytes += event.chunk.byteLength;
  }
  assertEquals(bytes, size);
  // Whatever it has read by now: what it has not is told, and every number is accounted for.
  let last = 0;
  for await (const event of events) {
    assertEquals(event.type === "gap" ? event.from : event.seq, last + 1);
    last = event.seq;
  }
  assertEquals((await observed.status).exitCode, 0);
});
