/**
 * What a machine with macOS really enforces. The only tests of profiles that run one; elsewhere there
 * is nothing to run it with, and they are ignored.
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { ManagedNetwork, SandboxIntent } from "../../../protocol/methods/sandbox.ts";
import type { SandboxEntry } from "../../../protocol/methods/sandbox_permissions.ts";
import { SANDBOX_EXEC } from "../../../server/sandbox/seatbelt_request.ts";
import { Seatbelt } from "../../../server/sandbox/seatbelt.ts";
import {
  globEntry,
  pathEntry,
  readRoot,
  restrictedSandbox,
  specialEntry,
} from "../../support/sandbox_intents.ts";

const isElsewhere = Deno.build.os !== "darwin";

interface Room extends AsyncDisposable {
  /** A directory that may be written; beside it lies another, that may not. */
  readonly inside: string;
  readonly outside: string;
}

interface Run {
  readonly entries?: readonly SandboxEntry[];
  readonly network?: "restricted" | "enabled";
  readonly managedNetwork?: ManagedNetwork;
  readonly env?: Readonly<Record<string, string>>;
}

async function makeRoom(): Promise<Room> {
  const root = await Deno.realPath(await Deno.makeTempDir());
  const [inside, outside] = [`${root}/inside`, `${root}/outside`];
  await Deno.mkdir(inside);
  await Deno.mkdir(outside);
  await Deno.writeTextFile(`${outside}/secret`, "hidden");
  return { inside, outside, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

const seatbelt = new Seatbelt({
  home: undefined,
  hidden: [],
  tryOut: () => Promise.resolve({ cacheDirectory: undefined }),
});

/** Runs a script of the shell in a room; the answer is whether it succeeded, and what it wrote. */
async function run(script: string, { inside }: Room, options: Run = {}) {
  const { entries = [], network = "restricted", managedNetwork, env = {} } = options;
  const intent = restrictedSandbox([readRoot, pathEntry(inside, "write"), ...entries]);
  const { permissions } = intent;
  assert(permissions.type === "managed");
  const wish: SandboxIntent = { ...intent, permissions: { ...permissions, network } };
  const request = await seatbelt.hold({
    intent: wish,
    isNetworkManaged: managedNetwork !== undefined,
    managedNetwork,
    request: {
      program: "/bin/bash",
      argv: ["/bin/bash", "-c", script],
      cwd: inside,
      env: new Map(Object.entries({ PATH: "/usr/bin:/bin", ...env })),
      pipeStdin: false,
    },
  });
  const command = new Deno.Command(request.program, {
    args: request.argv.slice(1),
    cwd: request.cwd,
    env: Object.fromEntries(request.env),
    clearEnv: true,
  });
  const { success, stdout, stderr } = await command.output();
  return { success, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

interface Case {
  readonly name: string;
  readonly script: string;
  readonly works: boolean;
  readonly options?: (room: Room) => Run;
}

const cases: readonly Case[] = [
  {
    name: "what is inside can be written",
    script: "echo a > f && mkdir d && mv f d/g",
    works: true,
  },
  { name: "a pipe and a child work", script: "echo a | cat > f && [ $(cat f) = a ]", works: true },
  { name: "nothing is written to /dev/null", script: "echo a > /dev/null", works: true },
  { name: "what is outside cannot be written", script: "echo a > ../outside/f", works: false },
  { name: "nor by a link", script: "ln -s ../outside l && echo a > l/f", works: false },
  { name: "nor by a second name", script: "ln ../outside/secret s", works: false },
  { name: "what is outside can be read", script: "cat ../outside/secret", works: true },
  { name: "no protected name can be made", script: "mkdir .git", works: false },
  { name: "nor in other letters", script: "mkdir .GIT", works: false },
  { name: "nor moved there", script: "mkdir d && mv d .aws", works: false },
  { name: "the directory cannot be exchanged", script: "cd .. && mv inside away", works: false },
  { name: "no set-ID bit can be set", script: "touch f && chmod u+s f", works: false },
  {
    name: "what is denied cannot be read",
    script: "cat ../outside/secret",
    works: false,
    options: ({ outside }) => ({ entries: [pathEntry(outside, "deny")] }),
  },
  {
    name: "nor in other letters",
    script: "cat ../OUTSIDE/SECRET",
    works: false,
    options: ({ outside }) => ({ entries: [pathEntry(`${outside}/secret`, "deny")] }),
  },
  {
    name: "a match that is made later is denied as well",
    script: "echo a > d.env",
    works: false,
    options: ({ inside }) => ({ entries: [globEntry(`${inside}/**/*.env`)] }),
  },
  {
    name: "the way to what is denied cannot be moved",
    script: "mkdir a && mv a b",
    works: false,
    options: ({ inside }) => ({ entries: [pathEntry(`${inside}/a/secret`, "deny")] }),
  },
];

for (const { name, script, works, options } of cases) {
  Deno.test({
    name: `macOS: ${name} (${script})`,
    ignore: isElsewhere,
    fn: async () => {
      await using room = await makeRoom();
      const { success, said } = await run(script, room, options?.(room));
      assertEquals(success, works, said);
    },
  });
}

Deno.test({
  name: "macOS: a program runs that sees the system and its own directory alone",
  ignore: isElsewhere,
  fn: async () => {
    await using room = await makeRoom();
    const entries = [
      specialEntry({ kind: "root" }, "deny"),
      specialEntry({ kind: "minimal" }, "read"),
    ];
    const seen = await run("ls . && cd .. && cd inside && pwd", room, { entries });
    assert(seen.success, seen.said);
    assert(!(await run("cat ../outside/secret", room, { entries })).success);
  },
});

Deno.test({
  name: "macOS: the network is closed, open, or a few ports",
  ignore: isElsewhere,
  fn: async () => {
    await using room = await makeRoom();
    using proxy = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const reaches = async (listener: Deno.TcpListener, options: Run) =>
      (await run(`exec 3<>/dev/tcp/127.0.0.1/${listener.addr.port}`, room, options)).success;
    const env = { HTTP_PROXY: `http://127.0.0.1:${proxy.addr.port}` };
    const managed = { env, managedNetwork: {} };
    assertEquals(
      [
        await reaches(proxy, {}),
        await reaches(proxy, { network: "enabled" }),
        await reaches(proxy, managed),
        await reaches(other, managed),
      ],
      [false, true, true, false],
    );
  },
});

Deno.test({
  name: "macOS: every profile that is written down beside this file can be read by the system",
  ignore: isElsewhere,
  fn: async () => {
    const folder = new URL(".", import.meta.url);
    for await (const { name } of Deno.readDir(folder)) {
      if (!name.endsWith(".txt")) continue;
      const whole = await Deno.readTextFile(new URL(name, folder));
      const [text = "", values = ""] = whole.split("\n\n");
      const args = values.split("\n").filter((line) => line !== "").map((line) => `-D${line}`);
      // What it allows is not of this machine: that it says no is not that it cannot be read.
      const command = new Deno.Command(SANDBOX_EXEC, {
        args: ["-p", text, ...args, "--", "/usr/bin/true"],
      });
      const { stderr } = await command.output();
      const said = new TextDecoder().decode(stderr);
      assert(said === "" || /Operation not permitted/.test(said), `${name}: ${said}`);
    }
  },
});
