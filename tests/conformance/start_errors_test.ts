/** Checks of `process/start` requests that must be refused. @module */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { start, type StartFields, startParams } from "../support/process_calls.ts";
import { outcome } from "../support/process_events.ts";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";

const server = sharedServer();

interface Refusal {
  readonly name: string;
  readonly argv?: readonly string[];
  readonly fields?: StartFields;
  readonly code: number;
  /** The start of the message. */
  readonly words: string;
}

const NOT_FOUND = "No such file or directory (os error 2)";
const DENIED = "Permission denied (os error 13)";

const refusals: readonly Refusal[] = [
  { name: "an empty argv", argv: [], code: -32602, words: "argv must not be empty" },
  { name: "an empty program", argv: [""], code: -32603, words: "missing program for pipe spawn" },
  { name: "a missing program", argv: ["/no/such"], code: -32603, words: NOT_FOUND },
  { name: "a program not in PATH", argv: ["no-such-x"], code: -32603, words: NOT_FOUND },
  { name: "a directory as program", argv: ["/etc"], code: -32603, words: DENIED },
  { name: "a file that is not executable", argv: ["/etc/passwd"], code: -32603, words: DENIED },
  {
    name: "NUL in an argument",
    argv: ["/bin/echo", "a\0b"],
    code: -32603,
    words: "nul byte found",
  },
  {
    name: "a native path as cwd",
    fields: { cwd: "/tmp" },
    code: -32602,
    words: "invalid URI: relative URL without a base",
  },
  {
    name: "a web address as cwd",
    fields: { cwd: "http://x/y" },
    code: -32602,
    words: "unsupported path URI scheme `http`",
  },
  {
    name: "a cwd of Windows",
    fields: { cwd: "file:///C:/x" },
    code: -32602,
    words: "cwd URI `file:///C:/x` is not valid on this exec-server host: ",
  },
  {
    name: "a cwd on a host",
    fields: { cwd: "file://host/x" },
    code: -32602,
    words: "cwd URI `file://host/x` is not valid on this exec-server host: ",
  },
  { name: "a missing cwd", fields: { cwd: "file:///no/such" }, code: -32603, words: NOT_FOUND },
  {
    name: "a file as cwd",
    fields: { cwd: "file:///etc/passwd" },
    code: -32603,
    words: "Not a directory (os error 20)",
  },
];

for (const { name, argv, fields, code, words } of refusals) {
  check(`54: ${name} is refused and leaves the id free`, async () => {
    await using peer = await server().session();
    const params = startParams(peer, argv ?? ["/bin/true"], fields);
    const failure = await peer.refused("process/start", params);
    assertEquals(failure.code, code);
    assert(failure.message.startsWith(words), failure.message);
    await start(peer, ["/bin/true"]);
    await outcome(peer);
  });
}

check("54: a script without an interpreter line is refused, no shell steps in", async () => {
  await using peer = await server().session();
  const script = join(server().root, "no-interpreter");
  await Deno.writeTextFile(script, "echo hi\n", { mode: 0o755 });
  const failure = await peer.refused("process/start", startParams(peer, [script]));
  assertEquals(failure.code, -32603);
  assert(failure.message.startsWith("Exec format error (os error 8)"), failure.message);
});

for (const field of ["processId", "argv", "cwd", "env", "tty"]) {
  check(`54: a start without \`${field}\` is refused by name`, async () => {
    await using peer = await server().session();
    const params = Object.entries(startParams(peer, ["/bin/true"])).filter(([key]) =>
      key !== field
    );
    const failure = await peer.refused("process/start", Object.fromEntries(params));
    assertEquals(failure.code, -32602);
    assert(failure.message.startsWith(`missing field \`${field}\``), failure.message);
  });
}

const wrongTypes: readonly (readonly [field: string, value: unknown])[] = [
  ["processId", 5],
  ["argv", "ls"],
  ["argv", [1]],
  ["env", { A: 1 }],
  ["tty", "no"],
  ["pipeStdin", 1],
  ["arg0", 1],
  ["envPolicy", "all"],
];

for (const [field, value] of wrongTypes) {
  check(`54: \`${field}\` of a wrong type, ${JSON.stringify(value)}, is refused`, async () => {
    await using peer = await server().session();
    const params = { ...startParams(peer, ["/bin/true"]), [field]: value };
    assertEquals((await peer.refused("process/start", params)).code, -32602);
  });
}
