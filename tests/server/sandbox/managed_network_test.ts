/** What a command with a managed network reaches, and what it does not. @module */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { SandboxIntent } from "../../../protocol/methods/sandbox.ts";
import type { Peer } from "../../support/peer.ts";
import { nextOutput, outcome } from "../../support/process_events.ts";
import { disabledSandbox, readRoot, restrictedSandbox } from "../../support/sandbox_intents.ts";
import { sharedServer } from "../../support/shared_server.ts";
import {
  echo,
  HostServer,
  type ManagedStart,
  mirror,
  proxyAt,
  readWhole,
  reasonNotToManage,
  refusedManaged,
  runManaged,
  startManaged,
  writeWhole,
} from "./managed_run.ts";

const reason = await reasonNotToManage();
const server = sharedServer();
const encoder = new TextEncoder();
const closed = restrictedSandbox([readRoot]);

function managedTest(name: string, fn: (peer: Peer) => Promise<void>): void {
  const title = reason === undefined ? name : `${name} (skipped: ${reason})`;
  Deno.test(title, { ignore: reason !== undefined }, async () => {
    await using peer = await server().session();
    await fn(peer);
  });
}

/** What the command printed; it must have succeeded. */
async function printed(peer: Peer, start: ManagedStart): Promise<string> {
  const { stdout, stderr, exitCode } = await runManaged(peer, start);
  assertEquals([exitCode, stderr], [0, ""]);
  return stdout;
}

function hello(text = "hello"): HostServer {
  return new HostServer((connection) => writeWhole(connection, encoder.encode(text)));
}

managedTest("a program uses the proxy that its environment names", async (peer) => {
  let request = "";
  const proxy = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (it) => {
    request = it.url;
    return new Response("from the proxy");
  });
  const script = `
import urllib.request
print(urllib.request.urlopen("http://example.test/page").read().decode())`;
  const { port } = proxy.addr;
  assertEquals(await printed(peer, { script, ports: [port] }), "from the proxy\n");
  assertStringIncludes(request, "example.test/page");
  await proxy.shutdown();
});

managedTest("nothing but the proxies is in reach", async (peer) => {
  using proxy = hello();
  using other = hello();
  const addresses = Deno.networkInterfaces().map(({ address }) => address)
    .filter((address) => !address.startsWith("127.") && !address.startsWith("::1"));
  const script = `
attempt("proxy", lambda: whole(call()))
attempt("other port", lambda: call(ports[1]))
for host in ${JSON.stringify([...addresses, "192.0.2.1", "2001:db8::1"])}:
    attempt("address", lambda: call(host=host, limit=5))
attempt("name", lambda: socket.getaddrinfo("example.com", 80))
attempt("datagram", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", ("192.0.2.1", 53)))
attempt("packets", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
print(sorted(name for _, name in socket.if_nameindex()) if hasattr(socket, "none") else open("/proc/net/dev").read().count(":"))`;
  const text = await printed(peer, {
    script,
    ports: [proxy.port, other.port],
    // It is granted, but no variable names it.
    managedNetwork: { loopbackPorts: [other.port, proxy.port], allowLocalBinding: true },
  });
  const lines = text.trim().split("\n");
  assertEquals(lines.slice(0, 2), ["proxy b'hello'", "other port ConnectionRefusedError"]);
  assertEquals(new Set(lines.slice(2, -5)), new Set(["address OSError"]));
  assertEquals(lines.slice(-5), [
    "name gaierror",
    "datagram OSError",
    "packets PermissionError",
    "netlink PermissionError",
    "1",
  ]);
  assertEquals([proxy.calls, other.calls], [1, 0]);
});

managedTest("every kind of profile gets the same network", async (peer) => {
  const kinds: readonly SandboxIntent["permissions"][] = [
    { type: "disabled" },
    { type: "external", network: "restricted" },
    { type: "external", network: "enabled" },
    { type: "managed", file_system: { type: "unrestricted" }, network: "enabled" },
    { ...closed.permissions, network: "enabled" } as SandboxIntent["permissions"],
  ];
  using proxy = hello();
  using other = hello();
  const script = `
attempt("proxy", lambda: whole(call()))
attempt("other", lambda: call(ports[1]))`;
  for (const [number, permissions] of kinds.entries()) {
    const processId = `p${number}`;
    const sandbox = { ...disabledSandbox, permissions };
    const text = await printed(peer, {
      script,
      sandbox,
      processId,
      ports: [proxy.port, other.port],
    });
    assertEquals(text, "proxy b'hello'\nother ConnectionRefusedError\n");
  }
});

managedTest("proxies have the same address inside, whatever it is", async (peer) => {
  using five = new HostServer((it) => writeWhole(it, encoder.encode("five")), "127.5.5.5");
  using six = new HostServer((it) => writeWhole(it, encoder.encode("six")), "::1");
  const script = `
attempt("five", lambda: whole(call(ports[0], "127.5.5.5")))
attempt("six", lambda: whole(call(ports[1], "::1")))
attempt("elsewhere", lambda: call(ports[1]))
print(os.environ["http_proxy"], os.environ["NO_PROXY"])`;
  const http_proxy = proxyAt(five.port, "127.5.5.5");
  const env = { http_proxy, ALL_PROXY: proxyAt(six.port, "[::1]"), NO_PROXY: "a,b" };
  assertEquals(
    await printed(peer, { script, env, ports: [five.port, six.port] }),
    `five b'five'\nsix b'six'\nelsewhere ConnectionRefusedError\n${http_proxy} a,b\n`,
  );
});

managedTest("bytes arrive unchanged in both directions at once", async (peer) => {
  using proxy = new HostServer(mirror);
  const script = `
import hashlib, threading
data = os.urandom(20 << 20)
connection = call()
def send():
    connection.sendall(data)
    connection.shutdown(socket.SHUT_WR)
threading.Thread(target=send).start()
print(hashlib.sha256(whole(connection)).digest() == hashlib.sha256(data).digest())`;
  assertEquals(await printed(peer, { script, ports: [proxy.port] }), "True\n");
});

managedTest("a slow reader stops the writer, not others", async (peer) => {
  const { promise: mayRead, resolve: letRead } = Promise.withResolvers<void>();
  let isFirst = true;
  using proxy = new HostServer(async (connection) => {
    if (!isFirst) return await writeWhole(connection, encoder.encode("other"));
    isFirst = false;
    await mayRead;
    await writeWhole(connection, encoder.encode(`${(await readWhole(connection)).byteLength}`));
  });
  const script = `
slow = call(); slow.setblocking(False)
sent = 0
data = bytes(1 << 20)
import select
while select.select([], [slow], [], 1)[1]: sent += slow.send(data)
print(sent < 1 << 26, whole(call()), flush=True)
sys.stdin.readline()
slow.setblocking(True)
slow.shutdown(socket.SHUT_WR)
print(int(whole(slow)) == sent)`;
  await startManaged(peer, { script, ports: [proxy.port], tty: true });
  await peer.notification("process/output");
  letRead();
  await peer.call("process/write", {
    processId: "p",
    chunk: encoder.encode("\n").toBase64(),
    writeId: "1",
  });
  const { events } = await outcome(peer, "p", 2);
  const tail = events.filter((event) => event.kind === "output").at(-1);
  assertStringIncludes(new TextDecoder().decode(Uint8Array.fromBase64(tail?.chunk ?? "")), "True");
});

managedTest("each side may end its direction first", async (peer) => {
  using proxy = new HostServer(async (connection) => {
    await writeWhole(connection, encoder.encode("greeting"));
    await connection.closeWrite();
    const rest = new TextDecoder().decode(await readWhole(connection));
    received.push(rest);
  });
  const received: string[] = [];
  using asking = new HostServer(echo);
  const script = `
a = call()
print(whole(a)); a.sendall(b"after the end"); a.close()
b = call(ports[1])
b.sendall(b"question"); b.shutdown(socket.SHUT_WR); print(whole(b))`;
  const ports = [proxy.port, asking.port];
  const env = { HTTP_PROXY: proxyAt(proxy.port), HTTPS_PROXY: proxyAt(asking.port) };
  assertEquals(await printed(peer, { script, ports, env }), "b'greeting'\nb'question'\n");
  assertEquals([received, proxy.troubles], [["after the end"], []]);
});

managedTest("hundreds of connections are served, however many at once", async (peer) => {
  using proxy = new HostServer(echo);
  const script = `
for count in (100, 300):
    connections = [call() for _ in range(count)]
    for number, it in enumerate(connections):
        it.sendall(b"%d" % number); it.shutdown(socket.SHUT_WR)
    print(all(whole(it) == b"%d" % number for number, it in enumerate(connections)))
    for it in connections: it.close()`;
  assertEquals(await printed(peer, { script, ports: [proxy.port] }), "True\nTrue\n");
  assertEquals(proxy.calls, 400);
});

managedTest("what was sent just before the end is delivered", async (peer) => {
  const { promise, resolve } = Promise.withResolvers<number>();
  using proxy = new HostServer(async (it) => resolve((await readWhole(it)).byteLength));
  const script = `
connection = call()
connection.sendall(bytes(100000))
os._exit(0)`;
  assertEquals(await printed(peer, { script, ports: [proxy.port] }), "");
  assertEquals(await promise, 100_000);
});

managedTest("a proxy that is not there, or breaks off, is an error inside", async (peer) => {
  const breaking = `
import struct
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
connection = listener.accept()[0]
connection.recv(1)
connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
connection.close()`;
  await startManaged(peer, { script: breaking, sandbox: null, processId: "proxy" });
  const port = Number(await nextOutput(peer, "proxy"));
  const gone = new HostServer(echo);
  const ports = [port, gone.port];
  const env = { HTTP_PROXY: proxyAt(port), HTTPS_PROXY: proxyAt(gone.port) };
  gone[Symbol.dispose]();
  const script = `
attempt("gone", lambda: whole(call(ports[1])))
def broken():
    connection = call()
    connection.sendall(b"half of")
    return whole(connection)
attempt("broken", broken)`;
  assertEquals(
    await printed(peer, { script, env, ports }),
    "gone ConnectionResetError\nbroken ConnectionResetError\n",
  );
});

managedTest("a command that breaks off is an error outside", async (peer) => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  using proxy = new HostServer(async (connection) => {
    await writeWhole(connection, encoder.encode("!"));
    await readWhole(connection).then(() => resolve("a regular end"), resolve);
  });
  const script = `
import struct
connection = call()
connection.sendall(b"half of"); connection.recv(1)
connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
connection.close()`;
  await printed(peer, { script, ports: [proxy.port] });
  assert(await promise instanceof Deno.errors.ConnectionReset);
});

managedTest("a command in a terminal reaches its proxy", async (peer) => {
  using proxy = hello();
  const script = "print(sys.stdin.isatty(), whole(call()))";
  await startManaged(peer, { script, ports: [proxy.port], tty: true });
  const { events, exitCode } = await outcome(peer);
  const text = events.map((event) => event.kind === "output" ? event.chunk : "").join("");
  assertEquals(new TextDecoder().decode(Uint8Array.fromBase64(text)), "True b'hello'\r\n");
  assertEquals(exitCode, 0);
});

managedTest("a managed network without a sandbox, or unenforced, changes nothing", async (peer) => {
  using proxy = hello();
  const script = 'attempt("proxy", lambda: whole(call()))';
  const ports = [proxy.port];
  assertEquals(await printed(peer, { script, ports, sandbox: null, env: {} }), "proxy b'hello'\n");
  const enforceManagedNetwork = false;
  assertEquals(
    await printed(peer, { script, ports, enforceManagedNetwork, processId: "second" }),
    "proxy ConnectionRefusedError\n",
  );
});

managedTest("what cannot be led to is refused before anything runs", async (peer) => {
  const script = "print('ran')";
  const own = Number(new URL(server().url).port);
  const cases: readonly [Partial<ManagedStart>, string][] = [
    [{}, "managed proxy mode requires proxy environment variables"],
    [{ env: { HTTP_PROXY: "http://192.0.2.1:80" } }, "managed proxy mode requires parseable"],
    [{ ports: [3128], managedNetwork: { loopbackPorts: [1] } }, "proxy endpoint is outside the"],
    [{ ports: [80] }, "Cannot forward port 80, which HTTP_PROXY names"],
    [{ ports: [own], managedNetwork: { loopbackPorts: [own] } }, `Cannot forward port ${own},`],
  ];
  for (const [start, expected] of cases) {
    const { code, message } = await refusedManaged(peer, { script, ...start });
    assertEquals(code, -32602);
    assertStringIncludes(message, expected);
  }
});
