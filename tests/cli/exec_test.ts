/** `exec` from the outside: what a user types, and what comes of it. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { within } from "../support/deadline.ts";
import { Scratch } from "../support/scratch.ts";
import { launchServer } from "../support/server_process.ts";
import { serverProgram } from "../support/target.ts";
import { ignore, runProgram, shell, startProgram } from "./program.ts";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

function exec(...args: string[]) {
  return runProgram(["exec", ...args]);
}

test("exec passes output, errors and status on, each where it belongs", async () => {
  const outcome = await exec(...shell("echo out; echo err >&2; exit 7"));
  assertEquals(outcome, { code: 7, stdout: "out\n", stderr: "err\n" });
});

test("exec exits with 128 + n when signal n ended the command", async () => {
  assertEquals((await exec(...shell("kill -TERM $$"))).code, 143);
  assertEquals((await exec(...shell("kill -KILL $$"))).code, 137);
});

test("exec exits with 127 when there is no such program, and names it", async () => {
  for (const program of ["no-such-program", "/no/such/program"]) {
    const { code, stderr } = await exec("--", program);
    assertEquals(code, 127);
    assertStringIncludes(stderr, `exec-server: Cannot run "${program}": No such file or directory`);
  }
});

test("exec exits with 126 when the program cannot be executed", async () => {
  const { code, stderr } = await exec("--", "/etc/passwd");
  assertEquals(code, 126);
  assertStringIncludes(stderr, 'exec-server: Cannot run "/etc/passwd": Permission denied');
});

test("exec exits with 125 when the directory does not exist, and names it", async () => {
  const { code, stderr } = await exec("--cwd", "/no/such/directory", "--", "ls");
  assertEquals(code, 125);
  assertStringIncludes(stderr, 'cwd "/no/such/directory" does not exist');
});

test("exec passes much output on without changing a byte", async () => {
  const script = "seq 1 300000";
  const local = await new Deno.Command("/bin/sh", { args: ["-c", script] }).output();
  const remote = await exec(...shell(script));
  assertEquals(remote.stdout === new TextDecoder().decode(local.stdout), true);
  assertEquals(remote.code, 0);
});

test("exec passes bytes on that are no text", async () => {
  const child = await startProgram(["exec", ...shell("printf '\\377\\000\\201'")]);
  const { stdout } = await within(child.output(), "the bytes");
  assertEquals([...stdout], [255, 0, 129]);
});

test("exec passes input on, and its end", async () => {
  const input = "line\n".repeat(100_000);
  const { stdout } = await runProgram(["exec", "wc", "-c"], { input });
  assertEquals(stdout.trim(), String(input.length));
});

test("exec passes input on while there is more to come", async () => {
  const child = await startProgram(["exec", "cat"], { input: "" });
  const writer = child.stdin.getWriter();
  const reader = child.stdout.getReader();
  for (const line of ["first\n", "second\n"]) {
    await writer.write(new TextEncoder().encode(line));
    const { value } = await within(reader.read(), "the echo");
    assertEquals(new TextDecoder().decode(value), line);
  }
  await writer.close();
  assertEquals((await within(child.status, "the end")).code, 0);
  await reader.cancel();
  await child.stderr.cancel();
});

test("exec does not mind a command that takes no more input", async () => {
  const input = new Uint8Array(4 * 1024 * 1024);
  const outcome = await runProgram(["exec", ...shell("head -c 3 | wc -c; exit 5")], { input });
  assertEquals([outcome.code, outcome.stdout.trim(), outcome.stderr], [5, "3", ""]);
});

test("exec gives the command no pipe where there is nothing to read", async () => {
  const nothing = await exec("readlink", "/proc/self/fd/0");
  assertEquals(nothing.stdout, "/dev/null\n");
  const refused = await runProgram(["exec", "-n", "readlink", "/proc/self/fd/0"], { input: "x" });
  assertEquals(refused.stdout, "/dev/null\n");
});

test("exec runs in the caller's directory, or where --cwd says from there", async () => {
  await using scratch = await Scratch.create();
  const cwd = scratch.path;
  await Deno.mkdir(join(cwd, "inner place"));
  assertEquals((await runProgram(["exec", "pwd"], { cwd })).stdout, `${cwd}\n`);
  const inner = await runProgram(["exec", "--cwd", "inner place", "pwd"], { cwd });
  assertEquals(inner.stdout, `${cwd}/inner place\n`);
});

test("exec gives the command the caller's whole environment, and --env on top", async () => {
  const env = { MY_SECRET_TOKEN: "kept", CHANGED: "before" };
  const script = 'echo "$MY_SECRET_TOKEN $CHANGED $NEW"';
  const args = ["exec", "--env", "CHANGED=after", "--env=NEW=a=b", ...shell(script)];
  assertEquals((await runProgram(args, { env })).stdout, "kept after a=b\n");
});

test("exec --clear-env gives the command only what --env says", async () => {
  const { stdout } = await exec("--clear-env", "--env", "ONLY=this", "--", "/usr/bin/env");
  assertEquals(stdout, "ONLY=this\n");
});

test("exec --url runs where the server is, with the server's environment less its secrets", async () => {
  await using server = await launchServer({ env: { API_TOKEN: "hidden", PLAIN: "seen" } });
  const script = 'pwd; echo "[$API_TOKEN] [$PLAIN]"';
  const { stdout, code } = await exec("--url", server.url, ...shell(script));
  assertEquals([stdout, code], [`${server.root}\n[] [seen]\n`, 0]);
  await Deno.mkdir(join(server.root, "below"));
  const below = await exec("--url", server.url, "--cwd", "below", "pwd");
  assertEquals(below.stdout, `${server.root}/below\n`);
});

test("exec --stdio starts the server it is given, quotes and all", async () => {
  const { program, prefix } = await serverProgram();
  const command = [program, ...prefix].map((word) => `'${word}'`).join(" ");
  const { stdout, code } = await exec("--stdio", `${command} --listen "stdio"`, "echo", "hi");
  assertEquals([stdout, code], ["hi\n", 0]);
});

test("exec --stdio says which server it cannot start", async () => {
  const { code, stderr } = await exec("--stdio", "no-such-server --listen stdio", "ls");
  assertEquals([code, stderr], [
    125,
    'exec-server: Cannot start server program "no-such-server": there is no such program\n',
  ]);
});

test("exec exits with 125 when nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `ws://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const { code, stderr } = await exec("--url", url, "--", "ls");
  const why = `Cannot connect to exec-server websocket ${url}: Connection refused`;
  assertEquals([code, stderr], [125, `exec-server: ${why}\n`]);
});

test("exec exits with 125 when it loses the server, never with success", async () => {
  await using server = await launchServer();
  const child = await startProgram([
    "exec",
    "--url",
    server.url,
    "--recover-for",
    "300ms",
    ...shell("echo up; sleep 1000"),
  ]);
  const reader = child.stdout.getReader();
  await within(reader.read(), "the first line");
  await server.endBy("SIGKILL");
  const { code } = await within(child.status, "exec to notice");
  const stderr = await new Response(child.stderr).text();
  assertEquals(code, 125);
  assertStringIncludes(stderr, "exec-server: The connection to the server is lost; trying");
  assertStringIncludes(stderr, "exec-server: transport disconnected: ");
  assertStringIncludes(stderr, "; recovery timed out after 0.3s\n");
  await reader.cancel();
});

/** A listener that refuses one caller and tells what it was asked. */
function refusingListener() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked = (async () => {
    using connection = await listener.accept();
    const buffer = new Uint8Array(4096);
    const count = await connection.read(buffer);
    await connection.write(new TextEncoder().encode("HTTP/1.1 401 Unauthorized\r\n\r\n"));
    listener.close();
    return new TextDecoder().decode(buffer.subarray(0, count ?? 0));
  })();
  return { url: `ws://127.0.0.1:${listener.addr.port}`, asked };
}

test("exec takes its token from the environment, or from a file", async () => {
  await using scratch = await Scratch.create();
  const file = join(scratch.path, "token");
  await Deno.writeTextFile(file, "from-file\n");
  const first = refusingListener();
  const env = { EXEC_SERVER_TOKEN: "from-env" };
  const refused = await runProgram(["exec", "--url", first.url, "--", "ls"], { env });
  assertEquals(refused.code, 125);
  assertStringIncludes(refused.stderr, "it answered 401 Unauthorized");
  assertStringIncludes(await first.asked, "\r\nauthorization: Bearer from-env\r\n");
  const second = refusingListener();
  await exec("--url", second.url, "--token-file", file, "--", "ls");
  assertStringIncludes(await second.asked, "\r\nauthorization: Bearer from-file\r\n");
});
