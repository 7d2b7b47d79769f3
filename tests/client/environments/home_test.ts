/** Environments from a directory, and work in one that is connected to by its first use. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { readEnvironments } from "../../../client/environments/home.ts";
import { EnvironmentManager, EnvironmentSettingsError } from "../../../client/environments/mod.ts";
import { pathToUri } from "../../../protocol/path_uri.ts";
import { Scratch } from "../../support/scratch.ts";
import { sharedServer } from "../../support/shared_server.ts";

const server = sharedServer();

Deno.test("A directory's file is read alone", async () => {
  await using scratch = await Scratch.create();
  const path = join(scratch.path, "environments.toml");
  await Deno.writeTextFile(path, '\ufeff[[environments]]\nid = "a"\nprogram = "p"\ncwd = "x"\n');
  assertEquals(await readEnvironments(scratch.path), {
    defaultId: "local",
    includesLocal: true,
    environments: [
      { id: "a", settings: { program: "p", cwd: `${scratch.path}/x` }, source: path },
    ],
  });
});

Deno.test("A file that cannot be read is a mistake, not a missing one", async () => {
  await using scratch = await Scratch.create();
  const path = join(scratch.path, "environments.toml");
  const complaint = async () => {
    const reading = () => readEnvironments(scratch.path);
    const { message } = await assertRejects(reading, EnvironmentSettingsError);
    return message.slice(0, message.lastIndexOf("`: ") + 3);
  };
  const wanted = `failed to read environment config \`${path}\`: `;
  await Deno.writeFile(path, new Uint8Array([0x23, 0xff]));
  assertEquals(await complaint(), wanted);
  await Deno.remove(path);
  await Deno.mkdir(path);
  assertEquals(await complaint(), wanted);
});

Deno.test("Files and processes of an environment work before anybody connected", async () => {
  const { url, root } = server();
  const at = (name: string) => pathToUri(join(root, name));
  const environments = { here: { url } };
  const given = { environments, default: "here" };
  await using manager = EnvironmentManager.fromSettings(given);
  const files = manager.defaultEnvironment()?.fs;
  if (files === undefined) throw new Error("There is no default");
  const bytes = new TextEncoder().encode("text");
  const writer = files.writable(at("a")).getWriter();
  await writer.write(bytes);
  await writer.close();
  assertEquals(await new Response(files.readable(at("a"))).text(), "text");
  await files.copy(at("a"), at("b"));
  await files.writable(at("empty")).close();
  const found = await Array.fromAsync(files.walk(pathToUri(root)), (item) => item.kind);
  assertEquals(found, ["file", "file", "file"]);
  assertEquals((await files.getMetadata(at("empty"))).size, 0);
  const missing = files.readable(at("missing"));
  await assertRejects(() => new Response(missing).text());
  assertEquals(manager.status("here"), "ready");
  const process = await manager.get("here")?.exec.start({ argv: ["/bin/cat", "b"] });
  assertEquals((await process?.output())?.stdout, bytes);
});
