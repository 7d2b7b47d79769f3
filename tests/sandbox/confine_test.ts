/** What holds a command: nothing, a filter, or a container. @module */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { RpcError } from "../../protocol/errors.ts";
import type { SandboxIntent } from "../../protocol/methods/sandbox.ts";
import { confine, type ConfineOptions } from "../../sandbox/confine.ts";
import {
  isBecomingPlaceholder,
  isPlaceholder,
  placeholderMode,
  placeholderTimeMs,
} from "../../sandbox/placeholder_mark.ts";
import { resolvePolicy } from "../../sandbox/policy.ts";
import { SandboxRefusal } from "../../sandbox/refusal.ts";
import { fakeDisk } from "../support/fake_disk.ts";
import {
  pathEntry,
  readRoot,
  restrictedSandbox,
  specialEntry,
} from "../support/sandbox_intents.ts";

const disk = fakeDisk({ w: { f: "", d: {} }, run: { socket: "" }, usr: { bin: { bwrap: "" } } });
const usual: ConfineOptions = { disk, cwd: "/w" };

function confinement(intent: SandboxIntent, options: Partial<ConfineOptions> = {}) {
  const policy = resolvePolicy(intent, { system: "linux", cwd: "/w" });
  return confine(policy, { ...usual, ...options });
}

function intent(permissions: SandboxIntent["permissions"]): SandboxIntent {
  return { permissions, windowsSandboxLevel: "disabled" };
}

const unrestricted = { type: "managed", file_system: { type: "unrestricted" } } as const;

Deno.test("what is free is not held, and what others hold gets a filter for its network", () => {
  const kinds = [
    intent({ type: "disabled" }),
    intent({ type: "external", network: "enabled" }),
    intent({ type: "external", network: "restricted" }),
    intent({ ...unrestricted, network: "enabled" }),
    intent({ ...unrestricted, network: "restricted" }),
  ].map((intent) => confinement(intent).kind);
  assertEquals(kinds, ["open", "open", "filtered", "open", "contained"]);
});

Deno.test("a managed network holds whatever else is free", () => {
  for (
    const each of [intent({ type: "disabled" }), intent({ type: "external", network: "enabled" })]
  ) {
    const contained = confinement(each, { isNetworkManaged: true });
    assert(contained.kind === "contained");
    assertEquals([contained.network, contained.mounts.base], ["managed", "write"]);
  }
});

Deno.test("what has no rules of its own needs nothing to be made for it", () => {
  const own = { hidden: ["/run/socket"], keepers: ["/usr/bin/bwrap"] };
  for (
    const [each, isNetworkManaged] of [
      [intent({ type: "disabled" }), true],
      [intent({ type: "external", network: "enabled" }), true],
      [intent({ ...unrestricted, network: "enabled" }), true],
      [intent({ ...unrestricted, network: "restricted" }), false],
    ] as const
  ) {
    const contained = confinement(each, { ...own, isNetworkManaged });
    assert(contained.kind === "contained");
    assertEquals(contained.mounts.placeholders, []);
  }
});

Deno.test("sockets that take orders are hidden, and what holds sandboxes is kept", () => {
  const options = { hidden: ["/run/socket", "/run/none"], keepers: ["/usr/bin/bwrap"] };
  const all = specialEntry({ kind: "root" }, "write");
  const contained = confinement(restrictedSandbox([all, pathEntry("/w/f", "read")]), options);
  assert(contained.kind === "contained");
  const made = contained.mounts.operations.filter(({ path }) => /socket|none|bwrap/.test(path));
  assertEquals(made, [
    { kind: "masked", path: "/run/socket" },
    { kind: "readOnly", path: "/usr/bin/bwrap" },
  ]);
});

Deno.test("what is needed can be read, even if nothing else can", () => {
  const contained = confinement(restrictedSandbox([pathEntry("/w", "write")]), {
    needed: ["/usr/bin/bwrap"],
  });
  assert(contained.kind === "contained");
  const operation = { kind: "readOnly", path: "/usr/bin/bwrap" } as const;
  assertEquals(contained.mounts.operations.find(({ path }) => path === operation.path), operation);
});

Deno.test("a working directory that is missing, a file or not to be seen is refused", () => {
  const refused = (cwd: string, entries = [readRoot]) => {
    const error = assertThrows(() => confinement(restrictedSandbox(entries), { cwd }), RpcError);
    return [error.code, error.message];
  };
  assertEquals(refused("/none"), [-32603, "No such file or directory (os error 2)"]);
  assertEquals(refused("/w/f"), [-32603, "Not a directory (os error 20)"]);
  assertEquals(refused("/w/d", [readRoot, pathEntry("/w", "deny")]), [
    -32602,
    'The working directory "/w/d" could not be seen in the sandbox (path = deny); ' +
    "allow to read it, or start elsewhere",
  ]);
});

Deno.test("a refusal tells programs its cause", () => {
  const { code, data } = new SandboxRefusal("tooLarge", "Reason", { path: "/x" });
  assertEquals([code, data], [-32602, { sandbox: { cause: "tooLarge", path: "/x" } }]);
});

Deno.test("only what bears the mark and stands for nothing is a placeholder", () => {
  const common = {
    modifiedAtMs: placeholderTimeMs,
    isEmpty: () => true,
    text: () => ".\n",
  } as const;
  const directory = { ...common, kind: "directory", mode: placeholderMode(true), size: 0 } as const;
  const file = { ...common, kind: "file", mode: placeholderMode(false), size: 2 } as const;
  assertEquals([isPlaceholder(directory), isPlaceholder(file)], [true, true]);
  for (
    const other of [
      { ...directory, isEmpty: () => false },
      { ...directory, mode: 0o1755 },
      { ...directory, mode: 0o1444 },
      { ...directory, modifiedAtMs: placeholderTimeMs + 1 },
      { ...file, size: 9 },
      { ...file, text: () => "12" },
      { ...file, text: () => undefined },
      { ...file, mode: 0o444 },
      { ...file, mode: 0o1555 },
      { ...file, modifiedAtMs: 0 },
    ]
  ) assertEquals(isPlaceholder(other), false);
  const fresh = { ...directory, modifiedAtMs: 1_000_000 };
  const becoming = [999_999, 1_000_000, 1_000_099, 1_000_100].map((nowMs) =>
    isBecomingPlaceholder(fresh, nowMs)
  );
  assertEquals(becoming, [false, true, true, false]);
  assertEquals(isBecomingPlaceholder({ ...fresh, mode: 0o755 }, 1_000_000), false);
});
