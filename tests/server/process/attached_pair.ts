/** A session with a process, and another one that can attach to it. @module */

import type { OutputLog } from "../../../server/process/output_log.ts";
import type { FakeChild } from "../../support/fake_child.ts";
import { FakeServer } from "../../support/fake_server.ts";
import type { MemoryWire } from "../../support/memory_wire.ts";
import type { Peer } from "../../support/peer.ts";
import { start } from "../../support/process_calls.ts";

/** What a test begins with: process `p` of `owner`, and `observer`. */
export interface AttachedPair extends AsyncDisposable {
  readonly server: FakeServer;
  readonly owner: Peer<MemoryWire>;
  readonly observer: Peer<MemoryWire>;
  /** What runs as `p`. */
  readonly child: FakeChild;
  /** Secret of the owner's session. */
  readonly id: string;
  /** Public name of the owner's session. */
  readonly name: string;
  /** Secret of the observer's session. */
  readonly observerId: string;
  /** Settles when the server has noticed the end of the owner's connection. */
  readonly ownerEnded: Promise<void>;
  /** Settles when the server has noticed the end of the observer's connection. */
  readonly observerEnded: Promise<void>;
  /** Parameters of `process/attach` from `alias` to `p`. */
  readonly params: (fields: object) => object;
  /** Attaches. */
  readonly attach: (fields?: object) => Promise<unknown>;
  /** Checks that the observer does not know an id. */
  readonly unknown: (method: string, processId: string) => Promise<void>;
}

/** Makes one. */
export async function owned(): Promise<AttachedPair> {
  const server = new FakeServer();
  const { peer: owner, id, ended: ownerEnded } = await server.session();
  const { peer: observer, id: observerId, ended: observerEnded } = await server.session();
  await start(owner, ["x"]);
  const name = server.sessions.bySecret(id).name;
  const target = { session: name, processId: "p" };
  const params = (fields: object) => ({ processId: "alias", target, ...fields });
  return {
    server,
    owner,
    observer,
    child: server.spawner.last,
    id,
    name,
    observerId,
    ownerEnded,
    observerEnded,
    params,
    attach: (fields = {}) => observer.call("process/attach", params(fields)),
    async unknown(method, processId) {
      const { message } = await observer.refused(method, { processId });
      if (message !== `unknown process id ${processId}`) throw new Error(message);
    },
    async [Symbol.asyncDispose]() {
      await owner.drop();
      await observer.drop();
    },
  };
}

/** The public name of a peer's session, by a process that it starts. */
export async function sessionName(peer: Peer, server: FakeServer): Promise<string> {
  await start(peer, ["y"], { processId: "y" });
  const { processes } = Object(await peer.call("process/list", {}));
  server.spawner.last.exit(0);
  return processes.find(({ own }: { own: boolean }) => own).session;
}

/** What hangs on the owner's process. */
export function observed(
  { server, id, observerId }: AttachedPair,
): { listeners: number; observations: number } {
  const log: OutputLog | undefined = server.sessions.bySecret(id).processes.get("p")?.log;
  const { observations } = server.sessions.bySecret(observerId).processes;
  return { listeners: log?.listeners ?? 0, observations };
}
