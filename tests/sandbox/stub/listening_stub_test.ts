/** Stubs that open ports: who gets the listeners, and when the command begins. @module */

import { assertEquals } from "@std/assert";
import { endpointBytes, type LoopbackEndpoint } from "../../../sandbox/loopback_endpoint.ts";
import { stubArguments } from "../../../sandbox/stub/stub_image.ts";
import { type Bench, benches, canRun, run, stubTest } from "./real_stub.ts";

const SOCKET = 9;

/**
 * The other side: tells the stub the addresses, takes what comes, and prints it. `wrong` says what
 * it does not do: `acknowledge`, or `ask` at all.
 */
const otherSide = `
import array, os, socket, subprocess, sys
addresses, wrong = bytes.fromhex(sys.argv[1]), sys.argv[2]
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
os.dup2(theirs.fileno(), ${SOCKET}, inheritable=True)
theirs.close()
child = subprocess.Popen(sys.argv[3:], pass_fds=[${SOCKET}], stdout=subprocess.PIPE)
os.close(${SOCKET})
if wrong == "ask":
    ours.close()
    sys.exit(child.wait())
ours.send(addresses)
listeners = []
for _ in range(0, len(addresses), 32):
    data, rights, flags, _ = ours.recvmsg(1, socket.CMSG_SPACE(64))
    if not data: break
    for level, kind, body in rights:
        listeners += array.array("i", body)
listeners = [socket.socket(fileno=number) for number in listeners]
names = [(it.family.name, it.getsockname()[0], os.get_blocking(it.fileno())) for it in listeners]
print(names, flush=True)
if wrong == "acknowledge" or not listeners:
    ours.close()
    sys.exit(child.wait())
ours.send(b"!")
for listener in listeners:
    listener.setblocking(True)
    caller = socket.create_connection(listener.getsockname()[:2])
    listener.accept()[0].sendall(b"reached")
    print(caller.recv(100).decode())
# Nothing more comes: the command has not got the socket.
print(ours.recv(1))
sys.stdout.write(child.communicate()[0].decode())
sys.exit(child.returncode)
`;

const hasPython = await canRun(["python3", "--version"]);

function needsPython(bench: Bench): Bench {
  return { ...bench, missing: bench.missing ?? (hasPython ? undefined : "there is no python3") };
}

function list(...endpoints: readonly LoopbackEndpoint[]): string {
  return endpoints.map((endpoint) => endpointBytes(endpoint).toHex()).join("");
}

// A port of 0 is a free one.
const four = { address: "127.0.0.1", port: 0 };
const other = { address: "127.9.8.7", port: 0 };
const six = { address: "::1", port: 0 };
const command = stubArguments({
  candidates: ["/missing", "/bin/sh"],
  arg0: "sh",
  args: [
    "-c",
    'echo "$0" $A; cd /proc/$$/fd; ls -d 3 4 5 6 7 8 9 2>/dev/null; true',
    "argument",
  ],
});

for (const bench of (await benches()).map(needsPython)) {
  stubTest(
    "a stub listens where it is told, and gives the listeners away",
    bench,
    async (folder) => {
      const stub = await folder.stub({ listensBy: SOCKET });
      const side = ["python3", "-c", otherSide, list(four, other, six), "", ...stub];
      const env = { A: "variable", PATH: Deno.env.get("PATH") ?? "" };
      const { code, stdout, stderr } = await run([...side, ...command], { env });
      assertEquals([code, stderr], [0, ""]);
      assertEquals(stdout.split("\n"), [
        "[('AF_INET', '127.0.0.1', False), ('AF_INET', '127.9.8.7', False), ('AF_INET6', '::1', False)]",
        "reached",
        "reached",
        "reached",
        "b''",
        "argument variable",
        "",
      ]);
    },
  );

  stubTest("a stub opens as many ports as a list can hold", bench, async (folder) => {
    const stub = await folder.stub({ listensBy: SOCKET });
    const endpoints = Array.from({ length: 32 }, () => four);
    const outcome = await run([
      ...["python3", "-c", otherSide, list(...endpoints), "", ...stub],
      ...command,
    ]);
    assertEquals([outcome.code, outcome.stdout.split("reached").length], [0, 33]);
  });

  for (const wrong of ["ask", "acknowledge"]) {
    const name = `a stub does not go on when the other side does not ${wrong}`;
    stubTest(name, bench, async (folder) => {
      const stub = await folder.stub({ listensBy: SOCKET });
      const side = ["python3", "-c", otherSide, list(four), wrong, ...stub];
      const { code, stderr } = await run([...side, ...command]);
      const expected = "exec-server: sh: nobody serves its network (errno 104)\n";
      assertEquals([code, stderr], [126, expected]);
    });
  }

  stubTest(
    "a stub does not go on without a socket, or where it cannot listen",
    bench,
    async (folder) => {
      const stub = await folder.stub({ listensBy: SOCKET });
      const alone = await run([...stub, ...command]);
      const nobody = "exec-server: sh: nobody serves its network (errno 9)\n";
      assertEquals([alone.code, alone.stdout, alone.stderr], [126, "", nobody]);
      const elsewhere = list({ address: "192.0.2.1", port: 0 });
      const side = ["python3", "-c", otherSide, elsewhere, "", ...stub];
      const refused = await run([...side, ...command]);
      const sentence = "exec-server: sh: its network cannot be set up (errno 99)\n";
      assertEquals([refused.code, refused.stdout, refused.stderr], [126, "[]\n", sentence]);
    },
  );
}
