/**
 * What a user of the packed library may write; Node and Bun run it, and only the types are taken
 * away before. Arguments: `websocket URL`, `unix URL`, or `stdio PROGRAM [ARGUMENT...]`.
 * @module
 */

import { Buffer } from "node:buffer";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { connectWebSocket, type ExecServerClient, ExecServerError } from "exec-server-client";
import { EnvironmentManager } from "exec-server-client/environments";
import { connectStdio } from "exec-server-client/stdio";

const [kind, place = "", ...args] = process.argv.slice(2);
const here = pathToFileURL(`${process.cwd()}/`);
const env = { PATH: "/usr/bin:/bin" };

function say(what: string, value: unknown): void {
  console.log(`${what}: ${JSON.stringify(value)}`);
}

async function textOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) text += piece;
  return text;
}

async function useProcesses(client: ExecServerClient): Promise<void> {
  const argv = ["/bin/sh", "-c", "cat; echo said >&2; exit 3"];
  const cat = await client.start({ argv, env, pipeStdin: true });
  const texts = Promise.all([textOf(cat.stdout), textOf(cat.stderr)]);
  const bytes = new TextEncoder().encode("grün\n");
  await cat.write(bytes.subarray(0, 3));
  await cat.write(bytes.subarray(3));
  await cat.closeStdin();
  say("process", [...await texts, (await cat.status).exitCode]);
  const big = await client.start({ argv: ["/bin/sh", "-c", "seq 1 300000"], env });
  say("output", (await big.output()).stdout.byteLength);
  try {
    await client.start({ argv: ["/no/such/program"], env });
  } catch (error) {
    say("refusal", error instanceof ExecServerError && error.kind);
  }
}

async function useFiles(client: ExecServerClient): Promise<void> {
  const bytes = new Uint8Array(700_001).map((_, index) => index * 7 + (index >> 8));
  const file = new URL(`${kind}.bin`, here);
  await client.fs.writeFile(file, bytes);
  const read = await client.fs.readFile(file);
  say("file", Buffer.compare(read, bytes) === 0);
  let streamed = 0;
  for await (const block of client.fs.readable(file)) streamed += block.byteLength;
  say("stream", streamed);
  const found = await client.fs.readDirectory(here);
  say("listed", found.some(({ fileName, isFile }) => fileName === `${kind}.bin` && isFile));
}

/** Passes bytes on to a server until it is told to cut. */
async function openProxy(target: URL) {
  const pairs = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect({ host: target.hostname, port: Number(target.port) });
    for (const [from, to] of [[near, far], [far, near]] as const) {
      pairs.add(from);
      from.on("data", (chunk) => to.write(chunk));
      from.on("error", () => {});
      from.on("close", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}`,
    cut: () => pairs.forEach((socket) => socket.destroy()),
    close: () => server.close(),
  };
}

async function survive(url: string): Promise<void> {
  const proxy = await openProxy(new URL(url));
  const client = await connectWebSocket({ url: proxy.url });
  const states: string[] = [];
  client.onState((state) => states.push(state));
  const argv = ["/bin/sh", "-c", "echo before; read line; echo after $line"];
  const shell = await client.start({ argv, env, pipeStdin: true });
  let text = "";
  for await (const piece of shell.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text !== "before\n") continue;
    proxy.cut();
    await shell.write(new TextEncoder().encode("the cut\n"));
  }
  say("survived", [text, (await shell.status).exitCode, states]);
  await client.close();
  proxy.close();
}

async function useEnvironments(url: string): Promise<void> {
  const settings = { environments: { box: { url } }, default: "box", includeLocal: false };
  const manager = EnvironmentManager.fromSettings(settings);
  const started = await manager.defaultEnvironment()?.exec.start({ argv: ["/bin/echo", "hi"] });
  say("environment", new TextDecoder().decode((await started?.output())?.stdout));
  await manager[Symbol.asyncDispose]();
}

async function useFailures(): Promise<void> {
  for (const url of ["ws://127.0.0.1:1", "unix:///no/such/socket"]) {
    await connectWebSocket({ url }).catch((error) => say("connect", error.kind));
  }
  await connectStdio({ program: "no-such-program" }).catch((error) => say("spawn", error.message));
}

const client = kind === "stdio"
  ? await connectStdio({ program: place, args, stderr: "inherit" })
  : await connectWebSocket({ url: place });
await useProcesses(client);
await useFiles(client);
await client.close();
say("closed", (await client.closed).kind);
if (kind === "websocket") {
  await survive(place);
  await useEnvironments(place);
  await useFailures();
}
