/** A program in a sandbox that shares the machine's network does not get at the server. @module */
import { assertEquals } from "@std/assert";
import { pathToUri } from "../../../protocol/path_uri.ts";
import { connectWebSocket } from "../../../client/mod.ts";
import { launchServer } from "../../support/server_process.ts";

/** Asks for an upgrade as any client would, and prints the status line of the answer. */
const CALL = `
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(b"GET / HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n"
          b"Sec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\\r\\n\\r\\n")
print(s.recv(4096).split(b"\\r\\n")[0].decode())
`;

/** Sends a whole conversation that starts a program, and is gone before anybody looks. */
const SHOUT = `
import json, socket, struct, sys
def frame(message):
    data = json.dumps(message).encode(); n = len(data)
    size = bytes([0x80 | n]) if n < 126 else bytes([0xfe]) + struct.pack(">H", n)
    return b"\\x81" + size + bytes(4) + data
start = {"processId": "e", "argv": ["/usr/bin/touch", sys.argv[2]], "cwd": "file:///", "env": {}, "tty": False}
data = (b"GET / HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n"
        b"Sec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\\r\\n\\r\\n"
        + frame({"id": 1, "method": "initialize", "params": {"clientName": "x"}})
        + frame({"method": "initialized", "params": {}})
        + frame({"id": 2, "method": "process/start", "params": start}))
for _ in range(50):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    s.sendall(data); s.close()
`;

const ignore = Deno.build.os !== "linux" || !await runs("bwrap", "--version") ||
  !await runs("python3", "--version");

async function runs(program: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args, stdout: "null", stderr: "null" }).output())
      .success;
  } catch {
    return false;
  }
}

Deno.test({
  name: "a sandboxed program with the machine's network is refused, others are not",
  ignore,
  async fn() {
    await using server = await launchServer();
    await using client = await connectWebSocket({ url: server.url });
    const directory = await Deno.makeTempDir();
    try {
      const call = async (isSandboxed: boolean, script = CALL): Promise<string> => {
        const process = await client.start({
          argv: ["python3", "-c", script, new URL(server.url).port, `${directory}/made`],
          cwd: pathToUri(directory),
          env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
          ...(isSandboxed ? { sandbox: intent } : {}),
        });
        const { stdout, stderr } = await process.output();
        const decoder = new TextDecoder();
        return decoder.decode(stdout).trim() || decoder.decode(stderr);
      };
      const intent = {
        permissions: {
          type: "managed",
          network: "enabled",
          file_system: {
            type: "restricted",
            entries: [{ path: { type: "special", value: { kind: "root" } }, access: "read" }],
          },
        },
        windowsSandboxLevel: "disabled",
      } as const;
      assertEquals(await call(false), "HTTP/1.1 101 Switching Protocols");
      assertEquals(await call(true), "HTTP/1.1 403 Forbidden");
      assertEquals(await call(false), "HTTP/1.1 101 Switching Protocols");
      await call(true, SHOUT);
      // Everything that was sent has been dealt with before a call that comes later.
      assertEquals(await call(false), "HTTP/1.1 101 Switching Protocols");
      const made = () => Deno.stat(`${directory}/made`).then(() => true, () => false);
      assertEquals(await made(), false);
      await call(false, SHOUT.replace("s.close()", "s.recv(4096); s.recv(4096); s.close()"));
      assertEquals(await made(), true);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});
