/** A server that runs at a server: what it started ends with it. @module */
import { within } from "../support/deadline.ts";
import { nextOutput } from "../support/process_events.ts";
import { Peer } from "../support/peer.ts";
import { start } from "../support/process_calls.ts";
import { sharedServer } from "../support/shared_server.ts";
import { serverProgram } from "../support/target.ts";
import { connectWebSocket } from "../support/websocket_wire.ts";
import { startSurvivor } from "./captivity.ts";
import { Habitat } from "./habitat.ts";
import { survivorsNamed } from "./zoo.ts";

const server = sharedServer();

for (const survivor of survivorsNamed(["a background child", "a deaf session leader"])) {
  Deno.test(`terminate of a server ends ${survivor.name} that runs at it`, async () => {
    await using habitat = await Habitat.create();
    await using peer = await server().session();
    const { program, prefix, env } = await serverProgram();
    const argv = [program, ...prefix, "--listen", "ws://127.0.0.1:0"];
    await start(peer, argv, { env: { ...habitat.env, ...env } });
    const url = (await nextOutput(peer)).trim();
    await using inner = new Peer(await connectWebSocket(url), server().root);
    await inner.handshake();
    using captive = await startSurvivor(inner, survivor, { habitat });
    await peer.call("process/terminate", { processId: "p" });
    await within(inner.ended, "the inner server to end");
    await captive.gone();
    await habitat.empty;
  });
}
