/** What a sandboxed command or file call may do, as the wire says it. @module */

import * as v from "valibot";
import type { PathUri } from "../path_uri.ts";
import {
  list,
  nonzero,
  nullable,
  oneOf,
  optional,
  pathUri,
  type Schema,
  struct,
  tagged,
  text,
} from "../schema.ts";

/** Whether the network may be reached. */
export type NetworkAccess = "restricted" | "enabled";

/** No confinement at all. */
export interface DisabledPermissions {
  /** Which variant this is. */
  readonly type: "disabled";
}

/** Something around the server confines files already; here only the network may be restricted. */
export interface ExternalPermissions {
  /** Which variant this is. */
  readonly type: "external";
  /** Whether the network may be reached. */
  readonly network: NetworkAccess;
}

/** Confinement by rules. */
export interface ManagedPermissions {
  /** Which variant this is. */
  readonly type: "managed";
  /** What may be done with files. */
  readonly file_system: FileSystemPermissions;
  /** Whether the network may be reached. */
  readonly network: NetworkAccess;
}

/** What a command or file call may do. Source: `ExecPermissionProfile` of the reference. */
export type SandboxPermissions = ManagedPermissions | DisabledPermissions | ExternalPermissions;

/** Every file may be read and written, as far as the system lets the user. */
export interface UnrestrictedFileSystem {
  /** Which variant this is. */
  readonly type: "unrestricted";
}

/** Nothing but what entries allow. */
export interface RestrictedFileSystem {
  /** Which variant this is. */
  readonly type: "restricted";
  /** In any order: of entries about one path `deny` beats `write`, and `write` beats `read`;
   * elsewhere the entry with the deepest path decides. */
  readonly entries: readonly SandboxEntry[];
  /** How many levels below its first directory a pattern is looked for, from 1 on; else all. */
  readonly glob_scan_max_depth?: number | null | undefined;
}

/** What may be done with files. */
export type FileSystemPermissions = RestrictedFileSystem | UnrestrictedFileSystem;

/** What may be done in one place. */
export interface SandboxEntry {
  /** Where, and below. */
  readonly path: SandboxPath;
  /** What; `none` on the wire is an older word for `deny`. */
  readonly access: "read" | "write" | "deny";
  /** Without effect: what is missing is never an error. */
  readonly missing_path_behavior?: "skip" | null | undefined;
}

/** A place by its path. */
export interface ConcretePath {
  /** Which variant this is. */
  readonly type: "path";
  /** Where. */
  readonly path: PathUri;
}

/** Places by a pattern; only `deny` has an effect. */
export interface PatternPath {
  /** Which variant this is. */
  readonly type: "glob_pattern";
  /** Native text, not a URI; relative to the policy's directory. */
  readonly pattern: string;
}

/** A place by what it is for. */
export interface SpecialPath {
  /** Which variant this is. */
  readonly type: "special";
  /** Which one. */
  readonly value: SpecialPlace;
}

/** Where an entry applies. */
export type SandboxPath = ConcretePath | PatternPath | SpecialPath;

/** The root, what programs need to run (`minimal`), or a directory for temporary files. */
export interface PlainPlace {
  /** `tmpdir`: what `TMPDIR` says; `slash_tmp`: `/tmp`. */
  readonly kind: "root" | "minimal" | "tmpdir" | "slash_tmp";
}

/** Every workspace root, or a place below each. */
export interface ProjectPlace {
  /** Two words for the same. */
  readonly kind: "project_roots" | "current_working_directory";
  /** Below each root; null or absent: the root itself. */
  readonly subpath?: string | null | undefined;
}

/** A place of a later version; without effect. */
export interface UnknownPlace {
  /** Which variant this is. */
  readonly kind: "unknown";
  /** What it is called. */
  readonly path: string;
  /** Something below it. */
  readonly subpath?: string | null | undefined;
}

/** A place by what it is for. */
export type SpecialPlace = PlainPlace | ProjectPlace | UnknownPlace;

const network = oneOf(["restricted", "enabled"]);

function plainPlace(kind: PlainPlace["kind"]): Schema<PlainPlace> {
  return struct<PlainPlace>("FileSystemSpecialPath", { kind: oneOf([kind]) });
}

function projectPlace(kind: ProjectPlace["kind"]): Schema<ProjectPlace> {
  return struct<ProjectPlace>("FileSystemSpecialPath", {
    kind: oneOf([kind]),
    subpath: optional(nullable(text)),
  });
}

const specialPlace: Schema<SpecialPlace> = tagged<SpecialPlace, "kind">(
  "FileSystemSpecialPath",
  "kind",
  {
    root: plainPlace("root"),
    minimal: plainPlace("minimal"),
    current_working_directory: projectPlace("current_working_directory"),
    project_roots: projectPlace("project_roots"),
    tmpdir: plainPlace("tmpdir"),
    slash_tmp: plainPlace("slash_tmp"),
    unknown: struct<UnknownPlace>("FileSystemSpecialPath", {
      kind: oneOf(["unknown"]),
      path: text,
      subpath: optional(nullable(text)),
    }),
  },
);

const sandboxPath: Schema<SandboxPath> = tagged<SandboxPath, "type">("ExecFileSystemPath", "type", {
  path: struct<ConcretePath>("ExecFileSystemPath", { type: oneOf(["path"]), path: pathUri }),
  glob_pattern: struct<PatternPath>("ExecFileSystemPath", {
    type: oneOf(["glob_pattern"]),
    pattern: text,
  }),
  special: struct<SpecialPath>("ExecFileSystemPath", {
    type: oneOf(["special"]),
    value: specialPlace,
  }),
});

const access: Schema<SandboxEntry["access"]> = v.pipe(
  oneOf(["read", "write", "deny", "none"]),
  v.transform((word) => word === "none" ? "deny" : word),
);

const sandboxEntry: Schema<SandboxEntry> = struct<SandboxEntry>("ExecFileSystemSandboxEntry", {
  path: sandboxPath,
  access,
  missing_path_behavior: optional(nullable(oneOf(["skip"]))),
});

const fileSystem: Schema<FileSystemPermissions> = tagged<FileSystemPermissions, "type">(
  "ExecManagedFileSystemPermissions",
  "type",
  {
    restricted: struct<RestrictedFileSystem>("ExecManagedFileSystemPermissions", {
      type: oneOf(["restricted"]),
      entries: list(sandboxEntry),
      glob_scan_max_depth: optional(nullable(nonzero)),
    }),
    unrestricted: struct<UnrestrictedFileSystem>("ExecManagedFileSystemPermissions", {
      type: oneOf(["unrestricted"]),
    }),
  },
);

/** Decodes a `SandboxPermissions`. */
export const sandboxPermissions: Schema<SandboxPermissions> = tagged<SandboxPermissions, "type">(
  "ExecPermissionProfile",
  "type",
  {
    managed: struct<ManagedPermissions>("ExecPermissionProfile", {
      type: oneOf(["managed"]),
      file_system: fileSystem,
      network,
    }),
    disabled: struct<DisabledPermissions>("ExecPermissionProfile", { type: oneOf(["disabled"]) }),
    external: struct<ExternalPermissions>("ExecPermissionProfile", {
      type: oneOf(["external"]),
      network,
    }),
  },
);
