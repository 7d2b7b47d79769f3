/** Test cases that change or count what belongs to a whole process, and so need one for themselves. @module */

import { assert } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { within } from "./deadline.ts";

/**
 * Registers a test that runs a file of cases in a process of its own.
 *
 * Test files that run side by side are threads of one process: they share its descriptors, its
 * umask, and the resource limits by which a spawner marks what it starts.
 * @param cases the file; its name does not end in `_test`, so nothing else runs it */
export function testInOwnProcess(cases: URL): void {
  const path = fromFileUrl(cases);
  const name = path.slice(path.lastIndexOf("/") + 1);
  Deno.test(`every case of ${name} holds in a process of its own`, async () => {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-check", path],
      stdin: "null",
      env: { NO_COLOR: "1" },
    });
    const { success, stdout, stderr } = await within(command.output(), name, 60_000);
    const decoder = new TextDecoder();
    assert(success, `${decoder.decode(stdout)}\n${decoder.decode(stderr)}`);
  });
}
