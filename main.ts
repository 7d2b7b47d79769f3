/** The program: hands the command line over and exits with the status it gets. @module */

import { run } from "./cli/mod.ts";

Deno.exit(await run(Deno.args));
