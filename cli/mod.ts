/** Picks the subcommand and says how a command line cannot be understood. @module */

import { UsageError } from "./usage_error.ts";

/**
 * Runs a command line. Each subcommand is loaded only when it is asked for: start-up counts.
 * @param args without the program's own name
 * @returns exit status; 2 for a command line that cannot be understood
 */
export async function run(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`exec-server: ${error.message}`);
    return 2;
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  switch (name) {
    case "exec":
      return await (await import("./exec.ts")).exec(rest);
    case "shell":
      return await (await import("./shell.ts")).shell(rest);
    case "cp":
      return await (await import("./cp.ts")).cp(rest);
    case "cat":
      return await (await import("./cat.ts")).cat(rest);
    case "ls":
      return await (await import("./ls.ts")).ls(rest);
    case "ps":
      return await (await import("./ps.ts")).ps(rest);
    case "attach":
      return await (await import("./attach.ts")).attach(rest);
    case "logs":
      return await (await import("./logs.ts")).logs(rest);
    case "env":
      return await (await import("./env.ts")).env(rest);
    case "doctor":
      return await (await import("./doctor.ts")).doctor(rest);
    // Not for people: the server starts it to search in files.
    case "search-helper":
      return await (await import("../server/fs/search/search_program.ts")).searchProgram();
    // Nor this: the server starts it in a sandbox to serve files from there.
    case "file-helper":
      return await (await import("../server/fs/sandboxed/helper_program.ts")).fileHelper();
    case "version":
    case "--version":
    case "-V":
      return (await import("./version.ts")).version(rest);
    case "help":
    case "--help":
    case "-h":
      return (await import("./help.ts")).help(rest);
    default:
      return await serveOrRefuse(args);
  }
}

async function serveOrRefuse(args: readonly string[]): Promise<number> {
  const [name] = args;
  if (name !== undefined && !name.startsWith("-")) {
    throw new UsageError(
      `Unknown subcommand "${name}": wanted exec, shell, cp, cat, ls, ps, attach, logs, env, ` +
        "doctor, version, help, or flags to serve (see --help)",
    );
  }
  if (args.includes("--help") || args.includes("-h")) {
    return (await import("./help.ts")).help(["serve"]);
  }
  return await (await import("./serve.ts")).serve(args);
}
