/** The published library: a Node and a Bun program drive a server with the packed archive. @module */

import { assert, assertEquals } from "@std/assert";
import { TYPESCRIPT } from "../../tools/library/declarations.ts";
import { MAX_CORE_BYTES } from "../../tools/library/minified_size.ts";
import { run } from "../../tools/library/run.ts";
import { type RuntimeName, runtimeProgram } from "../../tools/runtimes.ts";
import { within } from "../support/deadline.ts";
import { launchServer } from "../support/server_process.ts";
import { sharedServer } from "../support/shared_server.ts";
import { serverProgram } from "../support/target.ts";
import { InstalledLibrary } from "./installed_library.ts";

const server = sharedServer();
const program = new URL("user_program.ts", import.meta.url);
const library = await hasNpm() ? await InstalledLibrary.create() : undefined;
Deno.test.afterAll(() => library?.[Symbol.asyncDispose]());
const folder = library?.path ?? "";
if (library !== undefined) await Deno.copyFile(program, `${folder}/user_program.ts`);

const used = [
  `process: ["grün\\n","said\\n",3]`,
  `output: 1988895`,
  `refusal: "server"`,
  `file: true`,
  `stream: 700001`,
  `listed: true`,
  `closed: "closed"`,
];
const survived = [
  `survived: ["before\\nafter the cut\\n",0,["recovering","connected"]]`,
  `environment: "hi\\n"`,
  `connect: "connect"`,
  `connect: "connect"`,
  `spawn: "Cannot start server program \\"no-such-program\\": there is no such program"`,
];

for (const name of ["node", "bun"] satisfies RuntimeName[]) {
  const runtime = library && await runtimeProgram(name);
  const ignore = runtime === undefined;

  Deno.test({
    name: `A ${name} program works over WebSocket, across a cut, and by environments`,
    ignore,
    async fn() {
      assertEquals(await drive(runtime, ["websocket", server().url]), [...used, ...survived]);
    },
  });

  Deno.test({
    name: `A ${name} program works over a Unix socket`,
    ignore,
    async fn() {
      const url = `unix://${folder}/${name}.sock`;
      await using _server = await launchServer({ listen: url });
      assertEquals(await drive(runtime, ["unix", url]), used);
    },
  });

  Deno.test({
    name: `A ${name} program starts a server and works over its standard streams`,
    ignore,
    async fn() {
      const { program, prefix } = await serverProgram();
      assertEquals(await drive(runtime, ["stdio", program, ...prefix, "--listen", "stdio"]), used);
    },
  });
}

/** The lines that the program says. */
async function drive(runtime = "", args: readonly string[]): Promise<readonly string[]> {
  const running = run(runtime, ["user_program.ts", ...args], { cwd: folder });
  return (await within(running, "the end of the program")).trimEnd().split("\n");
}

Deno.test({
  name: "The packed types say what a strict TypeScript program needs",
  ignore: library === undefined,
  fn: checkTypes,
});

Deno.test({
  name: "The library's main door is small, and needs nothing but web standards",
  ignore: library === undefined,
  fn: checkMainDoor,
});

/** Whether the library can be packed; if not, says so. */
async function hasNpm(): Promise<boolean> {
  try {
    await run("npm", ["--version"], { cwd: "." });
    return true;
  } catch {
    console.error("npm is not installed: the tests of the packed library are skipped");
    return false;
  }
}

async function checkTypes(): Promise<void> {
  const source = `
    import { connectWebSocket, type ExecServerClient, ExecServerError } from "exec-server-client";
    import { connectStdio } from "exec-server-client/stdio";
    import { EnvironmentManager } from "exec-server-client/environments";
    export async function use(url: string): Promise<number> {
      const client: ExecServerClient = await connectWebSocket({ url });
      const process = await client.start({ argv: ["ls"], cwd: new URL("file:///tmp") });
      const code: number = (await process.output()).exitCode;
      const info = await client.call("environment/info", {});
      const shell: string = info.shell.path;
      // @ts-expect-error -- there is no such method
      await client.call("no/such", {});
      // @ts-expect-error -- a number is no URL
      await connectStdio({ program: 3 });
      await using manager = await EnvironmentManager.fromEnv();
      manager.ids().map((id: string) => id + shell);
      return new ExecServerError("limit", "text").kind === "limit" ? code : 0;
    }
  `;
  await Deno.writeTextFile(`${folder}/use.ts`, source);
  for (const resolution of ["bundler", "nodenext"]) {
    const module = resolution === "bundler" ? "esnext" : "nodenext";
    const compilerOptions = {
      ...{ strict: true, noEmit: true, target: "esnext", lib: ["esnext", "dom"], types: [] },
      ...{ module, moduleResolution: resolution },
    };
    const project = JSON.stringify({ compilerOptions, files: ["use.ts"] });
    await Deno.writeTextFile(`${folder}/tsconfig.json`, project);
    const args = ["run", "-A", "--no-lock", TYPESCRIPT];
    assertEquals(await run(Deno.execPath(), args, { cwd: folder }), "");
  }
}

async function checkMainDoor(): Promise<void> {
  const core = library?.sizes.core ?? 0;
  assert(core <= MAX_CORE_BYTES, `${core} bytes, of ${MAX_CORE_BYTES}`);
  const scripts = `${folder}/node_modules/exec-server-client`;
  const waiting = ["mod.js"];
  for (const path of waiting) {
    const text = await Deno.readTextFile(`${scripts}/${path}`);
    assert(!/\bDeno\.|from "node:|\brequire\(/.test(text), `${path} needs more`);
    waiting.push(...[...text.matchAll(/^(?:import|export|\}) .*from "\.\/([^"]+)";$/gm)]
      .flatMap(([, name = ""]) => waiting.includes(name) ? [] : [name]));
  }
}
