/** What the other end says of its files leads to nothing outside the target. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { LocalSide } from "../../../cli/copy/local_side.ts";
import { type CopyPlan, planCopy } from "../../../cli/copy/plan.ts";
import { runPlan } from "../../../cli/copy/run_plan.ts";
import { CopyProblem, type EntryFacts, type Side, type SideEntry } from "../../../cli/copy/side.ts";
import { disconnectedError } from "../../../client/errors.ts";
import { Scratch } from "../../support/scratch.ts";

const signal = new AbortController().signal;
const file: EntryFacts = { kind: "file", size: 1, mode: 0o644, linkTarget: undefined };

/** Lists names that no directory has. */
class LyingSide extends LocalSide {
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    super();
    this.#names = names;
  }

  override list(path: string): Promise<readonly SideEntry[]> {
    return Promise.resolve(this.#names.map((name) => ({ name, path: `${path}/x`, facts: file })));
  }
}

/** Loses its connection at the first readings. */
class ShakySide extends LocalSide {
  losses = 2;

  override readAll(path: string): Promise<Uint8Array> {
    if (this.losses-- > 0) return Promise.reject(disconnectedError("cable cut"));
    return super.readAll(path);
  }
}

async function plan(
  source: Side,
  scratch: Scratch,
  { taken = new Set() }: { readonly taken?: Set<string> } = {},
): Promise<{ readonly plan: CopyPlan; readonly problems: readonly string[] }> {
  const problems: string[] = [];
  const wanted = {
    from: join(scratch.path, "from"),
    to: join(scratch.path, "to"),
    recursive: true,
    signal,
    taken,
  };
  const ends = { source, target: new LocalSide() };
  return { plan: await planCopy(ends, wanted, (text) => problems.push(text)), problems };
}

async function carryOut(source: Side, { plan }: { readonly plan: CopyPlan }, isLost = false) {
  const problems: string[] = [];
  let bytes = 0;
  await runPlan({ source, target: new LocalSide() }, plan, {
    resume: false,
    signal,
    onBytes: (count) => bytes += count,
    onProblem: (text) => problems.push(text),
    isEnded: () => isLost,
  });
  return { problems, bytes };
}

function modeOf(path: string): number {
  return (Deno.statSync(path).mode ?? 0) & 0o7777;
}

Deno.test("Names that lead elsewhere, and names said twice, are left out and said", async () => {
  await using scratch = await Scratch.create();
  await Deno.mkdir(join(scratch.path, "from"));
  const names = ["good", "", ".", "..", "../../etc/x", "/abs", "a\0b", "good"];
  const found = await plan(new LyingSide(names), scratch);
  assertEquals(found.plan.leaves.map(({ to }) => to), [join(scratch.path, "to/good")]);
  assertEquals(found.problems.length, names.length - 1);
});

Deno.test("A place that another source has taken is refused", async () => {
  await using scratch = await Scratch.create();
  await Deno.writeTextFile(join(scratch.path, "from"), "x");
  const taken = new Set<string>();
  await plan(new LocalSide(), scratch, { taken });
  await assertRejects(
    () => plan(new LocalSide(), scratch, { taken }),
    CopyProblem,
    "where another source goes",
  );
});

Deno.test("A directory that cannot be made costs what is below it, and no more", async () => {
  await using scratch = await Scratch.create();
  const at = (name: string) => join(scratch.path, name);
  await Deno.mkdir(at("from/bad/below"), { recursive: true });
  await Deno.writeTextFile(at("from/bad/below/file"), "x");
  await Deno.writeTextFile(at("from/good"), "x");
  const side = new LocalSide();
  const found = await plan(side, scratch);
  await Deno.mkdir(at("to"), { mode: 0o750 });
  await Deno.writeTextFile(at("to/bad"), "in the way");
  const { problems } = await carryOut(side, found);
  assertEquals(problems.length, 1);
  assertEquals(await Deno.readTextFile(at("to/good")), "x");
  // It was there before, so its permissions are not this copy's business.
  assertEquals(modeOf(at("to")), 0o750);
});

Deno.test("A file begins anew when the connection comes back, and counts once", async () => {
  await using scratch = await Scratch.create();
  await Deno.writeTextFile(join(scratch.path, "from"), "12345");
  const side = new ShakySide();
  const found = await plan(side, scratch);
  assertEquals(await carryOut(side, found), { problems: [], bytes: 5 });
  assertEquals([...Deno.readDirSync(scratch.path)].map(({ name }) => name).sort(), ["from", "to"]);
  side.losses = 3;
  await assertRejects(() => carryOut(side, found), Error, "cable cut");
  side.losses = 1;
  await assertRejects(() => carryOut(side, found, true), Error, "cable cut");
});

Deno.test("Set-id bits stay behind", async () => {
  await using scratch = await Scratch.create();
  const at = (name: string) => join(scratch.path, name);
  await Deno.writeTextFile(at("from"), "x");
  await Deno.chmod(at("from"), 0o6755);
  const side = new LocalSide();
  await carryOut(side, await plan(side, scratch));
  assertEquals(modeOf(at("to")), 0o755);
});
