/** Recorded traces over standard streams, in our client's words, at ours or at the reference. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { connectWebSocket, type ExecServerClient, ExecServerError } from "../../../client/mod.ts";
import { connectStdio } from "../../../client/stdio.ts";
import { whole } from "../../conformance/client_traces/scenes.ts";
import { sharedServer } from "../../support/shared_server.ts";
import { serverProgram } from "../../support/target.ts";
import { bytes, Follower, Place, run } from "./conversation.ts";

const server = sharedServer();

/** Starts a server as the reference client starts one. */
async function connectChild(place: Place): Promise<ExecServerClient> {
  const { program, prefix, env } = await serverProgram();
  return await connectStdio({
    program,
    args: [...prefix, "--listen", "stdio"],
    env: { HOME: place.path, CODEX_HOME: place.path, ACCEPT_CHILD: "yes", ...env },
    cwd: place.native(""),
    stderr: "null",
  });
}

Deno.test("stdio: commands, files and much output, and nothing is left running", async () => {
  await using place = await Place.of("stdio");
  const client = await connectChild(place);
  try {
    const child = await run(client, place.command("echo child=$ACCEPT_CHILD"));
    assertEquals(child.stdout, "child=yes\n");
    const reading = client.fs.readFile(place.url("a.txt"));
    assertEquals((await assertRejects(() => reading, ExecServerError)).kind, "notFound");
    await client.fs.writeFile(place.url("a.txt"), bytes("one\n"));
    assertEquals(await Deno.readTextFile(place.native("a.txt")), "one\n");
    const much = 'head -c 500000 /dev/zero | tr "\\0" x | fold -w 99; echo; echo TAIL';
    const expected = whole("")["11236-307155ff-1ff7-41c4-8b03-84a9aeed7864"];
    assertEquals((await run(client, place.command(much))).stdout === expected, true);
    const process = await client.start(place.command("sleep 300 & echo pids=$$,$!; wait"));
    const follower = new Follower(process);
    await follower.until("\n");
    assertEquals(await process.terminate(), true);
    const { stdout, exitCode } = await follower.ended();
    assertEquals(exitCode, 137);
    for (const pid of stdout.match(/\d+/g) ?? []) assertEquals(await commandOf(pid), "");
  } finally {
    await client.close();
  }
});

/** What a process runs; nothing when there is no such process, or only what is left of one. */
async function commandOf(pid: string): Promise<string> {
  try {
    return await Deno.readTextFile(`/proc/${pid}/cmdline`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** Talks to an MCP server, one JSON text per line each way. */
class McpPeer {
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  #rest = "";
  #lastId = -1;

  constructor(stdout: ReadableStream<Uint8Array<ArrayBuffer>>, write: McpPeer["write"]) {
    this.#reader = stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#write = write;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#write(bytes);
  }

  async call(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#lastId;
    await this.write(bytes(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`));
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error(`The MCP server ended before it answered ${method}`);
      this.#rest += value;
    }
    const answer = JSON.parse(this.#rest);
    this.#rest = "";
    assertEquals(answer.id, id);
    return answer.result;
  }

  async echo(text: string): Promise<unknown> {
    return await this.call("tools/call", { name: "echo", arguments: { text } });
  }

  async end(): Promise<void> {
    assertEquals((await this.#reader.read()).done, true);
  }
}

Deno.test("mcp-stdio: a server is fed and heard through a process", async () => {
  await using place = await Place.of("mcp-stdio");
  await using client = await connectWebSocket({ url: server().url });
  const process = await client.start({
    processId: "mcp-stdio-1",
    argv: [join(place.path, "node"), "mcp-stdio.mjs"],
    cwd: place.url("."),
    envPolicy: {
      inherit: "core",
      ignoreDefaultExcludes: true,
      exclude: [],
      set: { ACCEPT_MARK: "mark-7" },
      includeOnly: [],
    },
    env: { ACCEPT_MARK: "mark-7" },
    pipeStdin: true,
  });
  const peer = new McpPeer(process.stdout, (bytes) => process.write(bytes));
  await peer.call("initialize", { protocolVersion: "2025-06-18", capabilities: {} });
  await peer.write(bytes('{"jsonrpc":"2.0","method":"notifications/initialized"}\n'));
  await peer.call("tools/list", {});
  const said = (text: string) => ({ content: [{ type: "text", text }] });
  const context = `env=mark-7:cwd=${place.native("")}`;
  assertEquals(await peer.echo("hey"), said(`mcp-echo:hey:${context}`));
  assertEquals(await peer.echo("big:300000"), said("y".repeat(300_000)));
  assertEquals(await peer.echo("again"), said(`mcp-echo:again:${context}`));
  assertEquals(await process.terminate(), true);
  assertEquals((await process.status).exitCode, 137);
  await peer.end();
});
