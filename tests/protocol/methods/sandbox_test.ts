/** Portable sandbox intent: what is decoded, and the words of every refusal. @module */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { RpcError } from "../../../protocol/errors.ts";
import { requests } from "../../../protocol/methods/mod.ts";
import { managedNetwork, sandboxIntent } from "../../../protocol/methods/sandbox.ts";
import { decode, type Schema } from "../../../protocol/schema.ts";

type Fields = Readonly<Record<string, unknown>>;

const level = { windowsSandboxLevel: "disabled" };
const root = { path: { type: "special", value: { kind: "root" } }, access: "read" };

/** Intent that confines nothing, with other members. */
function open(fields: Fields): Fields {
  return { permissions: { type: "disabled" }, ...level, ...fields };
}

function permissions(value: unknown): Fields {
  return { permissions: value, ...level };
}

/** Intent with entries. */
function rules(entries: unknown, fields: Fields = {}): Fields {
  const file_system = { type: "restricted", entries, ...fields };
  return permissions({ type: "managed", file_system, network: "restricted" });
}

function special(value: unknown): Fields {
  return rules([root, { path: { type: "special", value }, access: "deny" }]);
}

const taken: readonly Fields[] = [
  open({}),
  open({ windowsSandboxLevel: "restricted-token" }),
  open({ windowsSandboxLevel: "elevated" }),
  open({ windowsSandboxLevel: "mxc" }),
  open({ cwd: null, policyContext: null, userHomeDir: null, temporaryDirectories: null }),
  open({ cwd: "file:///C:/x", workspaceRoots: ["file://server/share"] }),
  open({ policyContext: {} }),
  open({ policyContext: { cwd: null, workspaceRoots: [] } }),
  open({ policyContext: { cwd: "file:///tmp", workspaceRoots: ["file:///a", "file:///b"] } }),
  open({ temporaryDirectories: ["file:///tmp"], userHomeDir: "file:///home/u" }),
  open({ windowsSandboxProxySettingsMode: null, useLegacyLandlock: true }),
  open({ windowsSandboxProxySettingsMode: "preserve", sandboxOverride: "noOverride" }),
  permissions({ type: "external", network: "enabled" }),
  permissions({ type: "managed", file_system: { type: "unrestricted" }, network: "enabled" }),
  rules([]),
  rules([root], { glob_scan_max_depth: null }),
  rules([root], { glob_scan_max_depth: 3 }),
  rules([{ ...root, missing_path_behavior: null }]),
  rules([{ ...root, missing_path_behavior: "skip" }]),
  rules([{ path: { type: "glob_pattern", pattern: "" }, access: "write" }]),
  special({ kind: "unknown", path: ":future" }),
  special({ kind: "unknown", path: ":future", subpath: null }),
  special({ kind: "project_roots", subpath: null }),
  special({ kind: "current_working_directory", subpath: "../x" }),
];

for (const intent of taken) {
  Deno.test(`a sandbox may be ${JSON.stringify(intent)}`, () => {
    assertEquals<unknown>(decode(sandboxIntent, intent), intent);
  });
}

Deno.test("a sandbox may hold members of other versions, which are left out", () => {
  const others = { windowsSandboxPrivateDesktop: "x", additionalPermissions: { x: 1 }, other: 1 };
  assertEquals<unknown>(decode(sandboxIntent, open(others)), open({}));
  const more = permissions({ type: "disabled", network: 5, file_system: null });
  assertEquals<unknown>(decode(sandboxIntent, more), open({}));
});

Deno.test("a sandbox may say `none` for `deny`", () => {
  const path = { type: "path", path: "file:///x" };
  const given = rules([{ path, access: "none" }]);
  assertEquals<unknown>(decode(sandboxIntent, given), rules([{ path, access: "deny" }]));
});

const network = "`restricted` or `enabled`";
const tags = "internally tagged enum";
const levels = "one of `disabled`, `restricted-token`, `elevated`, `mxc`";
const overrides =
  "one of `noOverride`, `escalatedSandboxWithRestrictions`, `bypassSandboxFirstAttempt`";
const kinds = "one of `root`, `minimal`, `current_working_directory`, `project_roots`, `tmpdir`, " +
  "`slash_tmp`, `unknown`";
const notPath = "invalid URI: relative URL without a base";

/** The beginning of the words: after them comes where the fault is. */
const refused: readonly (readonly [given: unknown, words: string])[] = [
  [{}, "missing field `permissions`"],
  [5, "invalid type: integer `5`, expected struct WireFileSystemSandboxContext"],
  ["x", 'invalid type: string "x", expected struct WireFileSystemSandboxContext'],
  [true, "invalid type: boolean `true`, expected struct WireFileSystemSandboxContext"],
  [{ sandboxPolicy: { type: "danger-full-access" }, ...level }, "missing field `permissions`"],
  [{ permissions: { type: "disabled" } }, "missing field `windowsSandboxLevel`"],
  [open({ windowsSandboxLevel: "x" }), `unknown variant \`x\`, expected ${levels}`],
  [open({ windowsSandboxLevel: null }), "invalid type: null, expected "],
  [open({ cwd: "/x" }), notPath],
  [open({ cwd: 4 }), "invalid type: integer `4`, expected "],
  [open({ workspaceRoots: null }), "invalid type: null, expected a sequence"],
  [open({ workspaceRoots: 5 }), "invalid type: integer `5`, expected a sequence"],
  [open({ workspaceRoots: [null] }), "invalid type: null, expected "],
  [open({ workspaceRoots: ["/x"] }), notPath],
  [open({ policyContext: 1 }), "invalid type: integer `1`, expected struct WireFileSystemPolicy"],
  [open({ policyContext: { workspaceRoots: null } }), "invalid type: null, expected a sequence"],
  [open({ userHomeDir: "/x" }), notPath],
  [open({ temporaryDirectories: 4 }), "invalid type: integer `4`, expected a sequence"],
  [open({ temporaryDirectories: ["/x"] }), notPath],
  [
    open({ windowsSandboxProxySettingsMode: "x" }),
    "unknown variant `x`, expected `reconcile` or `preserve`",
  ],
  [open({ useLegacyLandlock: null }), "invalid type: null, expected a boolean"],
  [open({ useLegacyLandlock: 1 }), "invalid type: integer `1`, expected a boolean"],
  [open({ sandboxOverride: "x" }), `unknown variant \`x\`, expected ${overrides}`],
  [open({ sandboxOverride: null }), "invalid type: null, expected "],
  [permissions(null), `invalid type: null, expected ${tags} ExecPermissionProfile`],
  [permissions(3), `invalid type: integer \`3\`, expected ${tags} ExecPermissionProfile`],
  [
    permissions("disabled"),
    `invalid type: string "disabled", expected ${tags} ExecPermissionProfile`,
  ],
  [permissions({}), "missing field `type`"],
  [
    permissions({ type: "x" }),
    "unknown variant `x`, expected one of `managed`, `disabled`, `external`",
  ],
  [permissions({ type: "external" }), "missing field `network`"],
  [
    permissions({ type: "external", network: "x" }),
    `unknown variant \`x\`, expected ${network}`,
  ],
  [permissions({ type: "managed", network: "restricted" }), "missing field `file_system`"],
  [
    permissions({ type: "managed", file_system: { type: "unrestricted" } }),
    "missing field `network`",
  ],
  [
    permissions({ type: "managed", file_system: null, network: "restricted" }),
    `invalid type: null, expected ${tags} ExecManagedFileSystemPermissions`,
  ],
  [
    permissions({ type: "managed", file_system: {}, network: "restricted" }),
    "missing field `type`",
  ],
  [
    permissions({ type: "managed", file_system: { type: "x" }, network: "restricted" }),
    "unknown variant `x`, expected `restricted` or `unrestricted`",
  ],
  [
    permissions({ type: "managed", file_system: { type: "restricted" }, network: "restricted" }),
    "missing field `entries`",
  ],
  [rules(null), "invalid type: null, expected a sequence"],
  [rules({}), "invalid type: map, expected a sequence"],
  [
    rules([], { glob_scan_max_depth: 0 }),
    "invalid value: integer `0`, expected a nonzero usize",
  ],
  [
    rules([], { glob_scan_max_depth: "1" }),
    'invalid type: string "1", expected a nonzero usize',
  ],
  [rules([{}]), "missing field `path`"],
  [rules([4]), "invalid type: integer `4`, expected struct ExecFileSystemSandboxEntry"],
  [rules([{ path: root.path }]), "missing field `access`"],
  [
    rules([{ ...root, access: "x" }]),
    "unknown variant `x`, expected one of `read`, `write`, `deny`, `none`",
  ],
  [rules([{ ...root, missing_path_behavior: "x" }]), "unknown variant `x`, expected `skip`"],
  [rules([{ ...root, path: {} }]), "missing field `type`"],
  [
    rules([{ ...root, path: "/x" }]),
    `invalid type: string "/x", expected ${tags} ExecFileSystemPath`,
  ],
  [
    rules([{ ...root, path: { type: "x" } }]),
    "unknown variant `x`, expected one of `path`, `glob_pattern`, `special`",
  ],
  [rules([{ ...root, path: { type: "path" } }]), "missing field `path`"],
  [rules([{ ...root, path: { type: "path", path: "/x" } }]), notPath],
  [
    rules([{ ...root, path: { type: "path", path: "http://x/y" } }]),
    "unsupported path URI scheme `http`",
  ],
  [rules([{ ...root, path: { type: "glob_pattern" } }]), "missing field `pattern`"],
  [rules([{ ...root, path: { type: "special" } }]), "missing field `value`"],
  [special("root"), `invalid type: string "root", expected ${tags} FileSystemSpecialPath`],
  [special({}), "missing field `kind`"],
  [special({ kind: "x" }), `unknown variant \`x\`, expected ${kinds}`],
  [special({ kind: "unknown" }), "missing field `path`"],
  [
    special({ kind: "project_roots", subpath: 3 }),
    "invalid type: integer `3`, expected a string",
  ],
];

function refusal(schema: Schema<unknown>, given: unknown): string {
  const error = assertThrows(() => decode(schema, given), RpcError);
  assertEquals(error.code, -32602);
  return error.message;
}

for (const [given, words] of refused) {
  Deno.test(`a sandbox may not be ${JSON.stringify(given).slice(0, 200)}: ${words}`, () => {
    const message = refusal(sandboxIntent, given);
    assert(message.startsWith(words), message);
  });
}

Deno.test("a fault in a sandbox is named by its place", () => {
  const message = refusal(sandboxIntent, rules([root, { path: root.path }]));
  assertEquals(message, "missing field `access`; at `permissions.file_system.entries.1.access`");
});

Deno.test("every request that can be confined takes a sandbox or null, and decodes it", () => {
  const path = "file:///x";
  const sandbox = open({});
  const given: readonly (readonly [Schema<unknown>, Fields])[] = [
    [requests["process/start"].params, {
      processId: "p",
      argv: ["x"],
      cwd: path,
      env: {},
      tty: false,
    }],
    [requests["fs/readFile"].params, { path }],
    [requests["fs/writeFile"].params, { path, dataBase64: new Uint8Array() }],
    [requests["fs/hash"].params, { path }],
    [requests["fs/getMetadata"].params, { path }],
    [requests["fs/canonicalize"].params, { path }],
    [requests["fs/readDirectory"].params, { path }],
    [requests["fs/createDirectory"].params, { path }],
    [requests["fs/remove"].params, { path }],
    [requests["fs/copy"].params, { sourcePath: path, destinationPath: path, recursive: false }],
    [requests["fs/open"].params, { handleId: "h", path }],
    [requests["fs/watch"].params, { watchId: "w", path }],
    [requests["fs/glob"].params, { path, patterns: [] }],
    [requests["fs/grep"].params, { path, searchId: "s", pattern: "x" }],
  ];
  for (const [schema, fields] of given) {
    assertEquals<unknown>(decode(schema, { ...fields, sandbox }), { ...fields, sandbox });
    assertEquals<unknown>(decode(schema, { ...fields, sandbox: null }), {
      ...fields,
      sandbox: null,
    });
    assertEquals(
      refusal(schema, { ...fields, sandbox: {} }),
      "missing field `permissions`; at `sandbox.permissions`",
    );
  }
});

Deno.test("a managed network may hold any of its members, and none of them is null", () => {
  const whole = {
    loopbackPorts: [0, 65_535],
    allowLocalBinding: true,
    allowUnixSockets: ["x"],
    dangerouslyAllowAllUnixSockets: false,
  };
  assertEquals<unknown>(decode(managedNetwork, { ...whole, other: 1 }), whole);
  assertEquals<unknown>(decode(managedNetwork, {}), {});
  for (const name of Object.keys(whole)) {
    const message = refusal(managedNetwork, { [name]: null });
    assert(message.startsWith("invalid type: null, expected "), message);
  }
  assertEquals(
    refusal(managedNetwork, 1),
    "invalid type: integer `1`, expected struct ManagedNetworkSandboxContext",
  );
});
