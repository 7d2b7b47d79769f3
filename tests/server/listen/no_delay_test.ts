/** Small answers leave at once: the system calls of a server, as the system saw them. @module */

import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { within } from "../../support/deadline.ts";
import { exchange } from "../../support/raw_http.ts";
import { Scratch } from "../../support/scratch.ts";

/** Whether programs can be traced here: the tracer is there, and the system lets it. */
function canTrace(): boolean {
  try {
    const { success } = new Deno.Command("strace", { args: ["-o", "/dev/null", "true"] })
      .outputSync();
    return success;
  } catch {
    // Not installed.
    return false;
  }
}

/** A listener of this project on a free port, as a program to be traced. */
function program(): string {
  const source = new URL("../../../server/listen/websocket_listener.ts", import.meta.url);
  return `import { WebSocketListener } from ${JSON.stringify(source.href)};
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const clock = { now: () => 0, after: () => ({ cancel() {} }) };
new WebSocketListener(listener, { isLocal: true, clock, log() {}, serve: () => Promise.resolve() });
console.log(Deno.pid, listener.addr.port);
`;
}

Deno.test({
  name: "TCP_NODELAY is set on every accepted socket",
  // Nothing else tells whether the option is set on a socket of another program.
  ignore: !canTrace(),
  async fn() {
    await using scratch = await Scratch.create();
    const [trace, main] = [join(scratch.path, "trace"), join(scratch.path, "main.ts")];
    await Deno.writeTextFile(main, program());
    const calls = "--trace=setsockopt,accept,accept4";
    const deno = [Deno.execPath(), "run", "-A", "--no-config", "--no-lock", main];
    const child = new Deno.Command("strace", {
      args: ["--follow-forks", "--seccomp-bpf", calls, "-o", trace, ...deno],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = child.stdout.getReader();
    const { value } = await within(reader.read(), "the listener");
    const [pid, port] = new TextDecoder().decode(value).trim().split(" ").map(Number);
    if (pid === undefined || port === undefined) throw new Error("The listener did not start");
    for (let i = 0; i < 2; i++) await exchange(`http://127.0.0.1:${port}`, "GET /readyz");
    // The tracer itself ignores signals, and ends with what it traces.
    Deno.kill(pid, "SIGTERM");
    await within(child.status, "the end of the tracer");
    await reader.cancel();
    const lines = (await Deno.readTextFile(trace)).split("\n");
    const accepted = lines.filter((line) => /accept4?\(.* = \d+$/.test(line)).length;
    const undelayed = lines.filter((line) => /TCP_NODELAY, \[1\], 4\) = 0$/.test(line)).length;
    assertEquals([accepted, undelayed], [2, 2]);
  },
});
