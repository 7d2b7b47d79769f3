/** Any sequence of file methods leaves what the same sequence by `node:fs` leaves. @module */

import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { type FileScene, fileScene } from "../../support/file_call.ts";
import { apply, applyToTwin, type Operation, treeOf } from "../../support/twin_files.ts";

// Few names, so that operations meet.
const name = fc.constantFrom("a", "b", "c", "dé", "e\n", "f%2F");
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
const mode = fc.constantFrom(0o600, 0o644, 0o755, 0o4751);
// Never upwards: no sequence of operations may leave its directory.
const target = fc.oneof(path, fc.constantFrom(".", "./b", "nowhere"));
const content = fc.string({ maxLength: 20 });

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("write" as const), path, content }) },
  fc.record({ kind: fc.constant("atomic" as const), path, content }),
  fc.record({ kind: fc.constant("append" as const), path, content }),
  fc.record({ kind: fc.constant("mkdir" as const), path, recursive: fc.boolean() }),
  fc.record({ kind: fc.constant("remove" as const), path, recursive: fc.boolean() }),
  fc.record({ kind: fc.constant("rename" as const), path, to: path }),
  fc.record({ kind: fc.constant("copy" as const), path, to: path }),
  fc.record({ kind: fc.constant("symlink" as const), path, target }),
  fc.record({ kind: fc.constant("chmod" as const), path, mode }),
);

Deno.test("file methods leave the same tree as node:fs, and fail where it fails", async () => {
  const operations = fc.array(operation, { minLength: 5, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(operations, async (sequence) => {
      await using ours = await fileScene();
      await using twin = await fileScene();
      for (const [at, step] of sequence.entries()) {
        const label = `${at}: ${JSON.stringify(step)}`;
        assertEquals(
          await outcome(() => apply(step, ours)),
          await outcome(() => applyToTwin(step, twin.path)),
          label,
        );
      }
      assertEquals(tree(ours), tree(twin));
    }),
    { numRuns: 150 },
  );
});

function tree(scene: FileScene): readonly string[] {
  return treeOf(scene.path);
}

async function outcome(work: () => Promise<unknown>): Promise<"done" | "refused"> {
  try {
    await work();
    return "done";
  } catch {
    return "refused";
  }
}
