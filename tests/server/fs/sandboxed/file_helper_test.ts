/** What a helper may tell clients beside its answers. @module */

import { assertEquals, assertRejects } from "@std/assert";
import { RpcError } from "../../../../protocol/errors.ts";
import { FileHelper } from "../../../../server/fs/sandboxed/file_helper.ts";
import { encodeFrame } from "../../../../server/fs/sandboxed/frame.ts";
import type { ChildListener, Spawner } from "../../../../server/process/spawner.ts";

const encoder = new TextEncoder();

/** A helper whose reports the test writes. */
function scripted() {
  let listener: ChildListener | undefined;
  const spawner: Spawner = {
    hasTerminals: false,
    spawn: (_, theirs) => {
      listener = theirs;
      return {
        pid: 1,
        pauseOutput() {},
        resumeOutput() {},
        write: (bytes) => bytes.byteLength,
        closeStdin() {},
        resize: () => false,
        signalGroup() {},
        condemn() {},
        kill() {},
      };
    },
    [Symbol.dispose]() {},
  };
  const request = { program: "p", argv: ["p"], cwd: "/", env: new Map(), pipeStdin: true };
  const helper = new FileHelper({ request, started() {}, ended() {} }, spawner);
  const told: unknown[] = [];
  const call = (method: string, params: Readonly<Record<string, unknown>>) =>
    helper.call({
      method,
      params,
      channel: 1,
      wantsExtensions: false,
      call: {
        roomToAnswer: () => undefined,
        notifier: { notify: (...all) => void told.push(all), room: () => undefined },
      },
    });
  const report = (head: unknown, body: unknown) => {
    const bytes = encoder.encode(JSON.stringify(body));
    for (const piece of encodeFrame(head, bytes)) listener?.output("stdout", piece);
  };
  return { helper, told, call, report };
}

function matches(searchId: string) {
  return { searchId, matches: [], files: 1 };
}

Deno.test("a search tells of its own matches", async () => {
  const { told, call, report } = scripted();
  const answer = call("fs/grep", { searchId: "s" });
  report({ kind: "notify", id: 1, method: "fs/grepMatches" }, matches("s"));
  report({ kind: "result", id: 1 }, {});
  await answer;
  assertEquals(told, [["fs/grepMatches", matches("s")]]);
});

Deno.test("whatever else a helper wants clients to be told ends it", async () => {
  const exited = { processId: "p", seq: 1, exitCode: 0 };
  const cases = [
    { method: "fs/grep", name: "process/exited", body: exited },
    { method: "fs/grep", name: "fs/changed", body: {} },
    { method: "fs/grep", name: "fs/grepMatches", body: matches("other") },
    { method: "fs/readFile", name: "fs/grepMatches", body: matches("s") },
    { method: "fs/grep", name: "no/such", body: {} },
  ];
  for (const { method, name, body } of cases) {
    const { helper, told, call, report } = scripted();
    const answer = call(method, { searchId: "s" });
    report({ kind: "notify", id: 1, method: name }, body);
    await assertRejects(() => answer, RpcError, `Notification ${name} `);
    assertEquals([told, helper.end instanceof RpcError], [[], true]);
  }
});
