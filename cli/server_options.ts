/** Which server to use: the flags that all subcommands share that talk to one. @module */

import { LOCAL_ID } from "../client/environments/settings.ts";
import { readDuration } from "./duration.ts";
import type { Flags, FlagSpec } from "./flags.ts";
import { shellWords } from "./shell_words.ts";
import { UsageError } from "./usage_error.ts";

/** The server to use. */
export type ServerChoice =
  /** A child of this program, of the same program. */
  | { readonly kind: "own" }
  /** A child of this program, named by the user. */
  | { readonly kind: "stdio"; readonly command: readonly string[] }
  /** One that listens. */
  | {
    readonly kind: "url";
    readonly url: string;
    readonly tokenFile: string | undefined;
    /** How long to try to get a lost connection back; 0: until told to stop. */
    readonly recoveryMs?: number;
  }
  /** One that has a name. */
  | { readonly kind: "environment"; readonly id: string; readonly recoveryMs?: number };

/** The flags that say so. */
export const serverFlags: readonly FlagSpec[] = [
  { name: "--on", value: "NAME" },
  { name: "--url", value: "URL" },
  { name: "--stdio", value: "COMMAND" },
  { name: "--token-file", value: "FILE" },
  { name: "--recover-for", value: "DURATION" },
];

/**
 * Reads these flags.
 * @throws {UsageError}
 */
export function readServerChoice(flags: Flags): ServerChoice {
  return withDetails(readNamed(flags), flags);
}

/**
 * The server that the flags name.
 * @throws {UsageError} when they name several
 */
export function readNamed(flags: Flags): ServerChoice {
  const named = ["--on", "--url", "--stdio"].filter((name) => flags.has(name));
  if (named.length > 1) {
    throw new UsageError(`Both ${named.join(" and ")} name a server: wanted one of them`);
  }
  const url = flags.one("--url");
  if (url !== undefined) return { kind: "url", url, tokenFile: undefined };
  const id = flags.one("--on");
  if (id !== undefined) return serverNamed(id);
  const stdio = flags.one("--stdio");
  if (stdio === undefined) return { kind: "own" };
  const command = shellWords(stdio);
  if (command.length === 0) throw new UsageError("--stdio names no program");
  return { kind: "stdio", command };
}

/**
 * A server with what the flags say of it, whoever named it.
 * @throws {UsageError} when that is nothing to say of this one
 */
export function withDetails(server: ServerChoice, flags: Flags): ServerChoice {
  const tokenFile = flags.one("--token-file");
  const recovery = recoveryOf(flags.one("--recover-for"));
  if (server.kind === "url") return { ...server, tokenFile, ...recovery };
  if (tokenFile !== undefined) throw new UsageError("--token-file is for a server named by --url");
  if (server.kind === "environment") return { ...server, ...recovery };
  if (recovery !== undefined && !flags.has("--on")) {
    throw new UsageError("--recover-for is for a server named by --url or --on");
  }
  return server;
}

function recoveryOf(text: string | undefined): { readonly recoveryMs: number } | undefined {
  if (text === undefined) return undefined;
  return { recoveryMs: text === "ever" ? 0 : readDuration(text) };
}

/** The server of an environment; that of this machine is a child of this program. */
export function serverNamed(id: string): ServerChoice {
  return id === LOCAL_ID ? { kind: "own" } : { kind: "environment", id };
}
