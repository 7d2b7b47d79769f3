/** Output that cannot be written: a full disk is told, a reader that is gone is not. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { OutputBroken } from "../../cli/forward.ts";
import { reportOutput } from "../../cli/report_output.ts";
import { within } from "../support/deadline.ts";
import { sharedServer } from "../support/shared_server.ts";
import { serverProgram } from "../support/target.ts";
import { ignore } from "./program.ts";
import { runShell } from "./running_shell.ts";

const server = sharedServer();

/** Runs the program with its standard output on a disk that is full. */
async function runOnFullDisk(...args: string[]) {
  const { program, prefix, env } = await serverProgram();
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", 'exec "$0" "$@" > /dev/full', program, ...prefix, ...args],
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin", ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  const { code, stderr } = await within(child.output(), "the end of the program");
  return { code, stderr: new TextDecoder().decode(stderr) };
}

for (const command of [["ps"], ["ps", "--json"], ["logs"], ["attach"]]) {
  Deno.test({
    name: `exec-server ${command.join(" ")} says that the disk is full`,
    ignore: ignore || Deno.build.os !== "linux",
    async fn() {
      // What has ended stays on the server's list for a while.
      const id = `full-${command.join("")}`;
      await using _ = await runShell(server().url, "echo here; read line", id);
      const names = command[0] === "ps" ? [] : [id];
      const { code, stderr } = await runOnFullDisk(...command, "--url", server().url, ...names);
      const words = "exec-server: Cannot write the output: No space left on device\n";
      assertEquals([code, stderr], [125, words]);
    },
  });
}

Deno.test("A reader that is gone is for others to tell, as is every other error", async () => {
  const broken = new OutputBroken("no", { cause: new Deno.errors.BrokenPipe("gone") });
  for (const error of [broken, new Error("Something else")]) {
    assertEquals(await assertRejects(() => reportOutput(() => Promise.reject(error))), error);
  }
  assertEquals(await reportOutput(() => Promise.resolve(7)), 7);
});
