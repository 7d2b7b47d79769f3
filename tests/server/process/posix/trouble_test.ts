/** Trouble in one place ends nothing elsewhere; the cases are in a process of their own. @module */

import { testInOwnProcess } from "../../../support/own_process.ts";

testInOwnProcess(new URL("trouble_cases.ts", import.meta.url));
