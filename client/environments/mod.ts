/** Environments: places to work in, named in a file, a variable, or by a program. @module */

export type { EnvironmentList } from "./choose_environments.ts";
export { connectEnvironment, type EnvironmentConnector } from "./connect_environment.ts";
export {
  type ClientSource,
  type ConnectionStatus,
  Environment,
  type EnvironmentExec,
} from "./environment.ts";
export {
  EnvironmentManager,
  type GivenEnvironments,
  type ManagerOptions,
} from "./environment_manager.ts";
export {
  type CommonSettings,
  type EnvironmentSettings,
  EnvironmentSettingsError,
  type NamedEnvironment,
  type ProgramSettings,
  type UrlSettings,
} from "./settings.ts";
