/** What a start is refused for before anything is sent, as plain JavaScript may ask for it. @module */
import { assertEquals, assertRejects } from "@std/assert";
import type { StartRequest } from "../../client/mod.ts";
import { PathUriError } from "../../protocol/path_uri.ts";
import { scriptedSession } from "./scripted_server.ts";

const cases: readonly [string, Record<string, unknown>, string][] = [
  ["argv is a text", { argv: "ls -l" }, "argv must be an array of strings"],
  ["argv is a number", { argv: 5 }, "argv must be an array of strings"],
  ["argv is an object", { argv: {} }, "argv must be an array of strings"],
  ["argv is left out", {}, "argv must be an array of strings"],
  ["an argument is a number", { argv: ["sleep", 5] }, "argv must be an array of strings"],
  ["an argument is left open", { argv: new Array(2) }, "argv must be an array of strings"],
];
for (const [name, request, words] of cases) {
  Deno.test(`A start is refused when ${name}`, async () => {
    const { client, server } = await scriptedSession();
    const start = () => Reflect.apply(client.start, client, [request]);
    const error = await assertRejects(start, TypeError);
    assertEquals(error.message, `Cannot start a process: ${words}`);
    await server.proveQuiet(client);
    await client.close();
  });
}

for (const cwd of ["/tmp", "relative", "http://box/tmp", "file:///tmp?x", "", 5]) {
  Deno.test(`A start in ${JSON.stringify(cwd)} is refused by an error that names cwd`, async () => {
    const { client, server } = await scriptedSession();
    const request = Object.assign({ argv: ["x"], cwd: "" }, { cwd }) satisfies StartRequest;
    const error = await assertRejects(() => client.start(request), PathUriError);
    const words = "Cannot start a process: cwd must be a file: URL: ";
    assertEquals(error.message.slice(0, words.length), words);
    await server.proveQuiet(client);
    await client.close();
  });
}
