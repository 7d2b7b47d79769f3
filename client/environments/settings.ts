/** How an environment is reached, and what is wrong with settings that cannot be right. @module */

import { hasPrivateTransport, urlComplaint } from "./environment_url.ts";
import { shapeComplaint } from "./settings_shape.ts";

/** What both kinds of environment have. */
export interface CommonSettings {
  /** How long to wait for the answer to the handshake, in milliseconds; 10 s by default. */
  readonly initializeTimeoutMs?: number;
  /** Names of skills that the environment must offer; for programs that work with skills. */
  readonly requiredSkills?: readonly string[];
}

/** An environment whose server has an address. */
export interface UrlSettings extends CommonSettings {
  /** `ws://`, `wss://`, `unix:///PATH`, or `ssh://[USER@]HOST[:PORT][/PROGRAM]`. */
  readonly url: string;
  /** Goes into the header `authorization`; over `wss://`, loopback and Unix sockets only. */
  readonly bearerToken?: string;
  /** Further headers of the upgrade, with the same bound. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long to wait for the connection, in milliseconds; 10 s by default. */
  readonly connectTimeoutMs?: number;
}

/** An environment whose server is a program to start, spoken to over its standard streams. */
export interface ProgramSettings extends CommonSettings {
  /** A path, or a name that is looked up in PATH. */
  readonly program: string;
  /** Its arguments; none by default. */
  readonly args?: readonly string[];
  /** Variables to add to the inherited environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where it starts; this program's directory by default. */
  readonly cwd?: string;
}

/** How an environment is reached. */
export type EnvironmentSettings = UrlSettings | ProgramSettings;

/** An environment with its name. */
export interface NamedEnvironment {
  /** 1 to 64 ASCII letters, digits, `-` and `_`. */
  readonly id: string;
  /** How it is reached. */
  readonly settings: EnvironmentSettings;
  /** The file or variable that says so; undefined when a program does. */
  readonly source?: string | undefined;
}

/** Members of both kinds at once, as a mistaken writer may combine them. */
export type LooseSettings = { readonly [K in keyof AllSettings]?: AllSettings[K] | undefined };

type AllSettings = UrlSettings & ProgramSettings;

/** The environment of the machine that this program runs on. */
export const LOCAL_ID = "local";

const LONGEST_ID_BYTES = 64;

/**
 * Settings that cannot be right. The texts are those of the reference.
 *
 * ```ts
 * import { EnvironmentManager, EnvironmentSettingsError } from "exec-server-client/environments";
 *
 * try {
 *   EnvironmentManager.fromSettings({ environments: { "no id": { url: "ws://127.0.0.1:4500" } } });
 *   throw new Error("It is an id");
 * } catch (error) {
 *   if (!(error instanceof EnvironmentSettingsError)) throw error;
 *   console.log(error.message);
 * }
 * ```
 */
export class EnvironmentSettingsError extends Error {
  /** Name of the class, as in a stack trace. */
  override readonly name = "EnvironmentSettingsError";
  /** The file they were read from; undefined when they come from elsewhere. */
  readonly path: string | undefined;

  /** Made where settings are read; `message` says what is wrong. */
  constructor(message: string, path?: string) {
    super(message);
    this.path = path;
  }
}

/** Whether an id means that there is no environment. */
export function meansNone(id: string): boolean {
  return id.toLowerCase() === "none";
}

/** What is wrong with an id, if anything. */
export function idComplaint(id: string): string | undefined {
  if (id.trim() === "") return "environment id cannot be empty";
  const named = `environment id \`${id}\``;
  if (id.trim() !== id) return `${named} must not contain surrounding whitespace`;
  if (id === LOCAL_ID || meansNone(id)) return `${named} is reserved`;
  if (new TextEncoder().encode(id).byteLength > LONGEST_ID_BYTES) {
    return `${named} cannot be longer than ${LONGEST_ID_BYTES} characters`;
  }
  if (/^[A-Za-z0-9_-]+$/.test(id)) return undefined;
  return `${named} must contain only ASCII letters, numbers, '-' or '_'`;
}

/** Whether they are those of a server with an address; a member that is undefined is not there. */
export function isUrlSettings(settings: EnvironmentSettings): settings is UrlSettings {
  return "url" in settings && settings.url !== undefined;
}

/** What is wrong with settings, if anything: the first mistake in the reference's order. */
export function settingsComplaint(id: string, settings: LooseSettings): string | undefined {
  const wrong = idComplaint(id) ?? shapeComplaint(id, settings);
  if (wrong !== undefined) return wrong;
  const { url, program, args, env, cwd, bearerToken, connectTimeoutMs } = settings;
  const named = `environment \`${id}\``;
  if (program === undefined && [args, env, cwd].some((it) => it !== undefined)) {
    return `${named} args, env, and cwd require program`;
  }
  if (url === undefined && bearerToken !== undefined) {
    return `${named} auth_bearer_token requires url`;
  }
  if (url === undefined && connectTimeoutMs !== undefined) {
    return `${named} connect_timeout_sec requires url`;
  }
  if ((url === undefined) === (program === undefined)) {
    return `${named} must set exactly one of url or program`;
  }
  if (url !== undefined) return urlComplaint(url.trim()) ?? headersComplaint(url.trim(), settings);
  return program?.trim() === "" ? `${named} program cannot be empty` : undefined;
}

function headersComplaint(url: string, { bearerToken, headers }: LooseSettings) {
  const given = {
    ...headers,
    ...(bearerToken === undefined ? {} : { authorization: bearerToken }),
  };
  const names = Object.keys(given);
  if (names.length > 0 && !hasPrivateTransport(url)) {
    return "exec-server WebSocket headers require wss:// or a loopback destination";
  }
  const misnamed = names.find((name) => !HEADER_NAME.test(name));
  if (misnamed !== undefined) return `invalid name of exec-server WebSocket header \`${misnamed}\``;
  const wrong = Object.entries(given).find(([, value]) => !HEADER_VALUE.test(value))?.[0];
  if (wrong === undefined) return undefined;
  return `invalid value for exec-server WebSocket header \`${wrong}\``;
}

// A token of RFC 9110 section 5.6.2.
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
// Tabs, and all of Latin-1 that shows: what a header can carry.
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
