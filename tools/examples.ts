/** Runs the examples in the library's docs and doc comments against a server of this tree. @module */

import { root, sourceFiles } from "./source_files.ts";

/** What the examples connect to; a server on a free port takes its place. */
const WRITTEN_URL = "ws://127.0.0.1:4500";

const pages = ["docs/client.md", "README.md"];
/** Whatever the examples lead to. */
const folders = ["client", "protocol", "local", "server", "sandbox", "types"];

/** Deno imports all that a file exports into the examples of its doc comments, used or not. */
const TOO_STRICT = /("noUnusedLocals"|"verbatimModuleSyntax"): true/g;

/** Copies the tree, with the address that answers in the place of the one that is written. */
async function copyWith(url: string, aside: string): Promise<readonly string[]> {
  const withExamples: string[] = [];
  for (const path of [...await sourceFiles(folders), ...pages, "deno.json", "deno.lock"]) {
    const text = await Deno.readTextFile(`${root}/${path}`);
    await Deno.mkdir(`${aside}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    const fitting = path === "deno.json" ? text.replace(TOO_STRICT, "$1: false") : text;
    await Deno.writeTextFile(`${aside}/${path}`, fitting.replaceAll(WRITTEN_URL, url));
    const isDocumented = path.startsWith("client/") || path.startsWith("local/");
    if (pages.includes(path) || (isDocumented && /^ \* ```ts/m.test(text))) withExamples.push(path);
  }
  return withExamples;
}

/** Puts a program `exec-server` into a directory, for examples that start one. */
async function putProgram(directory: string): Promise<void> {
  const config = `${root}/deno.json`;
  const command = `${Deno.execPath()} run -A --quiet --config ${config} ${root}/main.ts "$@"`;
  await Deno.mkdir(directory);
  await Deno.writeTextFile(`${directory}/exec-server`, `#!/bin/sh\nexec ${command}\n`);
  await Deno.chmod(`${directory}/exec-server`, 0o755);
}

async function startServer() {
  const args = ["run", "-A", "--quiet", `${root}/main.ts`, "--listen", "ws://127.0.0.1:0"];
  const server = new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "piped" })
    .spawn();
  const lines = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const url = (await lines.read()).value?.trim();
  if (url === undefined) throw new Error("Cannot start a server for the examples: see above");
  return { url, server, lines };
}

async function main(): Promise<number> {
  const aside = await Deno.makeTempDir({ prefix: "exec_server_examples_" });
  const { url, server, lines } = await startServer();
  try {
    const files = await copyWith(url, aside);
    await putProgram(`${aside}/bin`);
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--doc", ...Deno.args, ...files],
      cwd: aside,
      env: { PATH: `${aside}/bin:${Deno.env.get("PATH") ?? ""}` },
      stdin: "null",
    }).spawn().status;
    return code;
  } finally {
    server.kill("SIGTERM");
    await lines.cancel();
    await server.status;
    await Deno.remove(aside, { recursive: true });
  }
}

if (import.meta.main) Deno.exit(await main());
