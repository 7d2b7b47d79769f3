/** Open files and streams over a connection that is lost, at our server. @module */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { connectWebSocket } from "../../../client/mod.ts";
import { pathToUri } from "../../../protocol/path_uri.ts";
import { within } from "../../support/deadline.ts";
import { FaultProxy } from "../../support/fault_proxy.ts";
import { Scratch } from "../../support/scratch.ts";
import { sharedServer } from "../../support/shared_server.ts";
import { targetName } from "../../support/target.ts";

const server = sharedServer();
const MIB = 1024 * 1024;
/** The reference closes files with their connection. */
const ignore = targetName() === "reference";

function pattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, at) => at * 31 >> 3);
}

Deno.test({
  name: "A stream goes on where it was when its connection is cut, both ways",
  ignore,
  async fn() {
    await using scratch = await Scratch.create();
    await using proxy = new FaultProxy(server().url);
    await using client = await connectWebSocket({ url: proxy.url });
    const uri = pathToUri(join(scratch.path, "file"));
    const bytes = pattern(12 * MIB + 5);
    const writer = client.fs.writable(uri).getWriter();
    for (let at = 0; at < bytes.byteLength; at += 500_000) {
      const written = writer.write(bytes.subarray(at, at + 500_000));
      if (at % 2_000_000 === 0) proxy.cut();
      await within(written, "a write");
    }
    await within(writer.close(), "the close");
    assertEquals(await Deno.readFile(join(scratch.path, "file")), bytes);
    const blocks: Uint8Array[] = [];
    for await (const block of client.fs.readable(uri)) {
      blocks.push(block);
      if (blocks.length % 3 === 0) proxy.cut();
    }
    assertEquals(await new Blob(blocks as BlobPart[]).bytes(), bytes);
    assertEquals(proxy.accepted > 5, true);
  },
});

Deno.test({
  name: "An open file keeps its inode over a reconnect",
  ignore,
  async fn() {
    await using scratch = await Scratch.create();
    await using proxy = new FaultProxy(server().url);
    await using client = await connectWebSocket({ url: proxy.url });
    const path = join(scratch.path, "file");
    await Deno.writeTextFile(path, "old");
    await using handle = await client.fs.open(pathToUri(path));
    proxy.cut();
    await Deno.remove(path);
    await Deno.writeTextFile(path, "new");
    assertEquals(new TextDecoder().decode(await handle.read(0, 10)), "old");
  },
});
