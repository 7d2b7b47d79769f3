/** What is left of a managed network: nothing, neither for its command nor after it. @module */

import { assert, assertEquals } from "@std/assert";
import { within } from "../../support/deadline.ts";
import type { Peer } from "../../support/peer.ts";
import { nextOutput, outcome } from "../../support/process_events.ts";
import { disabledSandbox } from "../../support/sandbox_intents.ts";
import { launchServer, type ServerProcess } from "../../support/server_process.ts";
import {
  HostServer,
  mirror,
  readWhole,
  reasonNotToManage,
  runManaged,
  startManaged,
} from "./managed_run.ts";

const reason = await reasonNotToManage();

function endTest(name: string, fn: (peer: Peer, server: ServerProcess) => Promise<void>): void {
  const title = reason === undefined ? name : `${name} (skipped: ${reason})`;
  Deno.test(title, { ignore: reason !== undefined }, async () => {
    // One of its own, for its descriptors are counted.
    await using server = await launchServer();
    await using peer = await server.session();
    await fn(peer, server);
  });
}

/** What the server has open: kinds, not numbers, which are different each time. */
async function openFiles({ pid }: ServerProcess): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
    try {
      found.push((await Deno.readLink(`/proc/${pid}/fd/${name}`)).replace(/\d+/g, "N"));
    } catch {
      // Closed meanwhile.
    }
  }
  return found.sort();
}

/** Once everything that is opened only once is open. */
async function idleFiles(peer: Peer, server: ServerProcess): Promise<readonly string[]> {
  using proxy = new HostServer(mirror);
  const script = "connection = call(); connection.sendall(b'x'); connection.recv(1)";
  for (const processId of ["first", "second"]) {
    const { exitCode, stderr } = await runManaged(peer, { script, processId, ports: [proxy.port] });
    assertEquals([exitCode, stderr], [0, ""]);
  }
  await peer.proveOpen();
  return await openFiles(server);
}

endTest("terminating a command closes all its connections", async (peer, server) => {
  const idle = await idleFiles(peer, server);
  const ends: Promise<unknown>[] = [];
  using proxy = new HostServer((connection) => {
    const end = readWhole(connection);
    ends.push(end.catch(() => {}));
    return end.then(() => {});
  });
  const script = `
connections = [call() for _ in range(50)]
for it in connections: it.sendall(b"x")
print("connected", flush=True)
sys.stdin.read()
import time
time.sleep(600)`;
  await startManaged(peer, { script, ports: [proxy.port] });
  assertEquals(await nextOutput(peer), "connected\n");
  await peer.call("process/terminate", { processId: "p" });
  await outcome(peer, "p", 2);
  await within(Promise.all(ends), "the ends of the connections");
  assertEquals(proxy.calls, 50);
  await peer.proveOpen();
  assertEquals(await openFiles(server), idle);
});

endTest("a regular end closes what the proxy leaves open", async (peer, server) => {
  const idle = await idleFiles(peer, server);
  const { promise: over, resolve } = Promise.withResolvers<void>();
  // It neither reads nor writes, nor does it close.
  using proxy = new HostServer(() => over);
  const script = "connection = call(); connection.sendall(bytes(10000)); call(); os._exit(3)";
  const { exitCode } = await runManaged(peer, { script, ports: [proxy.port] });
  assertEquals(exitCode, 3);
  await peer.proveOpen();
  assertEquals(await openFiles(server), idle);
  resolve();
});

endTest("a command that does not exist leaves nothing open", async (peer, server) => {
  const idle = await idleFiles(peer, server);
  using proxy = new HostServer(mirror);
  await peer.call("process/start", {
    processId: "p",
    argv: ["/missing/program"],
    cwd: `file://${peer.root}`,
    env: { HTTP_PROXY: `http://127.0.0.1:${proxy.port}` },
    tty: false,
    enforceManagedNetwork: true,
    sandbox: disabledSandbox,
  });
  const { exitCode } = await outcome(peer);
  assertEquals(exitCode, 127);
  await peer.proveOpen();
  assertEquals(await openFiles(server), idle);
});

endTest("neither the command nor the first process has anything of the bridge", async (peer) => {
  using proxy = new HostServer(mirror);
  const script = `
for process in ("self", "1"):
    for number in sorted(os.listdir(f"/proc/{process}/fd"), key=int):
        try: print(process, number, os.readlink(f"/proc/{process}/fd/{number}").split(":")[0])
        except OSError: pass`;
  const { stdout } = await runManaged(peer, { script, ports: [proxy.port] });
  const sockets = stdout.split("\n").filter((line) => line.includes("socket"));
  assertEquals(sockets, []);
  assert(stdout.includes("self 1 pipe"), stdout);
});

for (
  const [what, managedNetwork, expected] of [
    ["no unix socket is in reach", {}, "unix PermissionError\npair PermissionError\n"],
    ["a list of unix sockets opens none", "list", "unix PermissionError\npair PermissionError\n"],
    ["all unix sockets are in reach when that is asked for", {
      dangerouslyAllowAllUnixSockets: true,
    }, "unix b'unix'\npair ok\n"],
  ] as const
) {
  endTest(what, async (peer, server) => {
    using proxy = new HostServer(mirror);
    const path = `${server.root}/socket`;
    using listener = Deno.listen({ transport: "unix", path });
    const served = listener.accept().then(async (connection) => {
      await connection.write(new TextEncoder().encode("unix"));
      connection.close();
    }).catch(() => {});
    const script = `
def unix():
    it = socket.socket(socket.AF_UNIX); it.connect("${path}")
    return whole(it)
attempt("unix", unix)
attempt("pair", lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) and "ok")`;
    const network = managedNetwork === "list" ? { allowUnixSockets: [path] } : managedNetwork;
    const start = { script, ports: [proxy.port], managedNetwork: network };
    const { stdout } = await runManaged(peer, start);
    assertEquals(stdout, expected);
    listener.close();
    await served;
  });
}
