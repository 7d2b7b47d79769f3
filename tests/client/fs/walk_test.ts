/** `walk()` finds everything once, wherever a server has to stop. @module */
import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { connectTransport, ExecServerError } from "../../../client/mod.ts";
import type { WalkItem } from "../../../client/mod.ts";
import { encodeResponse, parseMessage } from "../../../protocol/message.ts";
import { memoryPair } from "../../../protocol/transport/memory.ts";

/** Directories by name; files are null. */
interface Tree {
  readonly [name: string]: Tree | null;
}

interface Entry {
  readonly path: string;
  readonly kind: "file" | "directory";
}

/** A server's walk, stopped after so many entries or directories, as the protocol says it. */
function walk(
  root: Tree,
  { path, options }: { path: string; options: { maxDepth: number } },
  limits: { entries: number; directories: number },
): { entries: Entry[]; errors: []; truncated: boolean } {
  const entries: Entry[] = [];
  const queue = [{ path, tree: nodeAt(root, path) ?? {}, depth: 0 }];
  let truncated = false;
  let entered = 1;
  for (const { path, tree, depth } of queue) {
    for (const name of Object.keys(tree).sort()) {
      if (entries.length === limits.entries) return { entries, errors: [], truncated: true };
      const child = tree[name] ?? null;
      const entry = {
        path: `${path}/${name}`,
        kind: child === null ? "file" : "directory",
      } as const;
      entries.push(entry);
      if (child === null || depth >= options.maxDepth) continue;
      if (entered === limits.directories) truncated = true;
      else {
        entered++;
        queue.push({ path: entry.path, tree: child, depth: depth + 1 });
      }
    }
  }
  return { entries, errors: [], truncated };
}

/** What is at a path below `file:///r`. */
function nodeAt(root: Tree, path: string): Tree | null {
  const names = path.split("/").slice(4);
  return names.reduce<Tree | null>((tree, name) => tree?.[name] ?? null, root);
}

function everything(tree: Tree, path: string): string[] {
  return Object.entries(tree).flatMap(([name, child]) => [
    `${child === null ? "file" : "directory"} ${path}/${name}`,
    ...(child === null ? [] : everything(child, `${path}/${name}`)),
  ]);
}

/** Answers a client's calls from a tree. */
async function walkAll(
  tree: Tree,
  limits: { entries: number; directories: number },
  fsMetadata: boolean,
  options: { followDirectorySymlinks?: boolean } = {},
): Promise<WalkItem[]> {
  const [near, far] = memoryPair();
  void (async () => {
    for (let text = await far.receive(); text !== undefined; text = await far.receive()) {
      const message = parseMessage(text);
      if (message.kind === "request") {
        far.send(encodeResponse(message.id, answer(message.method, Object(message.params))));
      }
    }
  })();
  const shell = { name: "sh", path: "/bin/sh" };
  const client = await connectTransport(near);
  const items: WalkItem[] = [];
  for await (const item of client.fs.walk("file:///r", options)) items.push(item);
  await client.close();
  return items;

  // deno-lint-ignore no-explicit-any -- the client under test is what sends them.
  function answer(method: string, params: any): unknown {
    if (method === "initialize") {
      return { sessionId: "s", environmentInfo: { shell, capabilities: { fsMetadata } } };
    }
    if (method === "fs/walk") return walk(tree, params, limits);
    if (method === "fs/getMetadata") return metadata(nodeAt(tree, params.path) !== null);
    const entries = Object.entries(nodeAt(tree, params.path) ?? {}).map(([fileName, child]) => ({
      fileName,
      isDirectory: child !== null,
      isFile: child === null,
      ...(params.metadata === true
        ? { path: `${params.path}/${fileName}`, metadata: metadata(child !== null) }
        : {}),
    }));
    return { entries };
  }

  function metadata(isDirectory: boolean): unknown {
    const times = { createdAtMs: 0, modifiedAtMs: 0 };
    return { isDirectory, isFile: !isDirectory, isSymlink: false, size: 0, ...times };
  }
}

const { tree } = fc.letrec<{ tree: Tree; node: Tree | null }>((tie) => ({
  tree: fc.dictionary(fc.constantFrom("a", "b", "c", ".d", "e"), tie("node"), {
    noNullPrototype: true,
  }),
  node: fc.oneof({ maxDepth: 4, withCrossShrink: true }, fc.constant(null), tie("tree")),
}));

Deno.test("walk() lists every entry exactly once at any limits of the server", async () => {
  const limits = fc.record({
    entries: fc.integer({ min: 1, max: 8 }),
    directories: fc.integer({ min: 1, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(tree, limits, fc.boolean(), async (tree, limits, fsMetadata) => {
      const items = await walkAll(tree, limits, fsMetadata);
      const found = items.map((item) => `${item.kind} ${item.path}`);
      assertEquals(found.toSorted(), everything(tree, "file:///r").toSorted());
    }),
    { numRuns: 200 },
  );
});

Deno.test("walk() keeps the server's order while no limit is met", async () => {
  const tree = { b: { x: null, y: { z: null } }, a: null, c: {} };
  const items = await walkAll(tree, { entries: 100, directories: 100 }, true);
  assertEquals(items.map(({ path }) => path.slice("file:///r/".length)), [
    "a",
    "b",
    "c",
    "b/x",
    "b/y",
    "b/y/z",
  ]);
});

Deno.test("walk() says so when it cannot go on because links are followed", async () => {
  const tree = { a: null, b: null };
  const follow = { followDirectorySymlinks: true };
  await assertRejects(
    () => walkAll(tree, { entries: 1, directories: 9 }, true, follow),
    ExecServerError,
    "Cannot walk all of",
  );
});
