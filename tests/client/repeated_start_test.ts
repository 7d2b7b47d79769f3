/** A start whose answer is lost: our server starts the program once, the reference's is ended. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { connectWebSocket, ExecServerError } from "../../client/mod.ts";
import { within } from "../support/deadline.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import { Scratch } from "../support/scratch.ts";
import { sharedServer } from "../support/shared_server.ts";
import { targetName } from "../support/target.ts";

const server = sharedServer();
const env = { PATH: "/usr/bin:/bin" };

Deno.test({
  name: "A start whose answer was lost is asked for again, and runs the program once",
  ignore: targetName() === "reference",
  async fn() {
    await using scratch = await Scratch.create();
    await using proxy = new FaultProxy(server().url);
    await using client = await connectWebSocket({ url: proxy.url });
    const begun = anyChange(scratch.path);
    const script = 'echo started >> "$0"; echo output; read line; echo $line';
    proxy.freeze("toClient");
    const argv = ["/bin/sh", "-c", script, `${scratch.path}/log`];
    const starting = client.start({ argv, env, pipeStdin: true });
    await begun;
    // The program runs, but the answer that says so has not come through.
    proxy.cut();
    proxy.thaw();
    const process = await within(starting, "the start");
    await process.write(new TextEncoder().encode("input\n"));
    const { stdout, exitCode } = await within(process.output(), "the output");
    assertEquals([new TextDecoder().decode(stdout), exitCode], ["output\ninput\n", 0]);
    assertEquals(await Deno.readTextFile(`${scratch.path}/log`), "started\n");
  },
});

/** Settles when something happens in a directory. */
async function anyChange(directory: string): Promise<void> {
  using watcher = Deno.watchFs(directory);
  for await (const _ of watcher) return;
}

Deno.test("The same id with other parameters, or by the same connection, is refused", async () => {
  await using client = await connectWebSocket({ url: server().url });
  const params = { processId: "p", argv: ["/bin/true"], cwd: "file:///", env, tty: false };
  await client.call("process/start", params);
  const again = () => client.call("process/start", params);
  await assertRejects(again, ExecServerError, "already exists");
  const id = client.sessionId;
  await client.close();
  await using next = await connectWebSocket({ url: server().url, resumeSessionId: id });
  const other = () => next.call("process/start", { ...params, argv: ["/bin/false"] });
  await assertRejects(other, ExecServerError, "already exists");
  if (targetName() === "reference") return;
  assertEquals((await next.call("process/start", params)).processId, "p");
});
