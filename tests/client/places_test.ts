/** One suite over every way to a server of ours: in this process, over pipes, and over two sockets. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { connectWebSocket, type ExecServerClient, ExecServerError } from "../../client/mod.ts";
import { connectStdio } from "../../client/stdio.ts";
import { connectLocal } from "../../local/connect_local.ts";
import { pathToUri } from "../../protocol/path_uri.ts";
import { within } from "../support/deadline.ts";
import { Scratch } from "../support/scratch.ts";
import { launchServer } from "../support/server_process.ts";
import { sharedServer } from "../support/shared_server.ts";
import { serverProgram, targetName } from "../support/target.ts";

const server = sharedServer();
const env = { PATH: "/usr/bin:/bin" };

// The system's libraries are loaded once and stay, which a test must not be blamed for.
await using warm = await connectLocal();
await warm.fs.getMetadata("file:///");

/** A client, and what its server needs to be there. */
interface Place extends AsyncDisposable {
  readonly client: ExecServerClient;
}

const places: Readonly<Record<string, (scratch: Scratch) => Promise<Place>>> = {
  "this process": async () => owned(await connectLocal()),
  "a WebSocket": async () => owned(await connectWebSocket({ url: server().url })),
  "standard input and output": async () => {
    const { program, prefix, env } = await serverProgram();
    const args = [...prefix, "--listen", "stdio"];
    return owned(await connectStdio({ program, args, env, stderr: "null" }));
  },
  "a Unix socket": async (scratch) => {
    const url = `unix://${scratch.path}/socket`;
    const own = await launchServer({ listen: url });
    return owned(await connectWebSocket({ url }), own);
  },
};

function owned(client: ExecServerClient, below?: AsyncDisposable): Place {
  return {
    client,
    async [Symbol.asyncDispose]() {
      await client.close();
      await below?.[Symbol.asyncDispose]();
    },
  };
}

async function text(bytes: Promise<Uint8Array> | Uint8Array): Promise<string> {
  return new TextDecoder().decode(await bytes);
}

for (const [title, open] of Object.entries(places)) {
  Deno.test({
    name: `Everything works in the same way over ${title}`,
    ignore: targetName() === "reference",
    async fn(t) {
      await using scratch = await Scratch.create();
      await using place = await open(scratch);
      const { client } = place;

      await t.step("a process is fed, prints and exits", async () => {
        const argv = ["/bin/sh", "-c", "read line; echo got $line; echo error >&2; exit 7"];
        const process = await client.start({ argv, env, pipeStdin: true });
        await process.write(new TextEncoder().encode("input\n"));
        const { stdout, stderr, exitCode } = await within(process.output(), "the output");
        assertEquals([await text(stdout), await text(stderr), exitCode], [
          "got input\n",
          "error\n",
          7,
        ]);
      });

      await t.step("a terminal has the size it is given", async () => {
        const argv = ["/bin/stty", "size"];
        const terminalSize = { rows: 30, cols: 100 };
        const process = await client.start({ argv, env, tty: true, terminalSize });
        assertEquals(
          await text((await within(process.output(), "the output")).stdout),
          "30 100\r\n",
        );
      });

      await t.step("much output comes whole", async () => {
        const process = await client.start({ argv: ["/usr/bin/seq", "1", "300000"], env });
        let bytes = 0;
        for await (const chunk of process.stdout) bytes += chunk.byteLength;
        assertEquals(bytes, 1_988_895);
      });

      await t.step("files go there and come back", async () => {
        const uri = pathToUri(join(scratch.path, "tree/file"));
        await client.fs.createDirectory(pathToUri(join(scratch.path, "tree")));
        await client.fs.writeFile(uri, new TextEncoder().encode("content"), { atomic: true });
        assertEquals(await text(client.fs.readFile(uri)), "content");
        const bytes = new Uint8Array(3_000_000).fill(5);
        await ReadableStream.from([bytes]).pipeTo(client.fs.writable(uri));
        assertEquals(await new Response(client.fs.readable(uri)).bytes(), bytes);
        const found: string[] = [];
        for await (const { path } of client.fs.walk(pathToUri(scratch.path))) found.push(path);
        assertEquals(found.includes(uri), true);
      });

      await t.step("errors have the same kinds", async () => {
        const missing = pathToUri(join(scratch.path, "missing"));
        const error = await assertRejects(() => client.fs.readFile(missing), ExecServerError);
        assertEquals([error.kind, error.code], ["notFound", -32004]);
        const start = () => client.start({ argv: ["no-such-program"], env });
        assertEquals((await assertRejects(start, ExecServerError)).code, -32603);
      });
    },
  });
}
