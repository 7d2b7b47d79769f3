/** A server as a child: how it is started, spoken with, and ended. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { ExecServerError } from "../../client/mod.ts";
import { connectStdio } from "../../client/stdio.ts";
import { startProgram as startInDeno } from "../../client/platform/deno_program.ts";
import { startProgram as startInNode } from "../../client/platform/node_program.ts";
import { DirectoryNotFound, ProgramNotFound } from "../../client/platform/server_program.ts";
import { within } from "../support/deadline.ts";
import { makeFifo, readFifo, writersGone } from "../support/fifo.ts";
import { Scratch } from "../support/scratch.ts";
import { ManualClock } from "./manual_clock.ts";

async function failureOf(promise: Promise<unknown>): Promise<ExecServerError> {
  return await within(assertRejects(() => promise, ExecServerError), "a rejection");
}

/** A program that answers the handshake, then runs `script`. */
function fakeServer(script: string) {
  const info = '{"shell":{"name":"sh","path":"/bin/sh"}}';
  const answer = `{"id":1,"result":{"sessionId":"s","environmentInfo":${info}}}`;
  const body = `read line; echo '${answer}'; read line; ${script}`;
  return { program: "/bin/sh", args: ["-c", body] };
}

/** A line of script that answers the second request. */
const answerStatus = `read line; echo '{"id":2,"result":{"status":"ready"}}'`;
/** And the third. */
const answerAgain = `read line; echo '{"id":3,"result":{"status":"ready"}}'`;

Deno.test("connectStdio() says which program it cannot start", async () => {
  const error = await failureOf(connectStdio({ program: "no-such-program-here" }));
  assertEquals(error.kind, "spawn");
  assertEquals(
    error.message,
    'Cannot start server program "no-such-program-here": there is no such program',
  );
});

Deno.test("connectStdio() reports a program that is no server, and leaves nothing behind", async () => {
  const error = await failureOf(connectStdio({ program: "/bin/true" }));
  assertEquals(error.kind, "disconnected");
  const nonsense = await failureOf(connectStdio({ program: "/bin/echo", args: ["hello"] }));
  assertEquals(nonsense.kind, "protocol");
});

Deno.test("connectStdio() hands the child's standard error over, and gives it variables", async () => {
  const said = Promise.withResolvers<string>();
  const client = await connectStdio({
    ...fakeServer('echo "$GREETING" >&2; read line'),
    env: { GREETING: "hello there" },
    stderr: said.resolve,
  });
  assertEquals(await within(said.promise, "the child's words"), "hello there\n");
  await client.close();
});

Deno.test("ExecServerClient.close() ends the child and what it started", async () => {
  await using scratch = await Scratch.create();
  const fifo = await makeFifo(`${scratch.path}/alive`);
  const script = `exec 3> '${fifo}'; sleep 1000 & echo up >&2; exec sleep 1000`;
  const gone = writersGone(fifo);
  const up = Promise.withResolvers<string>();
  const client = await connectStdio({ ...fakeServer(script), stderr: up.resolve });
  await within(up.promise, "the child to be up");
  await client.close();
  await gone;
});

Deno.test("ExecServerClient.close() kills a child that ignores SIGTERM after 2 seconds", async () => {
  await using scratch = await Scratch.create();
  const told = await makeFifo(`${scratch.path}/told`);
  const clock = new ManualClock();
  const loop = "while :; do sleep 1000 & wait; done";
  const client = await connectStdio({
    ...fakeServer(`trap "echo told > '${told}'" TERM; ${answerStatus}; ${loop}`),
    clock,
  });
  // The answer proves that the trap is set.
  await client.call("environment/status", {});
  const closing = client.close();
  await readFifo(told);
  clock.advance(2000);
  await within(closing, "the child to be gone");
});

Deno.test("connectStdio() tells when the child dies", async () => {
  const client = await connectStdio(fakeServer("exit 3"));
  assertEquals((await client.closed).kind, "disconnected");
  await client.close();
});

Deno.test("A function for standard error that throws is called no more, and the child goes on", async () => {
  const calls: string[] = [];
  const client = await connectStdio({
    ...fakeServer(`echo one >&2; ${answerStatus}; head -c 300000 /dev/zero >&2; ${answerAgain}`),
    stderr(text) {
      calls.push(text);
      throw new Error("no");
    },
  });
  assertEquals(await client.call("environment/status", {}), { status: "ready" });
  // The pipe does not hold so much: it is still emptied.
  assertEquals(await client.call("environment/status", {}), { status: "ready" });
  assertEquals(calls.length, 1);
  await client.close();
});

const starters = { deno: startInDeno, node: startInNode };
for (const [name, startProgram] of Object.entries(starters)) {
  Deno.test(`A wrong directory is not blamed on the program (${name})`, async () => {
    await using scratch = await Scratch.create();
    const file = `${scratch.path}/file`;
    await Deno.writeTextFile(file, "");
    const request = { args: [], env: {}, leadsGroup: true, stderr: "null" } as const;
    for (const cwd of [`${scratch.path}/missing`, file]) {
      const start = () => startProgram({ ...request, program: "/bin/cat", cwd });
      await assertRejects(start, DirectoryNotFound, `No directory "${cwd}"`);
    }
    const cwd = scratch.path;
    await assertRejects(
      () => startProgram({ ...request, program: "no-such-program-here", cwd }),
      ProgramNotFound,
    );
  });
}

Deno.test("connectStdio() says which directory it has not found", async () => {
  const nowhere = { program: "/bin/cat", cwd: "/no/such/directory" };
  const error = await failureOf(connectStdio(nowhere));
  const reason = 'there is no directory "/no/such/directory"';
  assertEquals(error.message, `Cannot start server program "/bin/cat": ${reason}`);
  const missing = await failureOf(connectStdio({ program: "no-such-program-here", cwd: "/" }));
  assertEquals(
    missing.message,
    'Cannot start server program "no-such-program-here": there is no such program',
  );
});
