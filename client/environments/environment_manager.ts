/** All environments of a program, by name. @module */

import type { ExecServerClient } from "../client.ts";
import type { ClientOptions } from "../connect_transport.ts";
import { ExecServerError } from "../errors.ts";
import { chooseEnvironments, type EnvironmentList } from "./choose_environments.ts";
import { connectEnvironment, type EnvironmentConnector } from "./connect_environment.ts";
import { type ConnectionStatus, Environment } from "./environment.ts";
import {
  type EnvironmentSettings,
  EnvironmentSettingsError,
  isUrlSettings,
  LOCAL_ID,
  settingsComplaint,
} from "./settings.ts";

/** Environments as a program may name them. */
export interface GivenEnvironments {
  /** By id. */
  readonly environments?: Readonly<Record<string, EnvironmentSettings>>;
  /** The id of the default one; `none` for no default; by default this machine, when included. */
  readonly default?: string;
  /** Whether this machine is one of them; by default where `ManagerOptions.local` brings it. */
  readonly includeLocal?: boolean;
}

/** What a manager needs beside the names. */
export interface ManagerOptions {
  /** How its clients behave. */
  readonly clientOptions?: Omit<ClientOptions, "signal" | "resumeSessionId">;
  /** Makes a client of this machine, for the environment `local`, which cannot be used without. */
  readonly local?: (signal: AbortSignal) => Promise<ExecServerClient>;
  /** Makes the other clients; for tests. */
  readonly connect?: EnvironmentConnector;
}

/**
 * All environments of a program.
 *
 * ```ts
 * import { EnvironmentManager } from "exec-server-client/environments";
 *
 * await using manager = EnvironmentManager.fromSettings({
 *   environments: { devbox: { url: "ws://127.0.0.1:4500" } },
 *   default: "devbox",
 * });
 * const process = await manager.defaultEnvironment()?.exec.start({ argv: ["/bin/hostname"] });
 * const output = await process?.output();
 * console.log(new TextDecoder().decode(output?.stdout), manager.status("devbox"));
 * ```
 */
export class EnvironmentManager implements AsyncDisposable {
  readonly #environments = new Map<string, Environment>();
  /** Those that were replaced while somebody may hold them. */
  readonly #replaced = new Set<Environment>();
  readonly #defaultId: string | undefined;
  readonly #options: ManagerOptions;

  /** Takes a list as it is; `fromHome`, `fromEnv` and `fromSettings` are the ways to make one. */
  constructor(list: EnvironmentList, options: ManagerOptions = {}) {
    this.#options = options;
    this.#defaultId = list.defaultId;
    if (list.includesLocal) this.#environments.set(LOCAL_ID, this.#local());
    for (const { id, settings } of list.environments) {
      this.#environments.set(id, this.#remote(id, settings));
    }
  }

  /**
   * Reads `environments.toml` of a directory; by default that of `$EXEC_SERVER_HOME` and, for what
   * it does not say, that of `$CODEX_HOME`. Without a file the variables of `fromEnv` count.
   * @throws {EnvironmentSettingsError}
   */
  static async fromHome(
    directory?: string,
    options: ManagerOptions = {},
  ): Promise<EnvironmentManager> {
    const { readEnvironments } = await import("./home.ts");
    return new EnvironmentManager(await readEnvironments(directory), options);
  }

  /** Reads `EXEC_SERVER_URL`, else `CODEX_EXEC_SERVER_URL`: a URL, or `none`. */
  static async fromEnv(options: ManagerOptions = {}): Promise<EnvironmentManager> {
    const { environmentsFromVariables } = await import("./home.ts");
    return new EnvironmentManager(environmentsFromVariables(), options);
  }

  /**
   * Takes what a program names itself.
   * @throws {EnvironmentSettingsError}
   */
  static fromSettings(given: GivenEnvironments, options: ManagerOptions = {}): EnvironmentManager {
    const environments = Object.entries(given.environments ?? {}).map(([id, settings]) => ({
      id,
      settings: requireUsable(id, settings),
    }));
    const { default: wanted, includeLocal: includesLocal = options.local !== undefined } = given;
    const file = { path: "settings", default: wanted?.trim(), includesLocal, environments };
    return new EnvironmentManager(chooseEnvironments([file]), options);
  }

  /** The default environment; undefined when there is none. */
  defaultEnvironment(): Environment | undefined {
    return this.#defaultId === undefined ? undefined : this.get(this.#defaultId);
  }

  /** What a new piece of work is given: the default first, then the others; none without default. */
  defaultEnvironmentIds(): readonly string[] {
    const first = this.#defaultId;
    return first === undefined ? [] : [first, ...this.ids().filter((id) => id !== first)];
  }

  /** Every id: this machine, then the others in their order. */
  ids(): readonly string[] {
    return [...this.#environments.keys()];
  }

  /** An environment; undefined for an id that does not exist. */
  get(id: string): Environment | undefined {
    return this.#environments.get(id);
  }

  /**
   * Adds an environment, or puts another in its place. Who holds the old one can go on with it until
   * the manager is disposed of; the default stays what it was.
   * @throws {EnvironmentSettingsError}
   */
  upsert(id: string, settings: EnvironmentSettings): Environment {
    const environment = this.#remote(id, requireUsable(id, settings));
    const old = this.#environments.get(id);
    this.#environments.set(id, environment);
    if (old !== undefined) this.#retire(old);
    return environment;
  }

  /** How an environment is, without connecting or asking; undefined for an id that does not exist. */
  status(id: string): ConnectionStatus | undefined {
    return this.get(id)?.status;
  }

  /** Closes every environment; later uses of them fail with kind `closed`. */
  async close(): Promise<void> {
    const all = [...this.#environments.values(), ...this.#replaced];
    await Promise.all(all.map((environment) => environment.close()));
  }

  /** Closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #retire(environment: Environment): void {
    // The ones with nothing to close are let go of, so that replacing often costs nothing.
    for (const old of this.#replaced) {
      if (typeof old.status === "object") this.#replaced.delete(old);
    }
    this.#replaced.add(environment);
  }

  #remote(id: string, settings: EnvironmentSettings): Environment {
    const { connect = connectEnvironment, clientOptions } = this.#options;
    return new Environment(id, (signal) => connect(settings, { ...clientOptions, signal }));
  }

  #local(): Environment {
    const { local = noLocal } = this.#options;
    return new Environment(LOCAL_ID, local);
  }
}

function noLocal(): never {
  const text = `Environment "${LOCAL_ID}" cannot be used: this program brings no server of its own`;
  throw new ExecServerError("notSupported", text);
}

/** Also settings of a program, where types were of no help, must make sense. */
function requireUsable(id: string, settings: EnvironmentSettings): EnvironmentSettings {
  const complaint = settingsComplaint(id, settings);
  if (complaint !== undefined) throw new EnvironmentSettingsError(complaint);
  return isUrlSettings(settings)
    ? { ...settings, url: settings.url.trim() }
    : { ...settings, program: settings.program.trim() };
}
