/** Sockets: addresses, ports, and socket files with their owner and their leftovers. @module */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { ListenError } from "../../../server/listen/listen_url.ts";
import { openListener } from "../../../server/listen/open_listener.ts";
import { Scratch } from "../../support/scratch.ts";

Deno.test("openListener() names the port it got", async () => {
  const { listener, url } = await openListener({
    kind: "websocket",
    hostname: "127.0.0.1",
    port: 0,
  });
  assert(listener.addr.transport === "tcp");
  assertEquals(url, `ws://127.0.0.1:${listener.addr.port}`);
  listener.close();
});

Deno.test("openListener() puts an IPv6 address into brackets", async () => {
  const target = { kind: "websocket", hostname: "::1", port: 0 } as const;
  const { listener, url } = await openListener(target);
  assertMatch(url, /^ws:\/\/\[::1\]:\d+$/);
  listener.close();
});

Deno.test("openListener() says that an address is taken as the reference does", async () => {
  const { listener } = await openListener({ kind: "websocket", hostname: "127.0.0.1", port: 0 });
  assert(listener.addr.transport === "tcp");
  const { port } = listener.addr;
  const again = () => openListener({ kind: "websocket", hostname: "127.0.0.1", port });
  assertEquals((await assertRejects(again, ListenError)).message, "Address in use (os error 98)");
  listener.close();
});

for (const hostname of ["0.0.0.0", "::", "192.0.2.1"]) {
  Deno.test(`openListener() refuses ${hostname}, which others could reach without a token`, async () => {
    const open = () => openListener({ kind: "websocket", hostname, port: 0 });
    const { message } = await assertRejects(open, ListenError);
    assertMatch(message, new RegExp(`^Cannot listen on ${hostname}: `));
  });
}

/** A path for a socket, in a directory that anyone may enter. */
async function socketPath(scratch: Scratch): Promise<string> {
  await Deno.chmod(scratch.path, 0o755);
  return join(scratch.path, "server.sock");
}

Deno.test("a socket file is for its owner only, whatever the umask", async () => {
  await using scratch = await Scratch.create();
  const path = await socketPath(scratch);
  const before = Deno.umask(0o000);
  try {
    const { listener, url } = await openListener({ kind: "unix", path });
    const { mode, isSocket } = await Deno.lstat(path);
    assertEquals([(mode ?? 0) & 0o777, isSocket, url], [0o600, true, `unix://${path}`]);
    assertEquals(Deno.umask(), 0o000);
    listener.close();
  } finally {
    Deno.umask(before);
  }
});

Deno.test("a socket that a dead server left behind is replaced", async () => {
  await using scratch = await Scratch.create();
  const path = await socketPath(scratch);
  // A process of its own, killed, so that nobody tidies up.
  const code = `Deno.listen({ transport: "unix", path: ${
    JSON.stringify(path)
  } }); console.log("up"); setInterval(() => {}, 1e6)`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", code],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  assertEquals((await Deno.lstat(path)).isSocket, true);
  const { listener } = await openListener({ kind: "unix", path });
  const connection = await Deno.connect({ transport: "unix", path });
  connection.close();
  listener.close();
});

Deno.test("a socket that another server answers on is left alone", async () => {
  await using scratch = await Scratch.create();
  const path = await socketPath(scratch);
  const first = await openListener({ kind: "unix", path });
  const error = await assertRejects(() => openListener({ kind: "unix", path }), ListenError);
  assertEquals(error.message, "Address in use (os error 98)");
  const connection = await Deno.connect({ transport: "unix", path });
  connection.close();
  first.listener.close();
});

Deno.test("a file that is no socket is never removed", async () => {
  await using scratch = await Scratch.create();
  const path = await socketPath(scratch);
  await Deno.writeTextFile(path, "precious");
  await assertRejects(() => openListener({ kind: "unix", path }));
  assertEquals(await Deno.readTextFile(path), "precious");
});

Deno.test("a link to a socket is never removed", async () => {
  await using scratch = await Scratch.create();
  const path = await socketPath(scratch);
  await Deno.symlink(join(scratch.path, "elsewhere"), path);
  await assertRejects(() => openListener({ kind: "unix", path }));
  assertEquals((await Deno.lstat(path)).isSymlink, true);
});

Deno.test("a socket in a directory that does not exist is refused", async () => {
  await using scratch = await Scratch.create();
  await assertRejects(() => openListener({ kind: "unix", path: join(scratch.path, "no", "s") }));
});
