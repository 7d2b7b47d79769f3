/** Everything about real children, each file in a process of its own. @module */

import { testInOwnProcess } from "../../../support/own_process.ts";

for (const name of ["find_program", "poller", "posix_child", "posix_spawn"]) {
  testInOwnProcess(new URL(`${name}_cases.ts`, import.meta.url));
}
