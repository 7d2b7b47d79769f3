/** How input travels to a process: in order, not one key at a time, and not without bound. @module */
import { assertEquals } from "@std/assert";
import { forwardInput } from "../../cli/forward.ts";

/** A process whose writes are settled by hand. */
class SlowProcess {
  readonly written: number[] = [];
  readonly #settle: PromiseWithResolvers<void>[] = [];

  write(bytes: Uint8Array): Promise<void> {
    this.written.push(bytes.byteLength);
    const settle = Promise.withResolvers<void>();
    this.#settle.push(settle);
    return settle.promise;
  }

  take(): void {
    this.#settle.shift()?.resolve();
  }

  refuse(): void {
    this.#settle.shift()?.reject(new Error("gone"));
  }
}

/** Input that tells how much of it has been asked for. */
function input(sizes: readonly number[]) {
  const asked = sizes.map(() => Promise.withResolvers<void>());
  async function* bytes(): AsyncIterableIterator<Uint8Array> {
    for (const [index, size] of sizes.entries()) {
      asked[index]?.resolve();
      yield new Uint8Array(size);
    }
  }
  return { bytes: bytes(), asked: asked.map(({ promise }) => promise) };
}

/** Lets everything happen that waits for nothing from outside. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("forwardInput() does not hold a key back until the one before has been taken", async () => {
  const process = new SlowProcess();
  const { bytes, asked } = input([1, 2, 3]);
  const forwarding = forwardInput(bytes, process);
  await asked[2];
  await settled();
  assertEquals(process.written, [1, 2, 3]);
  for (let i = 0; i < 3; i++) process.take();
  assertEquals(await forwarding, true);
});

Deno.test("forwardInput() stops reading while too much is on its way", async () => {
  const process = new SlowProcess();
  const { bytes } = input([300_000, 1, 1]);
  const forwarding = forwardInput(bytes, process);
  await settled();
  assertEquals(process.written, [300_000]);
  process.take();
  await settled();
  assertEquals(process.written, [300_000, 1, 1]);
  process.take();
  process.take();
  assertEquals(await forwarding, true);
});

Deno.test("forwardInput() says when the process takes no more", async () => {
  const process = new SlowProcess();
  const { bytes } = input([300_000, 1]);
  const forwarding = forwardInput(bytes, process);
  await settled();
  process.refuse();
  assertEquals([await forwarding, process.written], [false, [300_000]]);
});

Deno.test("forwardInput() says so also of the last bytes", async () => {
  const process = new SlowProcess();
  const forwarding = forwardInput(input([1]).bytes, process);
  await settled();
  process.refuse();
  assertEquals(await forwarding, false);
});
