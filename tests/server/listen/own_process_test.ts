/** What listeners do to their process, each file in a process of its own. @module */

import { testInOwnProcess } from "../../support/own_process.ts";

for (const name of ["open_listener", "listener_descriptors"]) {
  testInOwnProcess(new URL(`${name}_cases.ts`, import.meta.url));
}
