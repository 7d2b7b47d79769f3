/** `fs/watch` by inotify; the cases count what a process watches, so they have one for themselves. @module */

import { testInOwnProcess } from "../../support/own_process.ts";

if (Deno.build.os === "linux") {
  testInOwnProcess(new URL("watch_cases.ts", import.meta.url));
  testInOwnProcess(new URL("watch_random_cases.ts", import.meta.url));
  testInOwnProcess(new URL("watch_trouble_cases.ts", import.meta.url));
  testInOwnProcess(new URL("watch_missing_cases.ts", import.meta.url));
}
