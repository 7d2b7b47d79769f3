/** One server for all tests of a file: starting one for each test would cost more than the tests. @module */
import { type LaunchOptions, launchServer, type ServerProcess } from "./server_process.ts";

/** Registers a server that starts before the file's first test and ends after its last.
 * @returns a function that gives it inside a test */
export function sharedServer(options: LaunchOptions = {}): () => ServerProcess {
  let server: ServerProcess | undefined;
  Deno.test.beforeAll(async () => {
    server = await launchServer(options);
  });
  Deno.test.afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });
  return () => {
    if (server === undefined) throw new Error("The shared server is not running");
    return server;
  };
}
