/** Commands of the recorded traces, run by our client at ours or at the reference. @module */
import { assertEquals } from "@std/assert";
import { connectWebSocket, type ExecServerClient } from "../../../client/mod.ts";
import { whole } from "../../conformance/client_traces/scenes.ts";
import { sharedServer } from "../../support/shared_server.ts";
import { bytes, Follower, Place, run } from "./conversation.ts";

const server = sharedServer();

function connect(): Promise<ExecServerClient> {
  return connectWebSocket({ url: server().url });
}

Deno.test("output: a command prints where it was told to run", async () => {
  await using place = await Place.of("output");
  await using client = await connect();
  const first = await run(client, place.command("echo hello-42; pwd"));
  assertEquals(first.stdout, `hello-42\n${place.native("")}\n`);
  assertEquals(first.exitCode, 0);
  const second = await run(client, place.command("pwd", { cwd: new URL("file:///") }));
  assertEquals(second, { stdout: "/\n", stderr: "", exitCode: 0 });
});

Deno.test("exit-codes: each end is told as it was", async () => {
  await using place = await Place.of("exit-codes");
  await using client = await connect();
  const codes: number[] = [];
  for (const script of ["exit 7", "no-such-command-zz", "kill -9 $$", "true"]) {
    codes.push((await run(client, place.command(script))).exitCode);
  }
  assertEquals(codes, [7, 127, 137, 0]);
});

Deno.test("large-output: two megabytes arrive whole", async () => {
  await using place = await Place.of("large-output");
  await using client = await connect();
  const script =
    'echo BEGIN; head -c 2000000 /dev/zero | tr "\\0" x | fold -w 99; echo; echo FINISH';
  const { stdout, exitCode } = await run(client, place.command(script));
  const expected = whole("")["24097-34580ef2-8162-4d6e-938c-66d2876e317c"];
  assertEquals([stdout === expected, exitCode], [true, 0]);
});

Deno.test("long-running: output comes while the command runs", async () => {
  await using place = await Place.of("long-running");
  await using client = await connect();
  const script = "for i in 1 2 3; do echo tick $i; sleep 0.1; done; exit 5";
  const follower = new Follower(await client.start(place.command(script)));
  await follower.until("tick 1\n");
  const { stdout, exitCode } = await follower.ended();
  assertEquals([stdout, exitCode], ["tick 1\ntick 2\ntick 3\n", 5]);
});

Deno.test("background-child: the exit comes at once, the end with the last holder of the output", async () => {
  await using place = await Place.of("background-child");
  await using client = await connect();
  const process = await client.start(place.command("sleep 0.5 & echo parent-done; exit 4"));
  const follower = new Follower(process);
  const order: string[] = [];
  await Promise.all([
    process.exit.then(({ exitCode }) => order.push(`exited ${exitCode}`)),
    follower.ended().then(({ stdout, exitCode }) => order.push(`${stdout}closed ${exitCode}`)),
  ]);
  assertEquals(order, ["exited 4", "parent-done\nclosed 4"]);
  assertEquals((await run(client, place.command("echo next"))).stdout, "next\n");
});

Deno.test("parallel: three commands at once end in their own order", async () => {
  await using place = await Place.of("parallel");
  await using client = await connect();
  const order: string[] = [];
  const scripts = ["sleep 0.8; echo aa", "sleep 0.4; echo bb >&2; exit 2", "echo cc"];
  const ends = await Promise.all(scripts.map(async (script) => {
    const ended = await run(client, place.command(script));
    order.push(ended.stdout + ended.stderr);
    return ended.exitCode;
  }));
  assertEquals(order, ["cc\n", "bb\n", "aa\n"]);
  assertEquals(ends, [0, 2, 0]);
});

Deno.test("interrupt: Ctrl-C ends a command, or is caught by it", async () => {
  await using place = await Place.of("interrupt");
  await using client = await connect();
  const first = await client.start(place.command("echo start; exec sleep 20"));
  const started = new Follower(first);
  await started.until("start\n");
  await first.interrupt();
  assertEquals((await started.ended()).exitCode, 130);
  const script = "trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.1; done";
  const second = await client.start(place.command(script));
  const ready = new Follower(second);
  await ready.until("ready\n");
  await second.interrupt();
  assertEquals(await ready.ended(), { stdout: "ready\ncaught\n", stderr: "", exitCode: 9 });
});

Deno.test("tty: a terminal of 24 × 80 echoes what is typed", async () => {
  await using place = await Place.of("tty");
  await using client = await connect();
  const script = "test -t 0 && test -t 1 && test -t 2 && echo is-tty; stty size; " +
    'read x; echo "got:$x"; read y; echo "then:$y"';
  const process = await client.start(place.command(script, { tty: true }));
  const follower = new Follower(process);
  await follower.until("is-tty\r\n24 80\r\n");
  await process.write(bytes("hi there\n"));
  await follower.until("hi there\r\ngot:hi there\r\n");
  await process.write(bytes("more\n"));
  const { stdout, exitCode } = await follower.ended();
  const typed = "hi there\r\ngot:hi there\r\nmore\r\nthen:more\r\n";
  assertEquals([stdout, exitCode], [`is-tty\r\n24 80\r\n${typed}`, 0]);
});
