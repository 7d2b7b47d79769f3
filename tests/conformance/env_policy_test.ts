/** Checks of what a child's environment is made of. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Peer } from "../support/peer.ts";
import { start, startParams } from "../support/process_calls.ts";
import { outcome } from "../support/process_events.ts";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";

const inherited = {
  MY_KEY: "k",
  my_secret: "s",
  API_TOKEN: "t",
  KEYBOARD: "us",
  PASSWORD: "p",
  GITHUB_PAT: "g",
  PLAIN: "1",
  PLAIN_TWO: "2",
  LANG: "C.UTF-8",
  LOGNAME: "me",
  CODEX_EXEC_SERVER_NOISE_AUTH_TOKEN: "n",
};

const server = sharedServer({ env: inherited });

type Variables = Readonly<Record<string, string>>;

/** The environment of a child started with `env` and a policy. */
async function environment(
  peer: Peer,
  env: Variables,
  policy?: Readonly<Record<string, unknown>>,
): Promise<Variables> {
  const processId = crypto.randomUUID();
  const envPolicy = policy === undefined ? {} : { envPolicy: { ...NO_POLICY, ...policy } };
  await start(peer, ["/usr/bin/env", "-0"], { processId, env, ...envPolicy });
  const { stdout, exitCode } = await outcome(peer, processId);
  assertEquals(exitCode, 0);
  const lines = stdout.split("\0").filter((line) => line !== "");
  return Object.fromEntries(lines.map((line) => {
    const equals = line.indexOf("=");
    return [line.slice(0, equals), line.slice(equals + 1)];
  }));
}

const NO_POLICY = {
  inherit: "none",
  ignoreDefaultExcludes: false,
  exclude: [],
  set: {},
  includeOnly: [],
};

check("71: without a policy the environment is exactly `env`", async () => {
  await using peer = await server().session();
  const env = { A: "1", B: "two words", C: "", D: "a=b", É: "ü" };
  assertEquals(await environment(peer, env), env);
  assertEquals(await environment(peer, {}), {});
});

check("72: `core` inherits only core names, `none` nothing, `all` the rest too", async () => {
  await using peer = await server().session();
  const core = await environment(peer, {}, { inherit: "core" });
  assertEquals(Object.keys(core).sort(), ["HOME", "LANG", "LOGNAME", "PATH"]);
  assertEquals(core.LANG, "C.UTF-8");
  assertEquals(await environment(peer, {}, { inherit: "none" }), {});
  const all = await environment(peer, {}, { inherit: "all" });
  assertEquals([all.PLAIN, all.LANG], ["1", "C.UTF-8"]);
});

check("73: names that look like secrets are dropped unless told otherwise", async () => {
  await using peer = await server().session();
  const filtered = await environment(peer, {}, { inherit: "all" });
  for (const name of ["MY_KEY", "my_secret", "API_TOKEN", "KEYBOARD"]) {
    assert(!(name in filtered), name);
  }
  assertEquals([filtered.PASSWORD, filtered.GITHUB_PAT], ["p", "g"]);
  const whole = await environment(peer, {}, { inherit: "all", ignoreDefaultExcludes: true });
  assertEquals([whole.MY_KEY, whole.my_secret, whole.KEYBOARD], ["k", "s", "us"]);
});

check("73: the server's own variables never reach a child", async () => {
  await using peer = await server().session();
  const name = "CODEX_EXEC_SERVER_NOISE_AUTH_TOKEN";
  const whole = await environment(peer, {}, { inherit: "all", ignoreDefaultExcludes: true });
  assert(!(name in whole));
  assertEquals(await environment(peer, { [name]: "x", A: "1" }), { A: "1" });
});

check("74: `set` survives the excludes, `includeOnly` drops it, `env` survives all", async () => {
  await using peer = await server().session();
  const set = { SOME_TOKEN: "set", OTHER: "set" };
  const survived = await environment(peer, {}, { exclude: ["OTHER"], set });
  assertEquals(survived, set);
  const env = { LAST_KEY: "env", OTHER: "env" };
  const narrowed = await environment(peer, env, { set, includeOnly: ["SOME*"] });
  assertEquals(narrowed, { SOME_TOKEN: "set", ...env });
});

check("74: patterns know `*` and `?`, ignore case, and match whole names", async () => {
  await using peer = await server().session();
  const patterns: readonly (readonly [pattern: string, names: readonly string[]])[] = [
    ["plain", ["PLAIN"]],
    ["PLAIN*", ["PLAIN", "PLAIN_TWO"]],
    ["?LAIN", ["PLAIN"]],
    ["*_T?O", ["PLAIN_TWO"]],
    ["[P]LAIN", []],
    ["LAIN", []],
  ];
  for (const [pattern, names] of patterns) {
    const found = await environment(peer, {}, { inherit: "all", includeOnly: [pattern] });
    assertEquals(Object.keys(found).sort(), names, pattern);
  }
});

check("75: a policy must be whole and its words known", async () => {
  await using peer = await server().session();
  for (const field of Object.keys(NO_POLICY)) {
    const envPolicy = Object.fromEntries(
      Object.entries(NO_POLICY).filter(([key]) => key !== field),
    );
    const params = startParams(peer, ["/bin/true"], { envPolicy });
    const failure = await peer.refused("process/start", params);
    assertEquals(failure.code, -32602);
    assertStringIncludes(failure.message, `missing field \`${field}\``);
  }
  const envPolicy = { ...NO_POLICY, inherit: "some" };
  const failure = await peer.refused("process/start", startParams(peer, ["/x"], { envPolicy }));
  assertEquals(failure.code, -32602);
  assertStringIncludes(failure.message, "unknown variant `some`");
});
