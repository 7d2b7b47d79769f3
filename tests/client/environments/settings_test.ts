/** Settings as plain JavaScript may give them: each mistake is one sentence, and no stack trace. @module */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  connectEnvironment,
  EnvironmentManager,
  EnvironmentSettingsError,
} from "../../../client/environments/mod.ts";
import { ExecServerError } from "../../../client/mod.ts";

const url = "ws://127.0.0.1:1";

/** What is said of settings of any shape; the empty text when they are taken. */
function complaintOf(settings: unknown): string {
  const given = JSON.parse("{}");
  given.environments = { a: settings };
  try {
    EnvironmentManager.fromSettings(given);
    return "";
  } catch (error) {
    if (error instanceof EnvironmentSettingsError) return error.message;
    throw error;
  }
}

Deno.test("Members that are undefined are as if they were not there", async () => {
  assertEquals(complaintOf({ url: undefined, program: "p", args: undefined }), "");
  assertEquals(complaintOf({ url, program: undefined, headers: undefined }), "");
  const both = { url: undefined, program: "/no/such/program" };
  const settings = Object.assign({ program: "" }, both);
  const error = await assertRejects(() => connectEnvironment(settings), ExecServerError);
  assertEquals(error.kind, "spawn");
});

const wrong: readonly [unknown, string][] = [
  [null, "environment `a` must be an object"],
  [5, "environment `a` must be an object"],
  [url, "environment `a` must be an object"],
  [{}, "environment `a` must set exactly one of url or program"],
  [{ url, program: "p" }, "environment `a` must set exactly one of url or program"],
  [{ url: null }, "environment `a` url must be a string"],
  [{ url: 5 }, "environment `a` url must be a string"],
  [{ program: null }, "environment `a` program must be a string"],
  [{ program: "p", cwd: 5 }, "environment `a` cwd must be a string"],
  [{ url, bearerToken: 5 }, "environment `a` bearerToken must be a string"],
  [{ program: "p", args: "x" }, "environment `a` args must be an array of strings"],
  [{ program: "p", args: [5] }, "environment `a` args must be an array of strings"],
  [{ program: "p", env: { A: 5 } }, "environment `a` env must be an object of strings"],
  [{ url, headers: null }, "environment `a` headers must be an object of strings"],
  [{ url, headers: { "b d": "x" } }, "invalid name of exec-server WebSocket header `b d`"],
  [{ url, headers: { "": "x" } }, "invalid name of exec-server WebSocket header ``"],
  [{ url, connectTimeoutMs: NaN }, "environment `a` connectTimeoutMs must be a number from 0 on"],
  [{ url, connectTimeoutMs: "5" }, "environment `a` connectTimeoutMs must be a number from 0 on"],
  [
    { url, initializeTimeoutMs: -1 },
    "environment `a` initializeTimeoutMs must be a number from 0 on",
  ],
];
for (const [settings, words] of wrong) {
  Deno.test(`Settings are refused: ${JSON.stringify(settings)} (${words})`, () => {
    assertEquals(complaintOf(settings), words);
    const manager = EnvironmentManager.fromSettings({});
    const upsert = () => Reflect.apply(manager.upsert, manager, ["a", settings]);
    assertThrows(upsert, EnvironmentSettingsError, words);
  });
}
