/** What is done in another way on macOS; the cases are in a process of their own. @module */

import { testInOwnProcess } from "../../../support/own_process.ts";

testInOwnProcess(new URL("macos_ways_cases.ts", import.meta.url));
