/** Commands held by macOS, as far as that can be seen where no profile is enforced. @module */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { RpcError } from "../../../protocol/errors.ts";
import type { SandboxIntent } from "../../../protocol/methods/sandbox.ts";
import { SandboxRefusal } from "../../../sandbox/refusal.ts";
import { loadLibc } from "../../../server/process/posix/libc.ts";
import {
  type Child,
  type Spawner,
  SpawnError,
  type SpawnRequest,
} from "../../../server/process/spawner.ts";
import { Seatbelt, type SeatbeltWish } from "../../../server/sandbox/seatbelt.ts";
import { seatbeltRequest } from "../../../server/sandbox/seatbelt_request.ts";
import { trySeatbelt } from "../../../server/sandbox/try_seatbelt.ts";
import {
  disabledSandbox,
  globEntry,
  pathEntry,
  readRoot,
  restrictedSandbox,
} from "../../support/sandbox_intents.ts";

// Once for all tests here: it stays.
loadLibc();

const request: SpawnRequest = {
  program: "sh",
  argv: ["sh", "-c", "true"],
  cwd: "/",
  env: new Map([["PATH", "/usr/bin:/bin"], ["DYLD_INSERT_LIBRARIES", "/x"]]),
  pipeStdin: true,
};
const profile = { text: "(version 1)\n", parameters: new Map([["V0", "/a=b"]]) };

function seatbelt(options: { hidden?: string[]; orderPorts?: Set<number> } = {}) {
  let trials = 0;
  const held = new Seatbelt({
    home: "/Users/u",
    hidden: [],
    ...options,
    tryOut: () => Promise.resolve({ cacheDirectory: `/private/cache${++trials}` }),
  });
  return { held, trials: () => trials };
}

function wish(intent: SandboxIntent, others: Partial<SeatbeltWish> = {}): SeatbeltWish {
  return { intent, request, isNetworkManaged: false, ...others };
}

const external: SandboxIntent = {
  ...disabledSandbox,
  permissions: { type: "external", network: "restricted" },
};

/** Text and values of a profile in a request. */
function passed({ argv }: SpawnRequest) {
  const end = argv.indexOf("--");
  const values = argv.slice(3, end).map((value) => value.replace(/^-DV\d+=/, ""));
  return { text: argv[2] ?? "", values, command: argv.slice(end + 1) };
}

Deno.test("seatbeltRequest() names the system's own program, and changes nothing else", () => {
  const made = seatbeltRequest(request, profile);
  assertEquals(made, {
    ...request,
    program: "/usr/bin/sandbox-exec",
    argv: ["sandbox-exec", "-p", "(version 1)\n", "-DV0=/a=b", "--", "sh", "-c", "true"],
  });
});

Deno.test("seatbeltRequest() finds the program before, as an unconfined start does", async () => {
  const cwd = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(cwd, "file"), "");
    for (
      const [program, kind] of [
        ["exec-server-no-such-program", "programNotFound"],
        ["/no/such/program", "programNotFound"],
        ["./missing", "programNotFound"],
        ["./file", "notExecutable"],
        [cwd, "notExecutable"],
        ["", "programNotFound"],
      ] as const
    ) {
      const missing = { ...request, program, argv: [program], cwd };
      const error = assertThrows(() => seatbeltRequest(missing, profile), SpawnError);
      assertEquals(error.failure.kind, kind, program);
    }
    await Deno.chmod(join(cwd, "file"), 0o755);
    const there = { ...request, program: "./file", argv: ["./file"], cwd };
    assertEquals(seatbeltRequest(there, profile).argv.at(-1), "./file");
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});

Deno.test("seatbeltRequest() refuses another name for the program, and what is too long", () => {
  const named = { ...request, argv: ["other", "-c", "true"] };
  assertThrows(() => seatbeltRequest(named, profile), SandboxRefusal, "leave `arg0` out");
  const long = { ...profile, text: "x".repeat(200 * 1024 + 1) };
  assertThrows(() => seatbeltRequest(request, long), SandboxRefusal, "use fewer paths");
  const wide = { ...profile, parameters: new Map([["V0", "\u00e9".repeat(200 * 1024)]]) };
  assertThrows(() => seatbeltRequest(request, wide), SandboxRefusal, "use fewer paths");
});

Deno.test("a Seatbelt leaves alone what may do anything, without trying profiles", () => {
  const { held, trials } = seatbelt();
  assertEquals(held.hold(wish(disabledSandbox)), request);
  assertEquals(trials(), 0);
});

Deno.test("a Seatbelt tries profiles once, and holds at once from then on", async () => {
  const { held, trials } = seatbelt();
  const first = held.hold(wish(external));
  const second = held.hold(wish(external));
  assert(first instanceof Promise);
  assertEquals(passed(await first).command, ["sh", "-c", "true"]);
  assertEquals(await second, await first);
  const third = held.hold(wish(external));
  assert(!(third instanceof Promise));
  assert(passed(third).text.includes("(deny network*)"));
  assertEquals(trials(), 1);
});

Deno.test("a Seatbelt tries again after profiles have failed, and starts nothing before", async () => {
  let trials = 0;
  const failing = new Seatbelt({
    home: undefined,
    hidden: [],
    tryOut: () => {
      trials += 1;
      return Promise.reject(new SandboxRefusal("unavailable", "It does not work here"));
    },
  });
  for (const count of [1, 2]) {
    await assertRejects(async () => await failing.hold(wish(external)), SandboxRefusal);
    assertEquals(trials, count);
  }
});

Deno.test("a Seatbelt says of a missing program what an unconfined start says", async () => {
  const { held } = seatbelt();
  const missing = { ...request, program: "/no/such", argv: ["/no/such"] };
  const error = await assertRejects(
    async () => await held.hold(wish(external, { request: missing })),
    RpcError,
  );
  assert(error.message.includes("/no/such"));
});

Deno.test("a Seatbelt passes real paths, of patterns and of sockets as well", async () => {
  const root = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.mkdir(join(root, "real"));
    await Deno.symlink("real", join(root, "link"));
    const { held } = seatbelt({ hidden: [join(root, "real")], orderPorts: new Set([4444]) });
    const intent = restrictedSandbox([
      readRoot,
      pathEntry(`${root}/link`, "write"),
      globEntry(`${root}/link/*.env`),
    ]);
    const env = new Map([...request.env, ["HTTP_PROXY", "http://127.0.0.1:8080"]]);
    const made = await held.hold(wish(intent, {
      request: { ...request, env },
      isNetworkManaged: true,
      managedNetwork: { allowUnixSockets: [`${root}/real/s`] },
    }));
    const { text, values } = passed(made);
    assert(values.includes(`${root}/real/s`));
    assert(values.some((value) => value.endsWith("/[rR][eE][aA][lL]/[^/]*\\.env(/|$)")));
    assertEquals(values.filter((value) => value.endsWith("/link")), []);
    assert(text.includes('(remote ip "localhost:8080")'));
    assert(text.includes('(deny network-outbound (remote ip "*:4444"))'));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("a Seatbelt refuses a managed network without a proxy, or with a server's own port", async () => {
  const { held } = seatbelt({ orderPorts: new Set([4444]) });
  await assertRejects(
    async () => await held.hold(wish(external, { isNetworkManaged: true })),
    SandboxRefusal,
    "proxy environment variables",
  );
  const env = new Map([...request.env, ["HTTP_PROXY", "http://127.0.0.1:4444"]]);
  await assertRejects(
    async () =>
      await held.hold(wish(external, { request: { ...request, env }, isNetworkManaged: true })),
    SandboxRefusal,
  );
});

Deno.test("a Seatbelt refuses sockets whose paths are not their own", async () => {
  const root = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.symlink("elsewhere", join(root, "link"));
    const { held } = seatbelt();
    const env = new Map([...request.env, ["HTTP_PROXY", "http://127.0.0.1:8080"]]);
    for (const path of ["relative", "/", `${root}/link`]) {
      await assertRejects(
        async () =>
          await held.hold(wish(external, {
            request: { ...request, env },
            isNetworkManaged: true,
            managedNetwork: { allowUnixSockets: [path] },
          })),
        SandboxRefusal,
      );
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

/** Starts nothing; each program in turn ends with a code and has said something. */
function spawnerOf(ends: readonly (readonly [code: number, said: string])[]): Spawner {
  const rest = [...ends];
  return {
    hasTerminals: false,
    spawn(_, listener) {
      const [code, said] = rest.shift() ?? [1, ""];
      listener.output("stderr", new TextEncoder().encode(said));
      listener.exited({ code, signal: 0 });
      listener.closed();
      return fakeChild;
    },
    [Symbol.dispose]() {},
  };
}

const fakeChild: Child = {
  pid: 1,
  pauseOutput() {},
  resumeOutput() {},
  write: () => 0,
  closeStdin() {},
  resize: () => false,
  signalGroup() {},
  condemn() {},
  kill() {},
};

Deno.test("trySeatbelt() says what the system says, and finds the user's caches", async () => {
  const nested = spawnerOf([[71, "sandbox_apply: Operation not permitted\n"]]);
  await assertRejects(
    () => trySeatbelt(nested),
    SandboxRefusal,
    "(sandbox_apply: Operation not permitted)",
  );
  const caches = spawnerOf([[0, ""], [0, "/tmp/.././tmp/\n"]]);
  assertEquals(await trySeatbelt(caches), { cacheDirectory: await Deno.realPath("/tmp") });
  for (const unknown of [[1, "/tmp"], [0, "tmp"], [0, "/no/such"]] as const) {
    const spawner = spawnerOf([[0, ""], unknown]);
    assertEquals(await trySeatbelt(spawner), { cacheDirectory: undefined });
  }
});
