/** Faults from the errors of Deno's own functions. @module */

import { assertEquals } from "@std/assert";
import { open } from "node:fs/promises";
import { FileFault } from "../../../../server/fs/file_fault.ts";
import { denoFault } from "../../../../server/fs/portable/deno_fault.ts";
import { faultOf, only } from "../file_systems.ts";

async function faultFrom(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return "none";
  } catch (error) {
    const fault = denoFault(error);
    return fault instanceof FileFault ? fault.message : `${fault}`;
  }
}

Deno.test("denoFault() keeps the system's words and number, without the path", async () => {
  const missing = "/missing (os error 7): x";
  const wanted = "No such file or directory (os error 2)";
  assertEquals(await faultFrom(() => Deno.lstat(missing)), wanted);
  assertEquals(await faultFrom(() => open(missing)), wanted);
  const notEmpty = "Directory not empty (os error 39)";
  assertEquals(await faultFrom(() => Deno.remove("/proc/self/..")), notEmpty);
});

Deno.test("denoFault() leaves other errors as they are", () => {
  const fault = FileFault.of("EIO");
  const bug = new TypeError("bug");
  assertEquals([denoFault(fault), denoFault(bug), denoFault("text")], [fault, bug, "text"]);
});

only("portable", "refuses names that it cannot say", async ({ files, at }) => {
  assertEquals(await faultOf(() => files.status(at("a\udcff"), "last")), "EINVAL");
  assertEquals(await faultOf(() => files.realPath(at("a\udcff"))), "EINVAL");
  assertEquals(await faultOf(() => files.makeLink(at("link"), "\udcff")), "EINVAL");
});
