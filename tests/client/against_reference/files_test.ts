/** File calls of the recorded traces, made by our client at ours or at the reference. @module */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  connectWebSocket,
  type ExecServerClient,
  ExecServerError,
  type Metadata,
} from "../../../client/mod.ts";
import { within } from "../../support/deadline.ts";
import { sharedServer } from "../../support/shared_server.ts";
import { bytes, Place, run } from "./conversation.ts";

const server = sharedServer();

function connect(): Promise<ExecServerClient> {
  return connectWebSocket({ url: server().url });
}

/** What a path leads to; undefined when it does not exist, which is what a probe is for. */
async function probe(client: ExecServerClient, path: URL): Promise<Metadata | undefined> {
  try {
    return await client.fs.getMetadata(path);
  } catch (error) {
    if (error instanceof ExecServerError && error.kind === "notFound") return undefined;
    throw error;
  }
}

async function read(client: ExecServerClient, path: URL): Promise<string> {
  return new TextDecoder().decode(await client.fs.readFile(path));
}

/** A call about a path that does not exist: refused with the system's words. */
async function missing(call: Promise<unknown>): Promise<void> {
  const error = await assertRejects(() => call, ExecServerError);
  assertEquals([error.kind, error.code], ["notFound", -32004]);
  assertStringIncludes(error.serverMessage ?? "", "No such file or directory (os error 2)");
}

/** A directory and all above it that the trace owns, innermost first. */
function upwards(place: Place, name: string): readonly URL[] {
  const above = [new URL(`${place.url(name).href.replace(/\/$/, "")}/`)];
  for (let last = above[0]; last !== undefined && last.pathname !== `${place.path}/`;) {
    last = new URL("..", last);
    above.push(last);
  }
  return above;
}

Deno.test("agents-md: the project and its instructions are found from the root down", async () => {
  await using place = await Place.of("agents-md");
  await using client = await connect();
  const above = upwards(place, "pkg/in");
  const probes = above.map(async (directory) => {
    const found = await probe(client, new URL(".git", directory));
    return found?.isDirectory ? directory : undefined;
  });
  const root = (await Promise.all(probes)).find((directory) => directory !== undefined);
  assertEquals(root?.href, `${place.url("").href}/`);
  const down = above.slice(0, above.findIndex(({ href }) => href === root?.href) + 1).reverse();
  const texts = await Promise.all(down.map(async (directory) => {
    for (const name of ["AGENTS.override.md", "AGENTS.md"]) {
      const path = new URL(name, directory);
      if ((await probe(client, path))?.isFile) return await read(client, path);
    }
    return "";
  }));
  assertEquals(texts, ["ROOTMARK-42\n", "PKGMARK-43\n", "OVERMARK-44\n"]);
  const skills = down.map((directory) => new URL(".agents/skills", directory));
  const watch = await client.fs.watchMissing(skills, { present: place.url(".git") });
  assertEquals(watch.watching, true);
});

Deno.test("apply-patch: files are verified, added, changed, removed and moved", async () => {
  await using place = await Place.of("apply-patch");
  await using client = await connect();
  assertEquals(await read(client, place.url("old.txt")), "alpha\nbeta\ngamma\n");
  assertEquals(await read(client, place.url("gone.txt")), "bye\n");
  assertEquals(await read(client, place.url("mv.txt")), "m1\nm2\n");
  for (const [name, content] of [["sub/dir/new.txt", "one\ntwo\n"], ["dir2/mv2.txt", "M1\nm2\n"]]) {
    const path = place.url(name ?? "");
    assertEquals(await probe(client, path), undefined);
    await missing(client.fs.readFile(path));
    await missing(client.fs.writeFile(path, bytes(content ?? "")));
    await client.fs.createDirectory(new URL(".", path), { recursive: true });
    await client.fs.writeFile(path, bytes(content ?? ""));
  }
  assertEquals((await probe(client, place.url("old.txt")))?.size, 17);
  await client.fs.writeFile(place.url("old.txt"), bytes("alpha\nBETA\ngamma\n"));
  for (const name of ["gone.txt", "mv.txt"]) {
    assertEquals((await probe(client, place.url(name)))?.isFile, true);
    await client.fs.remove(place.url(name), { recursive: false, force: false });
    await missing(client.fs.remove(place.url(name), { recursive: false, force: false }));
  }
  const listed = new Deno.Command("find", { args: [".", "-type", "f"], cwd: place.native("") });
  const names = new TextDecoder().decode((await listed.output()).stdout).trim().split("\n").sort();
  assertEquals(names, ["./dir2/mv2.txt", "./old.txt", "./sub/dir/new.txt"]);
  assertEquals(await Deno.readTextFile(place.native("old.txt")), "alpha\nBETA\ngamma\n");
  assertEquals(await Deno.readTextFile(place.native("dir2/mv2.txt")), "M1\nm2\n");
  assertEquals(await Deno.readTextFile(place.native("sub/dir/new.txt")), "one\ntwo\n");
});

Deno.test("view-image: an image is told from what is missing, a directory, and another file", async () => {
  await using place = await Place.of("view-image");
  await using client = await connect();
  assertEquals((await probe(client, place.url("x.png")))?.size, 70);
  const image = await client.fs.readFile(place.url("x.png"));
  assertEquals(image, await Deno.readFile(place.native("x.png")));
  await missing(client.fs.getMetadata(place.url("none.png")));
  assertEquals((await probe(client, place.url("")))?.isDirectory, true);
  assertEquals((await probe(client, place.url("bad.png")))?.size, 4);
  assertEquals(await read(client, place.url("bad.png")), "nope");
});

Deno.test("watch-missing: what a command makes is told once", async () => {
  await using place = await Place.of("watch-missing");
  await using client = await connect();
  const paths = upwards(place, "").map((directory) => new URL(".git", directory));
  const watch = await client.fs.watchMissing([place.url(".agents/skills"), ...paths]);
  assertEquals(watch.watching, true);
  const { stdout } = await run(client, place.command("mkdir -p .agents/skills && echo made"));
  assertEquals(stdout, "made\n");
  await within(watch.changed, "the change");
  assertEquals((await probe(client, place.url(".agents/skills")))?.isDirectory, true);
});
