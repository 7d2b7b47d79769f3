/** `fs/glob` through the wire. @module */

import { assertEquals, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import { type Fields, type FileRoom, openRoom } from "../../support/file_room.ts";
import { sharedServer } from "../../support/shared_server.ts";

const server = sharedServer();

const answered = v.strictObject({
  entries: v.array(v.strictObject({ path: v.string(), kind: v.picklist(["file", "directory"]) })),
  errors: v.array(v.strictObject({ path: v.string(), message: v.string() })),
  truncated: v.boolean(),
});

/** What is listed, as one text: directories end with `/`, a cut list with `…`. */
async function glob(room: FileRoom, patterns: string[], fields: Fields = {}, name = "w") {
  const result = await room.call("fs/glob", name, { patterns, ...fields });
  const { entries, errors, truncated } = v.parse(answered, result);
  assertEquals(errors, []);
  const prefix = `${room.uri(name)}/`;
  const listed = entries.map(({ path, kind }) =>
    path.replace(prefix, "") + (kind === "directory" ? "/" : "")
  );
  return [...listed, ...(truncated ? ["…"] : [])].join(" ");
}

const files = {
  "w/.gitignore": "*.log\nbuild/\n!keep.log\n",
  "w/.hidden/x.ts": "",
  "w/a.ts": "",
  "w/b.log": "",
  "w/build/x.ts": "",
  "w/keep.log": "",
  "w/src/.gitignore": "x.ts\n",
  "w/src/deep/y.ts": "",
  "w/src/x.ts": "",
  "w/link.ts": "->a.ts",
  "w/up": "->..",
  "w/odd name.ts": "",
};

const table: readonly (readonly [patterns: string[], fields: Fields, listed: string])[] = [
  [["*.ts"], {}, "a.ts odd%20name.ts"],
  [["**/*.ts"], {}, "a.ts odd%20name.ts src/deep/y.ts"],
  [["src", "src/*"], {}, "src/ src/deep/"],
  [["*"], {}, "a.ts keep.log odd%20name.ts src/"],
  [["**/x.ts"], { respectIgnoreFiles: false }, "build/x.ts src/x.ts"],
  [["**/x.ts"], { includeHidden: true }, ".hidden/x.ts"],
  [["**"], { exclude: ["src/**", "*.ts"] }, "keep.log"],
  [["**/*.ts"], { maxResults: 2 }, "a.ts odd%20name.ts …"],
  [["**/*.ts"], { maxResults: 3 }, "a.ts odd%20name.ts src/deep/y.ts"],
  [["nothing"], {}, ""],
];

for (const [patterns, fields, listed] of table) {
  Deno.test(`fs/glob of ${patterns} with ${JSON.stringify(fields)}`, async () => {
    await using room = await openRoom(server());
    await room.put(files);
    assertEquals(await glob(room, patterns, fields), listed);
  });
}

Deno.test("fs/glob follows a link only at its root, and lists nothing of a file", async () => {
  await using room = await openRoom(server());
  await room.put({ ...files, "link": "->w" });
  assertEquals(await glob(room, ["*.ts"], {}, "link"), "a.ts odd%20name.ts");
  assertEquals(await glob(room, ["**"], {}, "w/a.ts"), "");
});

Deno.test("fs/glob lists names that are not UTF-8 exactly", async () => {
  await using room = await openRoom(server());
  await room.put({ "w/": "" });
  const script = 'cd "$0" && : > "$(printf "a\\377b")" && mkdir "$(printf "\\200")"';
  await new Deno.Command("sh", { args: ["-c", script, room.at("w")] }).output();
  assertEquals(await glob(room, ["*"]), "a%FFb %80/");
});

const refusals: readonly (readonly [fields: Fields, code: number, words: string])[] = [
  [{ patterns: [""] }, -32602, "Cannot search by `patterns`: A pattern is empty"],
  [{ maxResults: 50_001 }, -32602, "`maxResults` is 50001, wanted 1 to 50000"],
  [{ path: "file:///none/at/all" }, -32004, "No such file or directory (os error 2)"],
];

for (const [fields, code, words] of refusals) {
  Deno.test(`fs/glob refuses ${JSON.stringify(fields)}`, async () => {
    await using room = await openRoom(server());
    const params = { path: room.uri(""), patterns: ["*"], ...fields };
    const failure = await room.peer.refused("fs/glob", params);
    assertEquals(failure.code, code);
    assertStringIncludes(failure.message, words);
  });
}
