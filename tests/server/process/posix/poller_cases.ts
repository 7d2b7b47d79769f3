/** Waiting for many descriptors, and for none. @module */

import { assert, assertEquals } from "@std/assert";
import { descriptorFlags, loadLibc, loadLinuxLibc } from "../../../../server/process/posix/libc.ts";
import { Poller } from "../../../../server/process/posix/poller.ts";
import type { Readiness } from "../../../../server/process/posix/readiness_queue.ts";
import { fail } from "../../../support/trouble.ts";
import { childTest } from "../../../support/test_with_children.ts";
import { within } from "../../../support/deadline.ts";

// It stays loaded for good, so no test may be the one that seems to leak it.
loadLibc();

/** A pipe that closes itself. */
class Pipe implements Disposable {
  readonly readEnd: number;
  readonly writeEnd: number;

  constructor() {
    const ends = new Int32Array(2);
    const flags = descriptorFlags.O_CLOEXEC | descriptorFlags.O_NONBLOCK;
    if (loadLinuxLibc().pipe2(ends, flags) !== 0) throw new Error("Cannot open a pipe");
    [this.readEnd = -1, this.writeEnd = -1] = ends;
  }

  write(text: string): void {
    const bytes = new TextEncoder().encode(text);
    loadLibc().libc.write(this.writeEnd, bytes, bytes.byteLength);
  }

  read(): string {
    const bytes = new Uint8Array(100);
    const count = loadLibc().libc.read(this.readEnd, bytes, bytes.byteLength);
    return new TextDecoder().decode(bytes.subarray(0, Math.max(0, count)));
  }

  closeWriteEnd(): void {
    loadLibc().libc.close(this.writeEnd);
  }

  [Symbol.dispose](): void {
    loadLibc().libc.close(this.readEnd);
  }
}

/** Waits for the next readiness of a pipe's reading end, once. */
function ready(poller: Poller, pipe: Pipe): Promise<Readiness> {
  const told = new Promise<Readiness>((resolve) =>
    poller.watch(pipe.readEnd, "read", (readiness) => {
      poller.unwatch(pipe.readEnd);
      resolve(readiness);
    })
  );
  return within(told, "readiness");
}

childTest(
  "Poller tells when a descriptor can be read, and when its other side is gone",
  async () => {
    using pipe = new Pipe();
    const poller = new Poller(fail);
    const first = ready(poller, pipe);
    pipe.write("a");
    assertEquals(await first, { readable: true, writable: false, hungUp: false });
    assertEquals(pipe.read(), "a");
    const second = ready(poller, pipe);
    pipe.closeWriteEnd();
    assertEquals((await second).hungUp, true);
  },
);

childTest("Poller tells again and again until it is told to forget", async () => {
  using pipe = new Pipe();
  const poller = new Poller(fail);
  let count = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  poller.watch(pipe.readEnd, "read", () => {
    if (++count < 3) return;
    poller.unwatch(pipe.readEnd);
    poller.unwatch(pipe.readEnd);
    resolve();
  });
  pipe.write("a");
  await within(promise, "three calls");
  assertEquals(count, 3);
  pipe.closeWriteEnd();
});

childTest("Poller tells when a descriptor can be written", async () => {
  using pipe = new Pipe();
  const poller = new Poller(fail);
  const told = new Promise<Readiness>((resolve) =>
    poller.watch(pipe.writeEnd, "write", (readiness) => {
      poller.unwatch(pipe.writeEnd);
      resolve(readiness);
    })
  );
  assertEquals(await within(told, "readiness"), { readable: false, writable: true, hungUp: false });
  pipe.closeWriteEnd();
});

childTest("Poller watches more descriptors than one wait returns", async () => {
  const poller = new Poller(fail);
  const pipes = Array.from({ length: 150 }, () => new Pipe());
  const told = pipes.map((pipe) => ready(poller, pipe));
  for (const pipe of pipes) pipe.write("x");
  assertEquals((await Promise.all(told)).length, 150);
  for (const pipe of pipes) {
    pipe.closeWriteEnd();
    pipe[Symbol.dispose]();
  }
});

childTest(
  "Poller does not tell a watcher that an earlier one of the same round removed",
  async () => {
    const poller = new Poller(fail);
    using first = new Pipe();
    using second = new Pipe();
    const told: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const watch = (name: string, own: Pipe, other: Pipe) =>
      poller.watch(own.readEnd, "read", () => {
        told.push(name);
        poller.unwatch(own.readEnd);
        poller.unwatch(other.readEnd);
        resolve();
      });
    first.write("a");
    second.write("b");
    watch("first", first, second);
    watch("second", second, first);
    await within(promise, "one of them");
    for (let turn = 0; turn < 5; turn++) await Deno.stat("/");
    assertEquals(told.length, 1);
    first.closeWriteEnd();
    second.closeWriteEnd();
  },
);

childTest(
  "Poller does not tell a watcher of what happened to an earlier owner of its descriptor",
  async () => {
    const poller = new Poller(fail);
    const old = new Pipe();
    const told: string[] = [];
    old.write("a");
    poller.watch(old.readEnd, "read", () => told.push("old"));
    // Meanwhile the wait on its own thread has an event for the old pipe in its hands.
    new Deno.Command("true").outputSync();
    poller.unwatch(old.readEnd);
    old.closeWriteEnd();
    old[Symbol.dispose]();
    using fresh = new Pipe();
    assertEquals([fresh.readEnd, fresh.writeEnd], [old.readEnd, old.writeEnd]);
    poller.watch(fresh.readEnd, "read", () => told.push("fresh"));
    for (let turn = 0; turn < 20; turn++) await Deno.stat("/");
    poller.unwatch(fresh.readEnd);
    fresh.closeWriteEnd();
    assertEquals(told, []);
  },
);

childTest("Poller keeps no program running once nothing is watched", async () => {
  const source = new URL("../../../../server/process/posix/poller.ts", import.meta.url);
  const code = `import { Poller } from ${JSON.stringify(source.href)};
    const poller = new Poller(console.error);
    poller.watch(0, "read", () => {});
    setTimeout(() => { poller.unwatch(0); console.log("done"); });`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", code],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const { success, stdout } = await within(child.output(), "the end of the program");
  await child.stdin.close();
  assert(success);
  assertEquals(new TextDecoder().decode(stdout), "done\n");
});
