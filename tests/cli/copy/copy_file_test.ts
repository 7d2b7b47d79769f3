/** A file is in its new place only when it is what was read. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { copyFile, type FileJob } from "../../../cli/copy/copy_file.ts";
import { LocalSide } from "../../../cli/copy/local_side.ts";
import { CopyProblem, type Side } from "../../../cli/copy/side.ts";
import { Scratch } from "../../support/scratch.ts";

const MIB = 1024 * 1024;
const signal = new AbortController().signal;

/** Local files that pass for a server's, whose digests are as told. */
class FarSide extends LocalSide {
  override readonly isRemote: boolean = true;
  readonly #digest: string | undefined;

  constructor(digest?: string) {
    super();
    this.#digest = digest;
  }

  override hash(path: string, length?: number): Promise<string> {
    return this.#digest === undefined ? super.hash(path, length) : Promise.resolve(this.#digest);
  }
}

async function job(scratch: Scratch, source: Side, target: Side, size: number): Promise<FileJob> {
  const from = join(scratch.path, "from");
  await Deno.writeFile(from, new Uint8Array(size).fill(7), { mode: 0o640 });
  await Deno.writeTextFile(join(scratch.path, "to"), "old");
  const facts = await source.look(from, { followLink: false });
  if (facts === undefined) throw new Error("The source is missing");
  return { source, from, facts, target, to: join(scratch.path, "to") };
}

function names(scratch: Scratch): string[] {
  return [...Deno.readDirSync(scratch.path)].map(({ name }) => name).sort();
}

for (const size of [10, 3 * MIB]) {
  for (const resume of [false, true]) {
    const options = { resume, onBytes: () => {}, signal };
    const title = `${size} bytes${resume ? " with --resume" : ""}`;

    Deno.test(`${title}: what arrives changed is not kept, and the old file stays`, async () => {
      await using scratch = await Scratch.create();
      const copy = await job(scratch, new LocalSide(), new FarSide("0".repeat(64)), size);
      await assertRejects(() => copyFile(copy, options), CopyProblem, "is not what was sent");
      assertEquals(names(scratch), ["from", "to"]);
      assertEquals(await Deno.readTextFile(copy.to), "old");
    });

    Deno.test(`${title}: a source that changes meanwhile is noticed`, async () => {
      await using scratch = await Scratch.create();
      const copy = await job(scratch, new FarSide("0".repeat(64)), new LocalSide(), size);
      await assertRejects(() => copyFile(copy, options), CopyProblem, "has changed while");
      assertEquals(names(scratch), ["from", "to"]);
      assertEquals(await Deno.readTextFile(copy.to), "old");
    });

    Deno.test(`${title}: what is right takes the old file's place`, async () => {
      await using scratch = await Scratch.create();
      const copy = await job(scratch, new FarSide(), new FarSide(), size);
      await copyFile(copy, options);
      assertEquals(names(scratch), ["from", "to"]);
      assertEquals((await Deno.readFile(copy.to)).byteLength, size);
      assertEquals(((await Deno.stat(copy.to)).mode ?? 0) & 0o777, 0o640);
    });
  }
}
