/** `process/start`, `signal`, `terminate`, `resize`: what is asked of the system. @module */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { RpcError } from "../../../protocol/errors.ts";
import { limits } from "../../../protocol/limits.ts";
import type { StartParams } from "../../../protocol/methods/process_start.ts";
import { resize } from "../../../server/process/resize.ts";
import { signal } from "../../../server/process/signal.ts";
import { start } from "../../../server/process/start.ts";
import { terminate } from "../../../server/process/terminate.ts";
import { type FakeCall, fakeCall, startFake } from "../../support/fake_call.ts";
import { SandboxRefusal } from "../../../sandbox/refusal.ts";
import { disabledSandbox, readRoot, restrictedSandbox } from "../../support/sandbox_intents.ts";

const params: StartParams = {
  processId: "p",
  argv: ["prog", "arg"],
  cwd: "file:///a%20b/",
  env: { A: "1" },
  tty: false,
};

function refusal(fields: Partial<StartParams>, call: FakeCall = fakeCall()): [number, string] {
  const error = assertThrows(() => start({ ...params, ...fields }, call), RpcError);
  return [error.code, error.message];
}

Deno.test("process/start asks for the program with plain defaults", () => {
  const call = fakeCall({ SECRET: "server's" });
  assertEquals(start(params, call), { processId: "p", sandboxType: "none" });
  assertEquals(call.spawner.last.request, {
    program: "prog",
    argv: ["prog", "arg"],
    cwd: "/a b",
    env: new Map([["A", "1"]]),
    pipeStdin: false,
  });
});

Deno.test("process/start passes on arg0, also an empty one, and pipeStdin", () => {
  for (const [given, seen] of [["-sh", "-sh"], ["", ""], [null, "prog"]] as const) {
    const call = fakeCall();
    start({ ...params, arg0: given, pipeStdin: true }, call);
    const { program, argv, pipeStdin } = call.spawner.last.request;
    assertEquals([program, argv, pipeStdin], ["prog", [seen, "arg"], true]);
  }
});

Deno.test("process/start makes the environment from the policy and the server's own", () => {
  const call = fakeCall({ PATH: "/bin", OTHER: "x" });
  const envPolicy = {
    inherit: "core",
    ignoreDefaultExcludes: false,
    exclude: [],
    set: { B: "2" },
    includeOnly: [],
  } as const;
  start({ ...params, envPolicy: { ...envPolicy, exclude: [], includeOnly: [] } }, call);
  assertEquals(Object.fromEntries(call.spawner.last.request.env), { A: "1", B: "2", PATH: "/bin" });
});

const refused: readonly (readonly [fields: Partial<StartParams>, code: number, words: string])[] = [
  [{ argv: [] }, -32602, "argv must not be empty"],
  [
    { cwd: "file:///C:/x" },
    -32602,
    "cwd URI `file:///C:/x` is not valid on this exec-server host: 'file:///C:/x' is invalid on 'linux'",
  ],
  [
    { cwd: "file://host/x" },
    -32602,
    "cwd URI `file://host/x` is not valid on this exec-server host: 'file://host/x' is invalid on 'linux'",
  ],
  [
    { cwd: "file:///a%00" },
    -32602,
    "cwd URI `file:///a%00` is not valid on this exec-server host: 'file:///a%00' is invalid on 'linux'",
  ],
  [
    { networkProxy: {} },
    -32600,
    'Cannot start process "p": this server does not provide a managed network (`networkProxy`)',
  ],
];

for (const [fields, code, words] of refused) {
  Deno.test(`process/start refuses ${JSON.stringify(fields)} and starts nothing`, () => {
    const call = fakeCall();
    assertEquals(refusal(fields, call), [code, words]);
    assertEquals([call.spawner.children.length, call.session.processes.has("p")], [0, false]);
  });
}

Deno.test("process/start with a sandbox that confines nothing starts the program as it is", () => {
  const call = fakeCall();
  const result = start({ ...params, sandbox: disabledSandbox }, call);
  assertEquals(result, { processId: "p", sandboxType: "linuxSeccomp" });
  const plain = fakeCall();
  start(params, plain);
  assertEquals(call.spawner.last.request, plain.spawner.last.request);
});

Deno.test("process/start with a sandbox that cannot be made starts nothing", async () => {
  const call = fakeCall();
  const sandbox = restrictedSandbox([readRoot]);
  const error = await assertRejects(async () =>
    await start({ ...params, cwd: "file:///", sandbox }, call)
  );
  assert(error instanceof SandboxRefusal);
  assertEquals([error.code, error.message, error.obstacle], [
    -32602,
    "There is no sandbox",
    "unavailable",
  ]);
  assertEquals([call.spawner.children.length, call.session.processes.has("p")], [0, false]);
});

Deno.test("process/start refuses a terminal where the machine has none", () => {
  const call = fakeCall();
  call.spawner.hasTerminals = false;
  assertEquals(refusal({ tty: true }, call), [
    -32600,
    'Cannot start process "p": this server does not provide a terminal (`tty`)',
  ]);
});

Deno.test("process/start in a terminal names a shell, 24 by 80, and takes arg0 for the program", () => {
  const call = fakeCall();
  start({ ...params, tty: true, pipeStdin: true }, call);
  const { program, argv, env, pipeStdin, terminal } = call.spawner.last.request;
  assertEquals([program, argv, pipeStdin], ["prog", ["prog", "arg"], false]);
  assertEquals(Object.fromEntries(env), { A: "1", SHELL: "/bin/sh" });
  assertEquals(terminal, { rows: 24, cols: 80 });
});

Deno.test("process/start in a terminal takes another size, and leaves SHELL alone", () => {
  const call = fakeCall();
  const terminalSize = { rows: 1, cols: 65_535 };
  start({ ...params, tty: true, arg0: "other", env: { SHELL: "x" }, terminalSize }, call);
  const { program, argv, env, terminal } = call.spawner.last.request;
  assertEquals([program, argv, terminal], ["other", ["other", "arg"], terminalSize]);
  assertEquals(env.get("SHELL"), "x");
});

Deno.test("process/start takes null where a sandbox or a network could be asked for", () => {
  start(
    { ...params, sandbox: null, networkProxy: null, envPolicy: null, metadata: null },
    fakeCall(),
  );
});

Deno.test("process/start refuses an id in use until 80 s after its close", () => {
  const call = fakeCall();
  const child = startFake(call);
  const inUse: [number, string] = [-32600, "process p already exists"];
  assertEquals(refusal({}, call), inUse);
  child.exit(0);
  child.close();
  call.clock.advance(limits.closedProcessMs - 1);
  assertEquals(refusal({}, call), inUse);
  call.clock.advance(1);
  start(params, call);
});

Deno.test("process/start says what the system says, and the id stays free", () => {
  const call = fakeCall();
  call.spawner.refusal = "Permission denied (os error 13)";
  assertEquals(refusal({}, call), [-32603, "Permission denied (os error 13)"]);
  assertEquals(assertThrows(() => start(params, call), RpcError).data, call.spawner.failure);
  call.spawner.refusal = undefined;
  start(params, call);
});

Deno.test("process/signal takes other names only from a client that asked for extensions", () => {
  const call = fakeCall();
  const child = startFake(call);
  const send = (name: string, wantsExtensions: boolean) =>
    signal({ processId: "p", signal: name }, { ...call, wantsExtensions });
  const words = (name: string, wantsExtensions: boolean) =>
    assertThrows(() => send(name, wantsExtensions), RpcError).message;
  assertEquals(words("kill", false), "unknown variant `kill`, expected `interrupt`");
  assertEquals(words("SIGTERM", false), "unknown variant `SIGTERM`, expected `interrupt`");
  const more = "expected `interrupt` or a name such as `SIGTERM`";
  for (const name of ["kill", "toString", "9", ""]) {
    assertEquals(words(name, true), `unknown variant \`${name}\`, ${more}`);
  }
  for (const name of ["interrupt", "SIGTERM", "SIGUSR1"]) send(name, true);
  assertEquals(child.signals, [2, 15, Deno.build.os === "darwin" ? 30 : 10]);
});

Deno.test("process/terminate with a grace asks first, and kills when it is over", () => {
  const call = fakeCall();
  const child = startFake(call);
  assertEquals(terminate({ processId: "p", graceMs: 100 }, call), { running: true });
  assertEquals(child.signals, [15, Deno.build.os === "darwin" ? 19 : 18]);
  call.clock.advance(100);
  assertEquals(child.signals.at(-1), 9);
  const other = startFake(call, "q");
  for (const graceMs of [0, null, undefined]) terminate({ processId: "q", graceMs }, call);
  assertEquals(other.signals, [9, 9, 9]);
});

Deno.test("process/resize tells an unknown process from one without a terminal", () => {
  const call = fakeCall();
  const size = { rows: 5, cols: 6 };
  assertEquals(resize({ processId: "p", ...size }, call), { status: "unknownProcess" });
  startFake(call);
  assertEquals(resize({ processId: "p", ...size }, call), { status: "noTerminal" });
  start({ ...params, processId: "q", tty: true }, call);
  assertEquals(resize({ processId: "q", ...size }, call), { status: "accepted" });
  assertEquals(call.spawner.last.sizes, [size]);
});

Deno.test("process/signal interrupts; unknown and ended processes are no error", () => {
  const call = fakeCall();
  const child = startFake(call);
  assertEquals(signal({ processId: "p", signal: "interrupt" }, call), {});
  assertEquals(signal({ processId: "other", signal: "interrupt" }, call), {});
  assertEquals(child.signals, [2]);
});

Deno.test("process/terminate says whether the program ran, and kills its group also afterwards", () => {
  const call = fakeCall();
  const child = startFake(call);
  const running = () => terminate({ processId: "p" }, call).running;
  assertEquals([running(), running()], [true, true]);
  child.exit(137);
  assertEquals(running(), false);
  assertEquals(child.signals, [9, 9, 9]);
  child.close();
  assertEquals([running(), child.signals.length], [false, 3]);
  assertEquals(terminate({ processId: "other" }, call), { running: false });
});
