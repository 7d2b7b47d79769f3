/** Lost connections of the recorded traces, survived by our client at ours or at the reference. @module */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { connectTransport } from "../../../client/connect_transport.ts";
import type { ClientTransport } from "../../../client/connection.ts";
import { connectWebSocket, ExecServerError, type SessionState } from "../../../client/mod.ts";
import { openSocket } from "../../../client/socket.ts";
import { parseAddress } from "../../../client/websocket_address.ts";
import { FaultProxy } from "../../support/fault_proxy.ts";
import { makeFifo, readFifo } from "../../support/fifo.ts";
import { sharedServer } from "../../support/shared_server.ts";
import { bytes, Follower, Place, run } from "./conversation.ts";

const server = sharedServer();

/** What somebody between client and server makes of their messages. */
interface Rewriting {
  readonly sent?: (text: string) => string;
  readonly received?: (text: string) => string;
}

/** Opens a connection that somebody tampers with. */
async function tampered(
  { sent = same, received = same }: Rewriting,
  signal: AbortSignal = new AbortController().signal,
): Promise<ClientTransport> {
  const transport = await openSocket(parseAddress(server().url), new Headers(), signal);
  return {
    peer: transport.peer,
    closed: transport.closed,
    send: (text) => transport.send(sent(text)),
    receive: async () => {
      const text = await transport.receive();
      return text === undefined ? undefined : received(text);
    },
    close: (reason) => transport.close(reason),
    finish: (reason) => transport.finish(reason),
  };
}

function same(text: string): string {
  return text;
}

Deno.test("reconnect: a command goes on through a cut", async () => {
  await using place = await Place.of("reconnect");
  await using proxy = new FaultProxy(server().url);
  await using client = await connectWebSocket({ url: proxy.url });
  const states: SessionState[] = [];
  client.onState((state) => states.push(state));
  const script = "for i in 1 2 3 4 5 6 7 8; do echo tick $i; sleep 0.1; done; exit 4";
  const follower = new Follower(await client.start(place.command(script)));
  await follower.until("tick 3\n");
  proxy.cut();
  const { stdout, exitCode } = await follower.ended();
  assertEquals(stdout, [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `tick ${number}\n`).join(""));
  assertEquals([exitCode, states], [4, ["recovering", "connected"]]);
});

Deno.test("reconnect-away: what happened while nobody could connect is told afterwards", async () => {
  await using place = await Place.of("reconnect-away", server().home);
  await using proxy = new FaultProxy(server().url);
  await using client = await connectWebSocket({ url: proxy.url });
  const script = "for i in 1 2 3 4 5; do echo t$i; sleep 0.1; done; echo to-err >&2; exit 6";
  const follower = new Follower(await client.start(place.command(script)));
  await follower.until("t2\n");
  proxy.refuse(true);
  proxy.cut();
  await proxy.connections(3);
  await place.happenings.whileAway?.();
  proxy.refuse(false);
  const ended = await follower.ended();
  assertEquals(ended, { stdout: "t1\nt2\nt3\nt4\nt5\n", stderr: "to-err\n", exitCode: 6 });
  assertEquals((await run(client, place.command("echo next"))).stdout, "next\n");
});

Deno.test("reconnect-write: input whose answer was lost is typed once", async () => {
  await using place = await Place.of("reconnect-write", server().home);
  const taken = await makeFifo(place.native("taken"));
  await using proxy = new FaultProxy(server().url);
  await using client = await connectWebSocket({ url: proxy.url, heartbeat: false });
  const script = 'stty -echo; read x; echo "got:$x"; echo > taken; ' +
    'while read x; do echo "got:$x"; done; echo end';
  const process = await client.start(place.command(script, { tty: true }));
  const follower = new Follower(process);
  await place.happenings.beforeWrite?.();
  proxy.freeze("toClient");
  const writing = process.write(bytes("abc\n"));
  await readFifo(taken);
  proxy.cut();
  proxy.thaw();
  await writing;
  await follower.until("got:abc\r\n");
  await process.write(bytes("\u0004"));
  const { stdout, exitCode } = await follower.ended();
  assertEquals([stdout, exitCode], ["got:abc\r\nend\r\n", 0]);
});

Deno.test("session-unknown: a command of a lost session is lost, and the next client works", async () => {
  await using place = await Place.of("session-unknown");
  const first = await tampered({});
  const nobody = "00000000-0000-4000-8000-000000000000";
  await using client = await connectTransport(first, {}, (signal) => {
    const sent = (text: string) => text.replace(client.sessionId, nobody);
    return tampered({ sent }, signal);
  });
  const follower = new Follower(await client.start(place.command("echo a; sleep 30")));
  await follower.until("a\n");
  first.close("cut");
  const error = await assertRejects(() => follower.ended(), ExecServerError);
  assertEquals(error.kind, "sessionLost");
  assertStringIncludes(error.message, `(-32600): unknown session id ${nobody}`);
  assertEquals(client.state, "failed");
  await using next = await connectWebSocket({ url: server().url });
  assertEquals((await run(next, place.command("echo after"))).stdout, "after\n");
});

Deno.test("environment-info: a handshake that tells nothing is followed by the question", async () => {
  await using place = await Place.of("environment-info");
  let isFirst = true;
  const received = (text: string) => {
    if (!isFirst) return text;
    isFirst = false;
    const { id, result } = JSON.parse(text);
    return JSON.stringify({ id, result: { sessionId: result.sessionId } });
  };
  await using client = await connectTransport(await tampered({ received }));
  assertEquals(client.environmentInfo.cwd, `file://${server().root}`);
  assertEquals(client.capabilities.fsWatchMissing, true);
  assertEquals((await run(client, place.command("echo ok-info"))).stdout, "ok-info\n");
});
